"""The vectors on disk, and the installed command."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors"


@dataclass(frozen=True)
class Vector:
    """A message and the line that decode must say about it."""

    name: str
    input: bytes
    line: str

    @property
    def expected(self) -> dict[str, Any]:
        return json.loads(self.line)

    @property
    def refused(self) -> dict[str, Any] | None:
        return self.expected.get("refused")


def vectors() -> list[Vector]:
    """Read every vector that is a document."""
    return [
        Vector(
            f"{path.parent.name}/{path.stem}",
            path.read_bytes(),
            path.with_suffix(".json").read_text(encoding="utf-8").removesuffix("\n"),
        )
        for path in sorted(VECTORS.glob("*/*.xml"))
    ]


GOOD = [vector for vector in vectors() if vector.refused is None]


def sample(name: str) -> bytes:
    """Read one message of the Request Types Reference."""
    return (VECTORS / "samples" / f"{name}.xml").read_bytes()


Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def signals() -> Iterator[None]:
    """Lets signals reach what a test starts: under nohup, or in a shell's background, they are ignored."""
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def hotdesk() -> Run:
    """Run `python -m hotdesk` as a process of its own."""

    def run(*arguments: str, data: bytes = b"", **options: Any) -> "subprocess.CompletedProcess[bytes]":  # noqa: ANN401
        command = [sys.executable, "-m", "hotdesk", *arguments]
        return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False, **options)

    return run
