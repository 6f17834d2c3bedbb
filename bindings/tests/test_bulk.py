"""A list worked off against the simulator: checked first, slowed by 26, killed and gone on with."""

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hotdesk
import pytest
from conftest import Run
from hotdesk import bulk
from hotdesk_hil.emservice import CloseWithoutAnswer, EmService, Refuse, Silence
from lists import ENVIRONMENT, command, journal, logins, phone, result, results, run, sent, write
from services import CERTIFICATE, PHONE, cluster, write_authority

PHONES = 120


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=PHONES, operation_seconds=0.02)) as service:
        yield service


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
        ("device,pin\nx,1\n", "column 'pin': a list holds no PIN and no password"),
        ("device,user\n", "there are no rows"),
        ("device,user\nSEP1,\n", "line 2: userID is blank"),
        ("device,user,duration\nSEP1,john,1h\n", "line 2: duration must be whole minutes"),
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
    file = logins(tmp_path, PHONES)
    done = run(service, file)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{PHONES} rows done, 0 refused; see ")
    assert len(service.sessions()) == PHONES
    carried_out = Counter(
        record.devices for record in service.requests if record.operation == "login" and record.code is None
    )
    assert set(carried_out.values()) == {1}
    assert len(carried_out) == PHONES


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
    said = json.loads(ended.stdout)
    assert (said["done"], said["rows"], said["refused"], said["sent"]) == (1, 2, 1, 2)
    assert said["result"] == str(result(file))
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
    assert run(service, logins(tmp_path, PHONES)).returncode == 0
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
    file = logins(tmp_path, PHONES)
    kills = 0
    for _ in range(20):
        with subprocess.Popen(command(service, file), env=ENVIRONMENT, stderr=subprocess.DEVNULL) as process:
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


@pytest.mark.usefixtures("signals")
def test_ctrl_c_stops_in_order_and_the_next_run_goes_on(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, PHONES)
    with subprocess.Popen(command(service, file), env=ENVIRONMENT, stderr=subprocess.PIPE) as process:
        service.wait_for_request("login", timeout=30)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    at_once, said = errors.decode().splitlines()
    assert at_once.endswith(" stopping; what is under way has 5 s, or none if asked once more"), at_once
    assert said.startswith("hotdesk: stopped; "), said
    assert said.endswith("; the same command goes on where it stopped")
    states = Counter(row["result"] for row in results(file))
    assert (set(states), states.total()) == ({"done", "left"}, PHONES), states
    assert run(service, file).returncode == 0
    assert len(service.sessions()) == PHONES


# A run is a thing of its own.


def test_a_finished_list_that_is_started_again_is_a_new_run(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 3)
    first = run(service, file)
    assert (first.returncode, first.stdout) == (0, f"3 rows done, 0 refused; see {result(file)}\n")
    for n in range(3):
        service.logout(phone(n))
    again = run(service, file)
    assert again.returncode == 0
    assert again.stdout.startswith(
        f"3 rows done, 0 refused; see {result(file)}; 3 sent now; the run before ended 20"
    )
    assert len(service.sessions()) == 3
    assert set(sent(service).values()) == {2}
    said = json.loads(run(service, file, "--json").stdout)
    assert (said["sent"], said["done"], said["left"], said["earlier"]["goesOn"]) == (3, 3, 0, False)
    assert said["earlier"]["began"] <= said["earlier"]["ended"]


def test_an_unfinished_list_goes_on_and_says_what_it_sent_now(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 5)
    some = run(service, file, "--limit", "2")
    assert some.returncode == 0
    assert some.stdout.startswith("2 rows done, 0 refused, 3 left; see ")
    assert some.stdout.endswith("; the same command goes on where it stopped\n")
    assert [row["result"] for row in results(file)] == ["done", "done", "left", "left", "left"]
    rest = run(service, file, "--json")
    said = json.loads(rest.stdout)
    assert (said["done"], said["sent"], said["left"]) == (5, 3, 0)
    assert said["earlier"] == {"began": said["earlier"]["began"], "ended": None, "goesOn": True, "known": 2}
    assert set(sent(service).values()) == {1}


def test_again_begins_an_unfinished_list_anew(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 4)
    run(service, file, "--limit", "2")
    service.logout(phone(0))
    service.logout(phone(1))
    anew = run(service, file, "--again")
    assert anew.returncode == 0
    assert "4 sent now; the run of 20" in anew.stdout
    assert sent(service) == {phone(0): 2, phone(1): 2, phone(2): 1, phone(3): 1}


def test_retry_refused_is_named_and_sends_only_what_was_refused(tmp_path: Path, service: EmService) -> None:
    service.login(phone(1), "mary")
    file = logins(tmp_path, 3)
    first = run(service, file)
    assert first.returncode == 1
    assert "--retry-refused" in first.stdout
    service.logout(phone(1))
    again = run(service, file, "--retry-refused")
    assert again.returncode == 0
    assert again.stdout.startswith("3 rows done, 0 refused; ")
    assert "1 sent now, 2 known from the run of 20" in again.stdout
    assert sent(service) == {phone(0): 1, phone(1): 2, phone(2): 1}
    idle = run(service, file, "--retry-refused", "--json")
    assert (idle.returncode, json.loads(idle.stdout)["sent"]) == (0, 0)


def test_a_typo_corrected_in_an_unfinished_list_sends_no_done_row_again(
    tmp_path: Path, service: EmService
) -> None:
    file = write(
        tmp_path, f"device,user\n{phone(0)},user0\n{phone(1)},userx\n{phone(2)},user2\n{phone(3)},user3\n"
    )
    assert run(service, file, "--limit", "3").returncode == 1
    text = file.read_text().replace("userx", "user1").splitlines()
    write(tmp_path, "\n".join([text[0], text[4], text[3], text[2], text[1]]))
    rest = run(service, file)
    assert rest.returncode == 0, rest.stderr
    assert f"{file}, or its --operation, was changed since that run" in rest.stderr
    assert sent(service) == {phone(0): 1, phone(1): 2, phone(2): 1, phone(3): 1}
    assert [row["result"] for row in results(file)] == ["done"] * 4


def test_what_was_done_by_one_operation_is_not_done_by_another(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 4)
    assert run(service, file, "--limit", "3").returncode == 0
    done = run(service, file, "--operation", "logout", "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert (said["sent"], said["done"], said["refused"]) == (4, 3, 1)
    assert service.sessions() == {}


def test_a_run_goes_on_only_with_the_service_it_began_with(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 4)
    assert run(service, file, "--limit", "2").returncode == 0
    with EmService(cluster(phones=4)) as other:
        done = run(other, file)
        assert (done.returncode, other.requests) == (2, [])
        assert f"the last run of {file} was on {service.url}, so this one cannot go on with it" in done.stderr
        assert run(other, file, "--backup", service.url, "--limit", "1").returncode == 0
        assert (len(other.sessions()), len(service.sessions())) == (1, 2)
        assert run(other, file, "--again").returncode == 0
        assert len(other.sessions()) == 4


def test_a_finished_list_that_was_changed_is_a_new_run(tmp_path: Path, service: EmService) -> None:
    assert run(service, logins(tmp_path, 2)).returncode == 0
    assert run(service, logins(tmp_path, 3)).stdout.startswith("3 rows done, 0 refused; ")
    assert sum(sent(service).values()) == 5


# The list is read once.


@pytest.mark.parametrize("what", ["edited", "moved", "replaced"])
def test_no_result_stands_beside_another_row_when_the_list_changes_during_the_run(
    tmp_path: Path, service: EmService, what: str
) -> None:
    file = logins(tmp_path, PHONES)
    service.login(phone(PHONES - 1), "mary")
    with subprocess.Popen(
        command(service, file), env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        service.wait_for_request("login", timeout=30)
        lines = file.read_text().splitlines(keepends=True)
        if what == "edited":
            file.write_text("".join([lines[0], *lines[50:]]))
        elif what == "moved":
            file.rename(tmp_path / "moved.csv")
        else:
            write(tmp_path, "".join([lines[0], *lines[50:]]), "new").replace(file)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    gone = "moved or removed" if what == "moved" else "changed"
    assert f"hotdesk: {file} was {gone} during the run" in errors.decode()
    assert len(service.sessions()) == PHONES
    rows = results(file)
    assert [row["device"] for row in rows] == [phone(n) for n in range(PHONES)]
    assert [row["result"] for row in rows] == ["done"] * (PHONES - 1) + ["refused"]


@pytest.mark.parametrize("beside", ["result.csv", "journal"])
@pytest.mark.parametrize("dangling", [False, True])
def test_symbolic_links_beside_the_list_are_not_followed(
    tmp_path: Path, service: EmService, beside: str, dangling: bool
) -> None:
    file, victim = logins(tmp_path, 1), tmp_path / "victim"
    if not dangling:
        victim.write_text("precious")
    file.with_name(f"{file.name}.{beside}").symlink_to(victim)
    done = run(service, file)
    assert not victim.exists() if dangling else victim.read_text() == "precious"
    if beside == "journal":
        assert (done.returncode, len(service.requests)) == (2, 0)
        assert "is a symbolic link" in done.stderr
    else:
        assert done.returncode == 0
        assert not result(file).is_symlink()
        assert results(file)[0]["result"] == "done"


def test_a_full_disk_stops_the_run_says_how_far_it_came_and_leaves_no_half_result(
    tmp_path: Path, service: EmService
) -> None:
    file = logins(tmp_path, PHONES)
    result(file).write_text("of an earlier run")
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))\n"
    arguments = command(service, file)
    arguments[2] = limited + arguments[2]
    full = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    assert full.returncode == 2
    assert f"cannot write {journal(file)}: " in full.stderr
    assert f"cannot write {result(file)}: " in full.stderr
    assert re.search(r"; \d+ rows done, 0 refused, .*\d+ left; the same command goes on", full.stderr)
    assert result(file).read_text() == "of an earlier run"
    beside = {path.name for path in tmp_path.iterdir()}
    assert beside == {"list.csv", "list.csv.journal", "list.csv.result.csv"}
    rest = run(service, file)
    assert rest.returncode == 0, rest.stderr
    assert len(service.sessions()) == PHONES
    assert set(sent(service).values()) == {1}


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_waits_for_what_is_under_way_and_writes_the_result(
    tmp_path: Path, service: EmService, number: signal.Signals, code: int
) -> None:
    file = logins(tmp_path, PHONES)
    with subprocess.Popen(
        command(service, file, "--json"), env=ENVIRONMENT, stdout=subprocess.PIPE
    ) as process:
        service.wait_for_request("login", timeout=30)
        process.send_signal(number)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == code
    said = json.loads(output)
    assert said["stopped"]["why"] == "asked"
    assert said["done"] == len(service.sessions()) == said["rows"] - said["left"]
    assert Counter(row["result"] for row in results(file)) == {"done": said["done"], "left": said["left"]}


@pytest.mark.usefixtures("signals")
def test_a_second_ctrl_c_does_not_wait(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 8)
    service.faults.add(Silence(), times=None, operation="login")
    with subprocess.Popen(command(service, file), env=ENVIRONMENT, stderr=subprocess.PIPE) as process:
        service.wait_for_request("login", timeout=30)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert any(b"stopping; what is under way has 5 s" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        process.communicate(timeout=30)
    assert time.monotonic() - start < 3
    assert process.returncode == 130
    first, *others = results(file)
    assert first["result"] == "unknown"
    assert "under way" in first["reason"]
    assert {row["result"] for row in others} == {"left"}
    service.faults.clear()
    assert run(service, file).returncode == 0
    assert set(sent(service).values()) == {1}


def test_two_runs_at_once_on_one_list_are_refused(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 5)
    first = command(service, file, "--pause", "2")
    with subprocess.Popen(first, env=ENVIRONMENT, stdout=subprocess.DEVNULL) as process:
        service.wait_for_request("login", timeout=30)
        second = run(service, file)
        assert process.wait(60) == 0
    assert second.returncode == 2
    assert "is in use; another run works on the same file" in second.stderr
    assert set(sent(service).values()) == {1}


@pytest.mark.parametrize("file", ["-", "/dev/stdin"])
def test_a_list_that_is_no_file_is_refused_and_can_be_looked_through(hotdesk: Run, file: str) -> None:
    done = hotdesk("bulk", file, "--service", "h", data=b"device,user\nSEP1,john\n")
    assert done.returncode == 2
    assert b"is no file that a stopped run could go on with; save the list to one" in done.stderr
    done = hotdesk("bulk", file, "--dry-run", data=b"device,user\nSEP1,john\n")
    assert (done.returncode, done.stdout) == (0, b"1 rows can be sent\n")


# No row blocks the list.


def test_a_row_without_an_answer_is_unknown_and_the_others_go_on(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 30)
    service.faults.add(CloseWithoutAnswer(executed=False), times=None, device=phone(3))
    done = run(service, file, "--json")
    assert done.returncode == 3
    said = json.loads(done.stdout)
    assert (said["done"], said["unknown"], said["left"]) == (29, 1, 0)
    (failure,) = said["failures"]
    assert (failure["line"], failure["device"], failure["result"]) == (5, phone(3), "unknown")
    assert failure["reason"]
    assert f"line 5: {phone(3)}: not known what became of it: " in done.stderr
    assert len(service.sessions()) == 29
    row = results(file)[3]
    assert (row["device"], row["result"], row["line"]) == (phone(3), "unknown", "5")
    assert row["reason"] == failure["reason"]
    service.faults.clear()
    again = run(service, file, "--retry-refused", "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["sent"] == 1


def test_a_first_row_without_an_answer_does_not_keep_the_others_waiting(
    tmp_path: Path, service: EmService
) -> None:
    file = logins(tmp_path, 8)
    service.faults.add(Silence(executed=False), times=None, device=phone(0))
    arguments = command(service, file)
    arguments[2] = arguments[2].replace("SETTLE_SECONDS", "PROOF_SECONDS")
    with subprocess.Popen(arguments, env=ENVIRONMENT, stderr=subprocess.PIPE) as process:
        while len(service.sessions()) < 7:
            service.wait_for_request("login", timeout=20)
        process.kill()
        process.communicate(timeout=30)
    assert phone(0) not in service.sessions()


def test_a_row_in_doubt_whose_query_is_refused_is_unknown_and_named(
    tmp_path: Path, service: EmService
) -> None:
    file = logins(tmp_path, 4)
    service.faults.add(CloseWithoutAnswer(), operation="login", device=phone(1))
    service.faults.add(Refuse(6), times=None, operation="deviceUserQuery", device=phone(1))
    done = run(service, file)
    assert done.returncode == 3
    assert f"line 3: {phone(1)}: not known what became of it: " in done.stderr
    assert "with code 6" in done.stderr
    assert [row["result"] for row in results(file)] == ["done", "unknown", "done", "done"]


def test_a_service_that_is_gone_stops_the_run_with_the_rows_that_are_left(
    tmp_path: Path, service: EmService
) -> None:
    file = logins(tmp_path, PHONES)
    service.faults.add(CloseWithoutAnswer(executed=False), times=None)
    done = run(service, file)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"line 2: {phone(0)}: " in done.stderr
    assert f"0 rows done, 0 refused, {PHONES} left; see " in done.stderr
    assert done.stderr.endswith("; the same command goes on where it stopped\n")
    assert len(sent(service)) == 1
    assert Counter(row["result"] for row in results(file)) == {"unknown": 1, "left": PHONES - 1}
    service.faults.clear()
    assert run(service, file).returncode == 0
    assert len(service.sessions()) == PHONES


@pytest.mark.parametrize("code", [2, 3, 10, 27, 28, 30])
def test_a_code_about_who_asks_stops_at_the_first_answer(
    tmp_path: Path, service: EmService, code: int
) -> None:
    file = logins(tmp_path, 20)
    service.faults.add(Refuse(code), times=None)
    done = run(service, file)
    assert done.returncode == 1
    assert f"line 2: {phone(0)}: the service refused with code {code} (" in done.stderr
    assert "0 rows done, 0 refused, 20 left; " in done.stderr
    assert ("check --app" in done.stderr) == (code in (2, 3))
    assert len(service.requests) == 1
    service.faults.clear()
    assert run(service, file).returncode == 0
    assert set(sent(service).values()) <= {1, 2}
    assert len(service.sessions()) == 20


def test_a_password_that_ends_during_the_run_stops_it(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, PHONES)
    service.faults.add(Refuse(3), times=None, device=phone(40))
    done = run(service, file)
    assert done.returncode == 1
    assert f"line 42: {phone(40)}: the service refused with code 3" in done.stderr
    assert sum(sent(service).values()) < 50
    assert {row["result"] for row in results(file)} == {"done", "left"}


def test_stop_after_some_that_were_refused(tmp_path: Path, service: EmService) -> None:
    file = write(tmp_path, "device,user\n" + "".join(f"SEPFFFF{n:08X},user{n}\n" for n in range(40)))
    done = run(service, file, "--stop-after", "3", "--concurrency", "1")
    assert done.returncode == 1
    assert "3 rows were refused or got no answer; 0 rows done, 3 refused, 37 left; " in done.stderr
    assert len(service.requests) == 3


def test_a_pause_is_between_the_starts_of_two_rows(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 6)
    assert run(service, file, "--pause", "0.2").returncode == 0
    times = [record.at for record in service.requests]
    # The first request may have taken its time to arrive.
    assert max(times) - min(times) > 4 * 0.2


@pytest.mark.parametrize(
    "options", [["--limit", "0"], ["--stop-after", "x"], ["--pause", "-1"], ["--again", "--retry-refused"]]
)
def test_wrong_options_are_told(hotdesk: Run, tmp_path: Path, options: list[str]) -> None:
    done = hotdesk("bulk", str(logins(tmp_path, 1)), *options)
    assert done.returncode == 2
    assert options[0].encode() in done.stderr
