"""A list worked off against the simulator: checked first, slowed by 26, killed and gone on with."""

import contextlib
import csv
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hotdesk
import pytest
from conftest import Run
from hotdesk import bulk
from hotdesk_hil.emservice import CloseWithoutAnswer, EmService, Refuse
from services import CERTIFICATE, PHONE, cluster, write_authority

PHONES = 120
SCRIPT = """
import sys
import hotdesk.bulk
from hotdesk.cli import main
hotdesk.bulk.SETTLE_SECONDS = 0.2
sys.exit(main())
"""


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=PHONES, operation_seconds=0.02)) as service:
        yield service


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Lets Ctrl-C reach what a test starts: a shell that runs tests in its background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def command(service: EmService, file: Path, *options: str) -> list[str]:
    where = ["--service", service.url, "--http", "--app", "tester"]
    return [sys.executable, "-c", SCRIPT, "bulk", str(file), *where, *options]


def run(service: EmService, file: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "HOTDESK_CERT": CERTIFICATE}
    arguments = command(service, file, *options)
    return subprocess.run(
        arguments, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def write(folder: Path, text: str) -> Path:
    file = folder / "list.csv"
    file.write_bytes(text.encode())
    return file


def logins(folder: Path, count: int = PHONES) -> Path:
    lines = [f"SEP{n:012X},user{n},profile{n},indefinite\n" for n in range(count)]
    return write(folder, "device,user,profile,duration\n" + "".join(lines))


def results(file: Path) -> list[dict[str, str]]:
    with file.with_name(file.name + ".result.csv").open(encoding="utf-8", newline="") as result:
        return list(csv.DictReader(result))


def test_a_file_as_a_spreadsheet_writes_it_is_read(tmp_path: Path) -> None:
    text = '\ufeffUser, Device ,duration,operation\r\n"john","SEP1",60,\r\n\r\n,,,\r\n,"SEP,2",,LOGOUT\r\n'
    one, two = bulk.rows(write(tmp_path, text))
    assert one == bulk.Row(1, 2, "login", "SEP1", "john", None, 60)
    assert two == bulk.Row(2, 5, "logout", "SEP,2", "", None, None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiters_line_ends_and_mark_may_be_any(
    tmp_path: Path, delimiter: str, end: str, mark: str
) -> None:
    lines = [
        ["profile", "device", "user"],
        ['"a,b;c"', "SEP1", "jörg"],
        ["", "", ""],
        ["", "SEP2", "mary"],
        [],
    ]
    text = mark + end.join(delimiter.join(line) for line in lines)
    one, two = bulk.rows(write(tmp_path, text))
    assert (one.device, one.user, one.profile) == ("SEP1", "jörg", "a,b;c")
    assert (two.device, two.user, two.profile) == ("SEP2", "mary", None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "column device is missing"),
        ("device,pin\nx,1\n", "unknown column 'pin'"),
        ("device,user\n", "there are no rows"),
        ("device,user\nSEP1,\n", "line 2: userID is mandatory"),
        ("device,user,duration\nSEP1,john,1h\n", "line 2: duration must be whole minutes"),
        ("device,user\nSEP1,john\nsep1,mary\n", "line 3: the device stands in line 2"),
        ("device,user\nSEP1,john,more\n", "line 2: there are more fields"),
        ("operation,device\nlogoutAll,SEP1\n", "line 2: operation must be"),
        ('device,user\nSEP1,"john\n', "line"),
    ],
)
def test_every_row_is_checked_before_the_first_is_sent(
    tmp_path: Path, service: EmService, text: str, says: str
) -> None:
    done = run(service, write(tmp_path, text))
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert service.requests == []


def test_a_dry_run_sends_nothing_and_needs_no_cluster(tmp_path: Path, hotdesk: Run) -> None:
    done = hotdesk("bulk", str(logins(tmp_path, 3)), "--dry-run")
    assert (done.returncode, done.stdout) == (0, b"3 rows can be sent\n")
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_logins_then_logouts_with_a_result_for_each(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path)
    done = run(service, file)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{PHONES} rows done, 0 refused; see ")
    assert len(service.sessions()) == PHONES
    carried_out = Counter(
        record.devices for record in service.requests if record.operation == "login" and record.code is None
    )
    assert set(carried_out.values()) == {1}
    assert len(carried_out) == PHONES
    again = len(service.requests)
    assert run(service, file).returncode == 0
    assert len(service.requests) == again


def test_over_tls_with_an_authority_of_its_own(tmp_path: Path) -> None:
    with EmService(cluster(phones=20), tls_port=0) as service:
        file = logins(tmp_path, 20)
        where = ["--service", service.tls_url, "--app", "tester"]
        arguments = [sys.executable, "-m", "hotdesk", "bulk", str(file), *where]
        environment = {**os.environ, "HOTDESK_CERT": CERTIFICATE}
        untrusted = subprocess.run(arguments, env=environment, capture_output=True, timeout=60, check=False)
        assert untrusted.returncode == 3
        assert b"it is not trusted" in untrusted.stderr
        assert service.requests == []
        arguments += ["--ca", str(write_authority(service, tmp_path))]
        subprocess.run(arguments, env=environment, capture_output=True, timeout=60, check=True)
        assert len(service.sessions()) == 20
    assert {row["result"] for row in results(file)} == {"done"}


def test_a_refused_row_is_reported_and_the_others_go_on(tmp_path: Path, service: EmService) -> None:
    service.login(PHONE, "mary")
    file = write(tmp_path, f"device,user\n{PHONE},john\nSEP{0:012X},user0\n")
    ended = run(service, file, "--json")
    assert ended.returncode == 1
    assert json.loads(ended.stdout) == {"done": 1, "rows": 2, "refused": 1, "result": f"{file}.result.csv"}
    refused, done = results(file)
    assert (refused["result"], refused["code"]) == ("refused", "18")
    row = hotdesk.codes.em_service[18]
    assert (refused["name"], refused["remedy"]) == (row.name, row.remedy)
    assert (done["result"], done["code"]) == ("done", "")


def test_more_at_once_than_the_service_takes_slows_down_and_reports_no_26(tmp_path: Path) -> None:
    with EmService(cluster(phones=40, operation_seconds=0.05, maximum_concurrent_requests=2)) as service:
        file = logins(tmp_path, 40)
        assert run(service, file, "--concurrency", "8").returncode == 0
        assert 26 in {record.code for record in service.requests}
        assert len(service.sessions()) == 40
        assert {row["result"] for row in results(file)} == {"done"}


def test_lost_answers_are_asked_for_and_no_row_is_sent_twice(tmp_path: Path, service: EmService) -> None:
    service.faults.add(CloseWithoutAnswer(), times=5, operation="login")
    assert run(service, logins(tmp_path)).returncode == 0
    sent = Counter(record.devices for record in service.requests if record.operation == "login")
    assert max(sent.values()) == 1


def test_a_lost_request_is_sent_again_after_a_query(tmp_path: Path, service: EmService) -> None:
    service.faults.add(CloseWithoutAnswer(executed=False), operation="login")
    assert run(service, logins(tmp_path, 1)).returncode == 0
    operations = [record.operation for record in service.requests]
    assert operations == ["login", "deviceUserQuery", "login"]


def test_killed_at_random_moments_it_ends_with_every_row_done_and_none_done_twice(
    tmp_path: Path, service: EmService
) -> None:
    file = logins(tmp_path)
    kills = 0
    for _ in range(20):
        environment = {**os.environ, "HOTDESK_CERT": CERTIFICATE}
        with subprocess.Popen(command(service, file), env=environment, stderr=subprocess.DEVNULL) as process:
            for _ in range(random.randint(1, PHONES // 30)):
                service.wait_for_request("login", timeout=30)
            # Anywhere within a request, too, not only where one has just arrived.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(random.uniform(0, 0.03))
            process.kill()
            process.wait(10)
            kills += process.returncode == -signal.SIGKILL
    assert kills == 20
    done = run(service, file)
    assert done.returncode == 0, done.stderr
    assert len(service.sessions()) == PHONES
    logged_in = [record for record in service.requests if record.operation == "login" and record.code is None]
    carried_out = Counter(record.devices for record in logged_in)
    assert (len(carried_out), set(carried_out.values())) == (PHONES, {1})
    before = len(service.requests)
    assert run(service, file).returncode == 0
    assert len(service.requests) == before


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_stops_in_order_and_the_next_run_goes_on(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path)
    environment = {**os.environ, "HOTDESK_CERT": CERTIFICATE}
    with subprocess.Popen(command(service, file), env=environment, stderr=subprocess.PIPE) as process:
        service.wait_for_request("login", timeout=30)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.decode() == "hotdesk: stopped; the same command goes on where it stopped\n"
    assert run(service, file).returncode == 0
    assert len(service.sessions()) == PHONES


def test_a_service_that_goes_away_exits_3_and_the_next_run_goes_on(
    tmp_path: Path, service: EmService
) -> None:
    file = logins(tmp_path, 20)
    service.faults.add(CloseWithoutAnswer(executed=False), operation="login")
    service.faults.add(Refuse(10), operation="deviceUserQuery")
    done = run(service, file)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.endswith("; the same command goes on where it stopped\n")
    assert run(service, file).returncode == 0
    assert len(service.sessions()) == 20


def test_a_journal_of_another_content_is_not_gone_on_with(tmp_path: Path, service: EmService) -> None:
    service.faults.add(Refuse(11), times=None)
    assert run(service, logins(tmp_path, 2)).returncode == 1
    done = run(service, logins(tmp_path, 3))
    assert done.returncode == 2
    assert "is of another content" in done.stderr
