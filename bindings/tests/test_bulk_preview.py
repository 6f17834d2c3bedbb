"""A list held against the service before anything is changed, and rows left alone that are already so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Run
from hotdesk_hil.emservice import EmService
from lists import logins, phone, results, run, sent, write
from services import cluster

CHANGES = {"login", "logout", "logoutAll"}


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=300)) as service:
        yield service


def changes(service: EmService) -> int:
    return sum(record.operation in CHANGES for record in service.requests)


def test_dry_run_asks_nothing_and_needs_no_cluster(tmp_path: Path, service: EmService, hotdesk: Run) -> None:
    file = logins(tmp_path, 3)
    assert hotdesk("bulk", str(file), "--dry-run").stdout == b"3 rows can be sent\n"
    assert run(service, file, "--dry-run").stdout == "3 rows can be sent\n"
    assert service.requests == []
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_preview_says_what_each_row_would_do_and_changes_nothing(tmp_path: Path, service: EmService) -> None:
    service.login(phone(1), "mary")
    service.login(phone(2), "user2")
    service.login(phone(3), "user9")
    service.login(phone(4), "user4")
    rows = [
        f"login,{phone(0)},user0",
        f"login,{phone(1)},user1",
        f"login,{phone(2)},USER2",
        f"take-over,{phone(3)},user3",
        f"logout,{phone(4)},",
        f"logout,{phone(5)},",
        "login,SEPFFFFFFFFFFFF,user6",
        f"login,{phone(7)},nobody",
        f"login,{phone(8)},mary",
    ]
    file = write(tmp_path, "\n".join(["operation,device,user", *rows]))
    done = run(service, file, "--preview")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"line 3: mary is on {phone(1)}; a login is refused (18), a take-over logs mary out",
        f"line 4: USER2 is on {phone(2)} already",
        f"line 5: user9 would be logged out of {phone(3)}",
        f"line 6: user4 would be logged out of {phone(4)}",
        f"line 7: nobody is on {phone(5)} already",
        "line 8: SEPFFFFFFFFFFFF is not known",
        "line 9: nobody is not known",
        f"line 10: mary is on {phone(1)}; refused (25) unless a user may be on several phones",
        "9 rows: 1 would work, 2 already so, 1 unknown device, 1 unknown user, 2 logs out, 1 another user, "
        "1 elsewhere",
    ]
    assert changes(service) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]
    said = json.loads(run(service, file, "--preview", "--json").stdout)
    assert said["rows"][1] == {
        "line": 3,
        "operation": "login",
        "device": phone(1),
        "user": "user1",
        "verdict": "another user",
        "other": "mary",
    }
    assert Counter(row["verdict"] for row in said["rows"])["already so"] == 2


def test_preview_goes_through_the_rows_in_their_order(tmp_path: Path, service: EmService) -> None:
    service.login(phone(0), "user0")
    rows = [
        f"logout,{phone(0)},",
        f"login,{phone(1)},user0",
        f"take-over,{phone(1)},user1",
        f"login,{phone(2)},user0",
    ]
    done = run(service, write(tmp_path, "\n".join(["operation,device,user", *rows])), "--preview")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"line 2: user0 would be logged out of {phone(0)}",
        f"line 4: user0 would be logged out of {phone(1)}",
        "4 rows: 2 would work, 2 logs out",
    ]


def test_preview_asks_about_many_names_at_once(tmp_path: Path, service: EmService) -> None:
    done = run(service, logins(tmp_path, 300), "--preview")
    assert (done.returncode, done.stdout) == (0, "300 rows: 300 would work\n")
    assert Counter(record.operation for record in service.requests) == {
        "deviceUserQuery": 3,
        "checkUser": 3,
        "userDevicesQuery": 3,
    }


def test_preview_of_a_service_that_is_not_there_exits_3(tmp_path: Path, service: EmService) -> None:
    file = logins(tmp_path, 1)
    service.stop()
    done = run(service, file, "--preview")
    assert (done.returncode, done.stdout) == (3, "")


def test_skip_done_leaves_alone_what_is_already_so(tmp_path: Path, service: EmService) -> None:
    service.login(phone(0), "user0")
    service.login(phone(3), "mary")
    rows = [
        f"login,{phone(0)},USER0",
        f"login,{phone(1)},user1",
        f"logout,{phone(2)},",
        f"logout,{phone(3)},",
        f"take-over,{phone(0)},user0",
    ]
    file = write(tmp_path, "\n".join(["operation,device,user", *rows]))
    done = run(service, file, "--skip-done", "--json")
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert (said["done"], said["skipped"], said["sent"], said["left"]) == (2, 3, 2, 0)
    assert [row["result"] for row in results(file)] == ["skipped", "done", "skipped", "done", "skipped"]
    assert (sent(service), sent(service, "logout")) == ({phone(1): 1}, {phone(3): 1})
    again = run(service, file, "--skip-done")
    assert again.stdout.startswith("0 rows done, 0 refused, 5 already so; see ")


@pytest.mark.parametrize("options", [["--dry-run", "--preview"], ["--preview", "--service", "h"]])
def test_preview_needs_one_meaning_and_a_credential(tmp_path: Path, hotdesk: Run, options: list[str]) -> None:
    assert hotdesk("bulk", str(logins(tmp_path, 1)), *options).returncode == 2
