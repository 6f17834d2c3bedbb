"""What `bulk` says while it runs and afterwards: to a person, to cron, to a program."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hotdesk_hil.emservice import EmService, RefuseConnection
from lists import ENVIRONMENT, SCRIPT, logins, phone, result, run, where, write
from services import cluster


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=60, operation_seconds=0.02)) as service:
        yield service


def begin(service: EmService, file: Path, *options: str, script: str = SCRIPT) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", script, "bulk", str(file), *where(service), *options]
    return subprocess.Popen(
        arguments, env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_a_service_that_fails_is_said_after_the_first_failure_and_when_it_answers_again(
    tmp_path: Path, service: EmService
) -> None:
    rule = service.faults.add(RefuseConnection(), times=None)
    with begin(service, logins(tmp_path, 3)) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        # The run has not given up: it is said while the service is tried again.
        assert process.poll() is None
        service.faults.remove(rule.id)
        output, errors = process.communicate(timeout=60)
    host = service.url.split("/")[2]
    assert re.match(
        rf"hotdesk: \d\d:\d\d:\d\d {host} cannot be connected to.*; it is tried again\n", first
    ), first
    assert re.fullmatch(rf"hotdesk: \d\d:\d\d:\d\d {host} answers again\n", errors), errors
    assert (process.returncode, output.split(";")[0]) == (0, "3 rows done, 0 refused")


def test_a_run_without_a_terminal_says_now_and_then_how_far_it_is(tmp_path: Path, service: EmService) -> None:
    script = SCRIPT.replace(
        "sys.exit", "import hotdesk._bulk_cli\nhotdesk._bulk_cli.PLAIN_SECONDS = 0.1\nsys.exit"
    )
    with begin(service, logins(tmp_path, 60), script=script) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    lines = errors.splitlines()
    assert lines
    for line in lines:
        assert re.fullmatch(r"hotdesk: \d\d:\d\d:\d\d \d+ of 60 rows, 0 refused", line), line


def test_quiet_says_nothing_where_every_row_is_done(tmp_path: Path, service: EmService) -> None:
    file = write(tmp_path, f"{phone(1)},user1\n{phone(2)},user2\n")
    done = run(service, file, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "list.csv.result.csv").exists()
    write(tmp_path, f"{phone(1)},user1\n{phone(2)},nobody\n")
    refused = run(service, file, "--quiet")
    assert (refused.returncode, refused.stderr) == (1, "")
    assert refused.stdout.startswith("1 rows done, 1 refused; see ")


def test_quiet_does_not_hide_what_stops_a_run(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 3)
    service.change_secret("tester", "another one")
    done = run(service, file, "--quiet")
    assert done.returncode == 1
    assert "the service refused with code 3" in done.stderr


def test_a_log_has_a_line_for_each_row_with_the_time(tmp_path: Path, service: EmService) -> None:
    log = tmp_path / "bulk.log"
    file = write(tmp_path, f"device,user\n{phone(1)},user1\n{phone(2)},nobody\n")
    for _ in range(2):
        run(service, file, "--log", str(log), "--concurrency", "1")
    lines = log.read_text().splitlines()
    assert len(lines) == 4
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"
    assert re.fullmatch(rf"{time} line 2 login {phone(1)} user1 done", lines[0])
    assert re.fullmatch(rf"{time} line 3 login {phone(2)} nobody refused 23 User not found .+", lines[1])
    link = tmp_path / "link.log"
    link.symlink_to(tmp_path / "victim")
    refused = run(service, file, "--log", str(link))
    assert refused.returncode == 2
    assert "is a symbolic link" in refused.stderr
    assert not (tmp_path / "victim").exists()


def test_json_says_what_this_run_did_in_a_documented_shape(tmp_path: Path, service: EmService) -> None:
    file = write(tmp_path, f"device,user\n{phone(1)},user1\n{phone(2)},nobody\n{phone(3)},user3\n")
    done = run(service, file, "--json", "--limit", "2")
    said = json.loads(done.stdout)
    assert said == {
        "list": str(file),
        "rows": 3,
        "done": 1,
        "refused": 1,
        "unknown": 0,
        "skipped": 0,
        "left": 1,
        "sent": 2,
        "earlier": None,
        "stopped": {"why": "limit", "text": "2 rows were sent, which is the limit", "code": None},
        "result": str(result(file)),
        "notes": [],
        "failures": [
            {
                "line": 3,
                "operation": "login",
                "device": phone(2),
                "user": "nobody",
                "result": "refused",
                "code": 23,
                "reason": None,
            }
        ],
    }
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert all(f"`{key}`" in readme for key in said)


def test_unknown_rows_are_listed_the_first_50_and_how_many_more(tmp_path: Path, service: EmService) -> None:
    from hotdesk_hil.emservice import CloseWithoutAnswer

    file = logins(tmp_path, 56)
    for n in range(2, 56):
        service.faults.add(CloseWithoutAnswer(executed=False), times=None, device=phone(n))
    script = SCRIPT.replace("0.2", "0.0").replace("sys.exit", "import hotdesk.client\nsys.exit")
    with begin(service, file, "--concurrency", "5", script=script) as process:
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 3
    lines = [line for line in errors.splitlines() if "not known what became of it" in line]
    assert len(lines) == 50
    assert f"and 4 more; see {result(file)}" in errors
    # That answers are lost is said once, not for each row.
    assert errors.count("broke before the answer was complete; it is asked what became of it") == 1
    assert "answers again" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without a signal")
def test_the_end_of_a_run_by_the_system_is_said(tmp_path: Path, service: EmService) -> None:
    with begin(service, logins(tmp_path, 60)) as process:
        service.wait_for_request("login", timeout=30)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 143
    at_once, said = errors.splitlines()
    assert " stopping; what is under way has 5 s" in at_once
    assert said.startswith("hotdesk: stopped; ")


@pytest.fixture
def black_hole() -> Iterator[str]:
    """The address of a service that neither accepts nor refuses connections."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("dead", ["black hole", "refused"])
def test_a_dead_first_service_costs_no_time_out(
    tmp_path: Path, service: EmService, black_hole: str, dead: str
) -> None:
    first = black_hole if dead == "black hole" else "http://127.0.0.1:9"
    file = logins(tmp_path, 60)
    options = ["--service", first, "--backup", service.url, "--http", "--app", "tester"]
    start = time.monotonic()
    arguments = [sys.executable, "-c", SCRIPT, "bulk", str(file), *options]
    done = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    # One connection that is waited for takes five seconds alone.
    assert time.monotonic() - start < 4.5
    assert (done.returncode, done.stdout.split(";")[0]) == (0, "60 rows done, 0 refused")
