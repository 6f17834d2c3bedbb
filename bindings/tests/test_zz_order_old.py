"""In which order the rows of a list go: those about one user or one device as they stand, others side by
side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hotdesk_hil.emservice import EmService
from lists import phone, results, run, write
from services import cluster

MOVES = 40


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=2 * MOVES)) as service:
        yield service


@pytest.mark.parametrize("named", [True, False])
def test_a_move_list_logs_out_there_before_it_logs_in_here(
    tmp_path: Path, service: EmService, named: bool
) -> None:
    for n in range(MOVES):
        service.login(phone(n), f"user{n}")
    lines = ["operation,device,user\n"]
    for n in range(MOVES):
        lines.append(f"logout,{phone(n)},{f'user{n}' if named else ''}\n")
        lines.append(f"login,{phone(MOVES + n)},user{n}\n")
    done = run(service, write(tmp_path, "".join(lines)), "--concurrency", "5")
    assert (done.returncode, done.stdout.split("; ")[0]) == (0, f"{2 * MOVES} rows done, 0 refused")
    assert service.sessions() == {phone(MOVES + n): f"user{n}" for n in range(MOVES)}


def test_a_device_may_stand_more_than_once(tmp_path: Path, service: EmService) -> None:
    service.login(phone(0), "mary")
    rows = ["logout,{},", "login,{},user0", "logout,{},", "login,{},user1"]
    file = write(tmp_path, "\n".join(["operation,device,user", *rows]).format(*[phone(0)] * 4))
    assert run(service, file).returncode == 0
    assert service.sessions() == {phone(0): "user1"}
    operations = [record.operation for record in service.requests]
    assert operations == ["logout", "login", "logout", "login"]


def test_of_two_rows_about_one_user_the_first_wins(tmp_path: Path, service: EmService) -> None:
    text = "device,user\n" + "".join(f"{phone(n)},user{n // 2}\n" for n in range(20))
    file = write(tmp_path, text)
    assert run(service, file).returncode == 1
    assert [row["code"] for row in results(file)] == ["", "25"] * 10
    assert service.sessions() == {phone(n): f"user{n // 2}" for n in range(0, 20, 2)}


def test_take_over_is_an_operation_of_a_list(tmp_path: Path, service: EmService) -> None:
    service.login(phone(0), "mary")
    file = write(tmp_path, f"Action;Phone;User\ntake over;{phone(0)};user0\nTake-Over;{phone(1)};user1\n")
    done = run(service, file)
    assert done.returncode == 0, done.stderr
    assert service.sessions() == {phone(0): "user0", phone(1): "user1"}


def test_a_user_whom_a_take_over_frees_logs_in_behind_it(tmp_path: Path, service: EmService) -> None:
    # Each user sits where the next row takes over, and moves one phone on.
    for n in range(MOVES):
        service.login(phone(n), f"user{n}")
    lines = [f"take-over,{phone(0)},mary\n"]
    lines += [f"take-over,{phone(n + 1)},user{n}\n" for n in range(MOVES)]
    done = run(service, write(tmp_path, "operation,device,user\n" + "".join(lines)), "--concurrency", "5")
    assert (done.returncode, done.stdout.split("; ")[0]) == (0, f"{MOVES + 1} rows done, 0 refused")
    assert service.sessions() == {phone(0): "mary"} | {phone(n + 1): f"user{n}" for n in range(MOVES)}
