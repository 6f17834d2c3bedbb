"""hotdesk-load as a person starts it: alone, and as one master with two workers. Each run ends by itself."""

from __future__ import annotations

import csv
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from load.conftest import TOKEN, Lab

from hotdesk_hil.emservice import CloseWithoutAnswer, EmService, Refuse

COMMAND = Path(sys.executable).with_name("hotdesk-load")
CERTIFICATE = "phone-demo-certificate"
SECONDS = 120
"""After which a run that should have ended by itself is killed."""
PIN = re.compile(r"\b[78]00000\d\b")
"""The PINs of up to nine desks."""

# Several processes each, one after the other.
pytestmark = pytest.mark.timeout(3 * SECONDS)


def environment(certificate: str = CERTIFICATE) -> dict[str, str]:
    return {**os.environ, "HOTDESK_CERT": certificate, "HOTDESK_EMSERVICE_TOKEN": TOKEN}


def options(folder: Path, service: EmService, *more: str | Path) -> list[str | Path]:
    where = ["--host", service.url.removesuffix("/emservice/EMServiceServlet"), "--http"]
    return [*where, "--desks", folder / "desks.csv", "--control", service.control_url or "", *more]


def run(*arguments: str | Path, certificate: str = CERTIFICATE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env=environment(certificate),
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def hear_interrupts() -> None:
    """A shell has what it starts in the background ignore Ctrl-C, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def started(*arguments: str | Path, out: Path) -> Iterator[subprocess.Popen[str]]:
    with (
        out.open("w") as log,
        subprocess.Popen(
            [COMMAND, *arguments],
            stdout=log,
            stderr=log,
            text=True,
            env=environment(),
            preexec_fn=hear_interrupts,
        ) as running,
    ):
        try:
            yield running
        finally:
            running.kill()


@contextmanager
def distributed(
    folder: Path, service: EmService, *more: str | Path, workers: Sequence[Path] | None = None
) -> Iterator[list[subprocess.Popen[str]]]:
    """Starts a master and two workers, which have the desks of their own file; the master is the first."""
    port = str(free_port())
    files = workers or [folder / "desks.csv"] * 2
    with ExitStack() as running:
        master = started(
            *options(folder, service, "--master", "--master-bind-port", port, "--expect-workers", "2", *more),
            out=folder / "master.log",
        )
        processes = [running.enter_context(master)]
        for number, desks in enumerate(files):
            worker = started(
                "--worker", "--master-port", port, "--desks", desks, out=folder / f"worker{number}.log"
            )
            processes.append(running.enter_context(worker))
        yield processes


def test_a_storm_by_one_master_and_two_workers(made: Lab) -> None:
    folder, service = made(9, limit=3, seconds=0.4)
    csvs = folder / "stats"
    more = ("--within", "1", "--csv", csvs, "--csv-full-history", "--html", folder / "report.html")
    with distributed(folder, service, *more, "--loglevel", "DEBUG") as processes:
        assert [process.wait(SECONDS) for process in processes] == [0, 0, 0]
    said = (folder / "master.log").read_text()
    assert "storm: 9 of 9 logged in" in said
    assert "the service says: 9 users where they should be, 0 logged in nowhere, 0 on two phones" in said
    assert "goal (storm with 9 desks): reached" in said
    assert sorted(service.sessions().values()) == sorted(f"early{n}" for n in range(1, 10))
    # Each desk is in one worker's hands: nobody but the busy were answered twice.
    logins = [record for record in service.requests if record.operation == "login"]
    assert len([record for record in logins if record.code is None]) == 9
    throttled = service.counters.requests_throttled
    assert throttled > 0
    assert f"Requests Throttled {throttled} in this run" in said
    assert f"  {throttled} code 26: Busy, please try again" in said
    rows = {row["Name"]: row for row in csv.DictReader((folder / "stats_stats.csv").open())}
    assert int(rows["login"]["Request Count"]) == len(logins)
    assert int(rows["login"]["Failure Count"]) == throttled
    assert int(rows["log in"]["Request Count"]) == 9
    assert "code 26" in (folder / "report.html").read_text()
    # What Locust wrote and said holds no secret.
    written = [path for path in folder.iterdir() if path.suffix in (".log", ".html") or "stats_" in path.name]
    assert len(written) >= 7
    for path in written:
        text = path.read_text()
        assert CERTIFICATE not in text, path
        assert TOKEN not in text, path
        assert not PIN.search(text), path
        assert not re.search(r"SEP0|early\d", text), path


def test_a_whole_day_alone(made: Lab) -> None:
    folder, service = made(9)
    done = run(*options(folder, service, "--shape", "day", "--within", "1", "--forgotten", "0.5"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "shift: 9 of 9 handed over" in done.stdout
    assert "night: 9 of 9 found logged out" in done.stdout
    assert "goal (storm, shift, night with 9 desks): reached" in done.stdout
    assert service.sessions() == {}
    operations = [record.operation for record in service.requests]
    assert operations.count("logoutAll") == 1
    assert {event.user for event in service.events()} == {
        f"{who}{n}" for who in ("early", "late") for n in range(1, 10)
    }
    assert not PIN.search(done.stdout + done.stderr)


def test_a_run_whose_time_is_over_ends_and_blames_the_busy_service(made: Lab) -> None:
    folder, service = made(4)
    service.faults.add(Refuse(26), operation="login", user="early2", times=None)
    done = run(*options(folder, service, "--within", "0", "--run-time", "8"))
    assert done.returncode == 1
    assert "storm: 3 of 4 logged in" in done.stdout
    assert "missed by 1: code 26: Busy, please try again" in done.stdout
    assert "to blame: the service\n" in done.stdout
    assert "early2: on no phone, not on SEP000000000002" in done.stdout
    assert "goal (storm with 4 desks): MISSED" in done.stdout


def test_a_wrong_password_ends_the_run_before_it_is_tried_by_all(made: Lab) -> None:
    folder, service = made(50, pins=False)
    done = run(*options(folder, service, "--within", "20"), certificate="wrong-password")
    assert done.returncode == 1
    assert "ended early: code 3: Invalid App User" in done.stdout
    assert "to blame: who asks" in done.stdout
    assert 1 <= len(service.requests) < 50
    assert "wrong-password" not in done.stdout + done.stderr


def test_a_desk_that_the_cluster_does_not_have_is_blamed_on_the_desks(made: Lab) -> None:
    folder, service = made(3)
    desks = folder / "desks.csv"
    desks.write_text(
        desks.read_text().replace("SEP000000000002", "SEPFFFFFFFFFFFF").replace("7000003", "4711")
    )
    done = run(*options(folder, service, "--within", "0"))
    assert done.returncode == 1
    assert "storm: 1 of 3 logged in" in done.stdout
    assert "missed by 1: code 11: Device does not exist" in done.stdout
    assert "missed by 1: code 3: Invalid App User" in done.stdout
    assert "SEPFFFFFFFFFFFF: code 11" in done.stdout
    assert done.stdout.count("to blame: the desks' file, or the cluster that does not match it") == 2
    assert "4711" not in done.stdout + done.stderr


def test_a_lost_answer_does_not_log_anybody_in_twice(made: Lab) -> None:
    folder, service = made(3, pins=False)
    service.faults.add(CloseWithoutAnswer(), operation="login", times=3)
    done = run(*options(folder, service, "--within", "0"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert [event.kind for event in service.events()] == ["login"] * 3


def test_a_service_with_tls_is_believed_by_its_authority_alone(made: Lab) -> None:
    folder, plain = made(4)
    plain.close()
    with EmService(folder / "cluster.toml", tls_port=0, ca=folder / "ca") as service:
        host = ("--host", service.tls_url or "", "--desks", folder / "desks.csv", "--within", "0")
        done = run(*host, "--ca", folder / "ca" / "ca.pem")
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(service.sessions()) == 4
        service.reset()
        done = run(*host)
        assert done.returncode == 1
        assert re.search(r"missed by 4: the certificate of .* is refused: it is not trusted", done.stdout)
        assert "to blame: who asks: the application user, or whom this side trusts" in done.stdout
        assert service.requests == []


def test_a_service_that_does_not_run_is_blamed_on_the_network(made: Lab) -> None:
    folder, service = made(2)
    url = service.url
    service.stop()
    done = run("--host", url, "--http", "--desks", folder / "desks.csv", "--within", "0", "--tries", "1")
    assert done.returncode == 1
    assert "cannot be connected to; to blame: the network, or a service that does not run" in done.stdout
    assert "the service could not be asked who is logged in" in done.stdout


@pytest.mark.parametrize("count", [1, 2])
def test_a_worker_that_dies_ends_the_run_and_is_blamed(made: Lab, count: int) -> None:
    folder, service = made(6, pins=False)
    with distributed(folder, service, "--within", "60") as (master, *workers):
        service.wait_for_request("login", timeout=SECONDS)
        for worker in workers[:count]:
            worker.send_signal(signal.SIGKILL)
        assert master.wait(SECONDS) == 1
    said = (folder / "master.log").read_text()
    assert "is gone with 3 desks; what they did last is not known; to blame: the load itself" in said


def test_a_worker_that_comes_late_ends_the_run_and_is_blamed(made: Lab) -> None:
    folder, service = made(6, pins=False)
    with distributed(folder, service, "--within", "60") as (master, *_workers):
        service.wait_for_request("login", timeout=SECONDS)
        port = str(master.args[master.args.index("--master-bind-port") + 1])
        late = ("--worker", "--master-port", port, "--desks", folder / "desks.csv")
        with started(*late, out=folder / "late.log"):
            assert master.wait(SECONDS) == 1
    said = (folder / "master.log").read_text()
    assert "came after the begin; --expect-workers says how many are waited for" in said
    assert "to blame: the load itself" in said


def test_a_run_that_is_stopped_says_so(made: Lab) -> None:
    folder, service = made(3, pins=False)
    out = folder / "out.log"
    with started(*options(folder, service, "--within", "60"), out=out) as running:
        service.wait_for_request("login", timeout=SECONDS)
        running.send_signal(signal.SIGINT)
        assert running.wait(SECONDS) == 1
    said = out.read_text()
    assert "stopped before its end" in said
    assert "goal (storm with 3 desks): MISSED" in said
    assert "Traceback" not in said


def test_a_worker_with_other_desks_is_found_out(made: Lab) -> None:
    folder, service = made(4)
    other = folder / "other.csv"
    other.write_text("device,user\nSEP000000000001,early2\n")
    with distributed(folder, service, workers=[folder / "desks.csv", other]) as (master, *_workers):
        assert master.wait(SECONDS) == 1
    assert "has other desks than the master" in (folder / "master.log").read_text()
    assert service.requests == []


def test_workers_that_do_not_come_are_not_waited_for_ever(made: Lab) -> None:
    folder, service = made(1)
    port = str(free_port())
    done = run(
        *options(folder, service, "--master", "--master-bind-port", port, "--expect-workers-max-wait", "1")
    )
    assert done.returncode == 1
    assert "Gave up waiting for workers to connect" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--desks", "none.csv"), "none.csv: cannot be read: No such file"),
        (("--cert-file", "none.pw"), "cannot read none.pw"),
        (("--control", "http://127.0.0.1:9"), "http://127.0.0.1:9: does not answer"),
        (("--within", "soon"), "argument --within"),
    ],
)
def test_wrong_usage_is_told_in_a_line(made: Lab, change: tuple[str, str], said: str) -> None:
    folder, service = made(1)
    done = run(*options(folder, service, *change))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_http_and_a_late_user_must_be_asked_for(made: Lab) -> None:
    folder, service = made(1)
    (folder / "desks.csv").write_text("device,user\nSEP000000000001,early1\n")
    arguments = options(folder, service)
    done = run(*(word for word in arguments if word != "--http"))
    assert (done.returncode, "ask for http (allow_http, --http)" in done.stderr) == (2, True)
    done = run(*arguments, "--shape", "shift")
    assert (done.returncode, "has no late_user" in done.stderr) == (2, True)


def test_help_has_locusts_options_and_ours() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "--expect-workers" in done.stdout
    assert "Extension Mobility:" in done.stdout
