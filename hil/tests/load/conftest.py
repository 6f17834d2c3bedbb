"""Fixtures of the load's tests: made-up desks, and a service that has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.load import lab

TOKEN = "made-up-token"

Lab = Callable[..., tuple[Path, EmService]]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Lab]:
    """Makes up desks in a folder, and starts a service that has them; returns both."""
    with ExitStack() as open_services:

        def make(
            desks: int, *, limit: int = 5, seconds: float = 0.0, pins: bool = True
        ) -> tuple[Path, EmService]:
            folder = tmp_path / "lab"
            lab.write(folder, desks, limit, seconds, pins=pins)
            service = EmService(folder / "cluster.toml", control_port=0, control_token=TOKEN)
            return folder, open_services.enter_context(service)

        yield make
