"""The command at a terminal: what it asks, what it echoes, what it shows while it works."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hotdesk_hil.emservice import EmService
from services import CERTIFICATE, PHONE, cluster

# The terminal has to be the process's own: getpass asks there, whatever standard input is.
SCRIPT = """
import fcntl, signal, sys, termios
# A shell that runs tests in its background has Ctrl-C ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from hotdesk.cli import main
sys.exit(main())
"""
PHONES = 30


class Terminal:
    """A process that has a terminal, and what it wrote there."""

    def __init__(self, *arguments: str) -> None:
        self._side, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, b"\x18\x00\x78\x00\x00\x00\x00\x00")  # 24 lines of 120
        environment = {key: value for key, value in os.environ.items() if key != "HOTDESK_CERT"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *arguments],
            stdin=side,
            stdout=side,
            stderr=side,
            start_new_session=True,
            env={**environment, "TERM": "xterm"},
        )
        os.close(side)
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Read until a text is there."""
        deadline = time.monotonic() + 30
        while text not in self.shown:
            assert self._read(deadline), f"{text!r} did not come; shown was {self.shown!r}"

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._side, line.encode() + b"\n")

    def end(self) -> int:
        """Read to the end; return the exit code."""
        deadline = time.monotonic() + 60
        while self._read(deadline):
            pass
        os.close(self._side)
        return self._process.wait(10)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._side], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._side, 4096)
        except OSError:  # Linux says so where the other side is closed.
            return False
        self.shown += data.decode()
        return bool(data)


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=PHONES, operation_seconds=0.02)) as service:
        yield service


def where(service: EmService) -> list[str]:
    return ["--service", service.url, "--http", "--app", "tester"]


def test_a_certificate_is_asked_for_and_never_echoed(service: EmService) -> None:
    terminal = Terminal("login", PHONE, "john", *where(service))
    terminal.wait_for("Password of application user tester at ")
    terminal.type(CERTIFICATE)
    assert terminal.end() == 0, terminal.shown
    assert service.sessions() == {PHONE: "john"}
    assert CERTIFICATE not in terminal.shown
    assert "a&b" not in terminal.shown


def test_ctrl_c_at_the_question_stops_and_sends_nothing(service: EmService) -> None:
    terminal = Terminal("login", PHONE, "john", *where(service))
    terminal.wait_for("Password of application user tester at ")
    terminal.type("\x03")
    assert terminal.end() == 130
    assert "Traceback" not in terminal.shown
    assert terminal.shown.endswith("hotdesk: stopped\r\n")
    assert service.requests == []


def test_logout_all_asks_for_the_name_of_the_cluster(
    service: EmService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(CERTIFICATE)
    secret.chmod(0o600)
    (tmp_path / "hotdesk.toml").write_text(
        f'[cluster.lab]\nservice = "{service.url}"\nallow_http = true\n'
        'app_id = "tester"\ncertificate_file = "secret"\n'
    )
    monkeypatch.chdir(tmp_path)
    service.login(PHONE, "john")
    for answer, code, left in (("lap", 2, 1), ("lab", 0, 0)):
        terminal = Terminal("logout-all")
        terminal.wait_for("Type the cluster's name")
        terminal.type(answer)
        assert terminal.end() == code, terminal.shown
        assert len(service.sessions()) == left
    operations = [record.operation for record in service.requests]
    assert operations == ["logoutAll"]


def test_bulk_shows_how_far_it_is(service: EmService, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    # The first row is refused: there is no such phone.
    rows = "".join(f"SEP{n:012X},user{n}\n" for n in range(PHONES))
    file.write_text("device,user\nSEPFFFFFFFFFFFF,john\n" + rows)
    secret = tmp_path / "secret"
    secret.write_text(CERTIFICATE)
    secret.chmod(0o600)
    terminal = Terminal("bulk", str(file), "--cert-file", str(secret), *where(service))
    terminal.wait_for(f"{PHONES + 1}/{PHONES + 1}")
    assert terminal.end() == 1, terminal.shown
    assert "/s" in terminal.shown
    assert "1 refused" in terminal.shown
    assert re.search(r"\d:\d\d:\d\d", terminal.shown)  # the time left
    assert f"{PHONES} rows done, 1 refused; see " in terminal.shown.replace("\r\n", "")


def test_a_table_shows_brackets_of_a_name_as_they_are(service: EmService) -> None:
    terminal = Terminal("who", "[bold]SEP", *where(service))
    terminal.wait_for("Password of application user")
    terminal.type(CERTIFICATE)
    assert terminal.end() == 0, terminal.shown
    assert "[bold]SEP" in terminal.shown
    assert "doesNotExist" in terminal.shown
