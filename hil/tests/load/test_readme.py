"""README.md: its commands for the load work as they are written, but for the ports."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECONDS = 100

pytestmark = pytest.mark.timeout(3 * SECONDS)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


def test_its_storm_ends_well(tmp_path: Path) -> None:
    section = README.partition("\n## Load\n")[2].partition("\n## ")[0]
    (console,) = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
    console = console.replace("8080", free_port()).replace("8081", free_port())
    install, make, export, serve, load = re.findall(r"^\$ (.*)$", console, re.MULTILINE)
    printed = [line for line in console.splitlines() if not line.startswith("$ ")]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    words = dict(word.split("=") for word in export.split()[1:])
    environment = {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1", **words}

    def run(command: str) -> str:
        done = subprocess.run(
            command.split(),
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert install.startswith("pip install -c ")
    assert run(make).splitlines() == printed
    serve = serve.removesuffix(" > lab/service.log &")
    with subprocess.Popen(
        serve.split(), cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as service:
        try:
            assert service.stdout is not None
            assert any(line.startswith("control at") for line in service.stdout)
            said = run(f"{load} -u 20")
        finally:
            service.kill()
    assert "goal (storm with 20 desks): reached" in said
