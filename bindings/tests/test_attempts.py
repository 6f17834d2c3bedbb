"""What is told of each attempt, in the log and to hooks, and that nothing told or shown holds the secret."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from hotdesk.client import AsyncClient, Attempt, Client
from hotdesk_hil.emservice import Answer, CloseWithoutAnswer, EmService, Refuse
from services import CERTIFICATE, FAST, PHONE, Both, cluster, raw_service
from test_secrets import found

Made = Callable[..., Both]


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster()) as service:
        yield service


@pytest.fixture(params=[Client, AsyncClient])
def client(request: pytest.FixtureRequest, service: EmService) -> Made:
    def make(**options: object) -> Both:
        return Both(request.param, service, **options)

    return make


def test_a_hook_sees_each_attempt_with_its_outcome(client: Made, service: EmService) -> None:
    attempts: list[Attempt] = []
    busy: list[int] = []
    service.faults.add(Refuse(26), operation="login", times=2)
    service.faults.add(CloseWithoutAnswer(), operation="login")
    both = client(on_attempt=attempts.append, on_busy=lambda: busy.append(1))
    both.call("login", PHONE, "john")
    told = [(one.operation, one.number, one.outcome, one.code) for one in attempts]
    assert told == [
        ("login", 1, "busy", 26),
        ("login", 2, "busy", 26),
        ("login", 3, "lost", None),
        ("deviceUserQuery", 1, "answered", None),
    ]
    assert len(busy) == 2
    assert {one.service for one in attempts} == {f"127.0.0.1:{service.port}"}
    assert all(0 < one.seconds < 10 for one in attempts)
    assert [one.error is None for one in attempts] == [True, True, False, True]
    assert found("".join(map(repr, attempts)) + "".join(map(str, attempts))) == set()


def test_the_log_tells_attempts_and_waits(
    client: Made, service: EmService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hotdesk")
    service.faults.add(Refuse(26), operation="login")
    client().call("login", PHONE, "john")
    service.faults.add(Answer(b"", status=503, executed=False), times=None)
    both = client()
    with pytest.raises(Exception, match="503"):
        both.call("logout", PHONE)
    lines = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "hotdesk"]
    where = f"127.0.0.1:{service.port}"
    assert lines[0][1].startswith(f"login, attempt 1, {where}: busy with code 26 in 0.")
    assert lines[1][1].startswith("login: again in 0.")
    assert lines[2][0] == "DEBUG"
    assert lines[2][1].startswith(f"login, attempt 2, {where}: answered in 0.")
    turned = [text for level, text in lines if level == "INFO" and text.startswith("logout, attempt ")]
    assert len(turned) == FAST.attempts
    assert all(f"{where}: turned away in 0." in text and "HTTP status 503" in text for text in turned)
    assert found(caplog.text) == set()


def test_nothing_is_logged_where_nobody_asked(service: EmService) -> None:
    script = (
        "import hotdesk, hotdesk.client\n"
        "app = hotdesk.AppInfo(id='tester', certificate=hotdesk.Secret('x'))\n"
        "once = hotdesk.client.Retry(attempts=2)\n"
        f"client = hotdesk.Client({service.url!r}, app, allow_http=True, retry=once)\n"
        f"try: client.logout({PHONE!r})\nexcept hotdesk.Error: pass\n"
    )
    service.faults.add(Answer(b"", status=503, executed=False), times=None)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


FAILING = """
import asyncio, hotdesk, pytest
from hotdesk.client import AsyncClient, Client, Retry, Timeouts
from pathlib import Path
from services import APP
from hotdesk import _transport, clusters

def stop(*arguments):
    raise KeyboardInterrupt if {error!r} == "ctrl-c" else RuntimeError("a bug")

def hook(attempt):
    raise RuntimeError("a hook")

@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_it(kind, monkeypatch):
    options = dict(allow_http=True, retry=Retry(attempts=1), timeouts=Timeouts(read=0.5, answer=1))
    if {error!r} in ("ctrl-c", "bug"):
        monkeypatch.setattr(_transport._Stream, "write", stop)
        import anyio._backends._asyncio
        monkeypatch.setattr(anyio._backends._asyncio.SocketStream, "send", stop)
    if {error!r} == "hook":
        options["on_attempt"] = hook
    client = kind({url!r}, APP, **options)
    async def call():
        await client.login({phone!r}, "john")
    try:
        client.login({phone!r}, "john") if kind is Client else asyncio.run(call())
    except KeyboardInterrupt as error:
        raise RuntimeError from error
    raise AssertionError("nothing failed")

def test_password(tmp_path):
    file = tmp_path / "secret"
    file.write_bytes(APP.certificate.expose().encode() + b"\\xff")
    file.chmod(0o600)
    clusters.certificate_file(str(file))
"""


@pytest.mark.parametrize("error", ["refused", "lost", "bug", "ctrl-c", "hook", "not there"])
def test_the_variables_of_frames_show_no_secret(
    service: EmService, tmp_path: pytest.TempPathFactory, error: str
) -> None:
    def silent(_connection: object) -> None:
        raise OSError

    if error == "refused":
        service.faults.add(Refuse(3), times=None)
    with raw_service(silent) as lost:
        url = {"lost": lost, "not there": "http://127.0.0.1:9"}.get(error, service.url)
        file = tmp_path / "test_failing.py"
        file.write_text(FAILING.format(error=error, url=url, phone=PHONE))
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-vv",
            "--showlocals",
            "--full-trace",
            "-p",
            "no:cacheprovider",
        ]
        done = subprocess.run(
            [
                *command,
                "--rootdir",
                str(tmp_path),
                "-o",
                "pythonpath=" + __file__.rpartition("/")[0],
                str(file),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert "3 failed" in done.stdout, done.stdout + done.stderr
    assert "device_name" in done.stdout
    assert found(done.stdout) == set()
    assert CERTIFICATE.encode().hex() not in done.stdout
