"""In which order the rows of a list go: those about one user or one device as they stand, others side by
side."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hotdesk._list_rows import Row
from hotdesk._order import Order
from hotdesk_hil.emservice import EmService
from lists import phone, results, run, write
from services import cluster

MOVES = 40


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(phones=2 * MOVES)) as service:
        yield service


def row(number: int, operation: str, device: str, user: str = "") -> Row:
    return Row(number, number, operation, device, user, None, None)


def starts(*rows: Row, most: int = 100) -> list[list[int]]:
    """Return which rows start together, if each group ends before the next starts."""
    order = Order(iter(rows))
    groups = []
    while not order.ended():
        group = order.start(most)
        assert group, "no row may start"
        groups.append([row.number for row in group])
        for row in group:
            order.end(row)
    return groups


def test_rows_about_others_go_side_by_side() -> None:
    rows = [row(n, "login", f"SEP{n}", f"user{n}") for n in range(1, 7)]
    assert starts(*rows, most=4) == [[1, 2, 3, 4], [5, 6]]


def test_rows_about_one_device_go_in_their_order() -> None:
    assert starts(row(1, "logout", "SEP1"), row(2, "logout", "sep1"), row(3, "logout", "SEP2")) == [
        [1, 3],
        [2],
    ]


def test_rows_about_one_user_go_in_their_order() -> None:
    rows = [row(1, "login", "SEP1", "john"), row(2, "login", "SEP2", "JOHN"), row(3, "login", "SEP3", "mary")]
    assert starts(*rows) == [[1, 3], [2]]


def test_a_user_that_is_called_as_a_device_is_is_another_thing() -> None:
    assert starts(row(1, "login", "SEP1", "SEP2"), row(2, "login", "SEP2", "SEP1")) == [[1, 2]]


def test_a_login_waits_for_each_logout_before_it_whose_user_nobody_knows() -> None:
    rows = [row(1, "logout", "SEP1"), row(2, "login", "SEP2", "john"), row(3, "logout", "SEP3")]
    assert starts(*rows) == [[1, 3], [2]]
    rows = [row(1, "logout", "SEP1", "mary"), row(2, "login", "SEP2", "john")]
    assert starts(*rows) == [[1, 2]]


def test_rows_far_apart_keep_their_order() -> None:
    others = [row(n, "login", f"SEP{n}", f"user{n}") for n in range(2, 3000)]
    groups = starts(row(1, "login", "SEP1", "john"), *others, row(3000, "login", "SEPX", "john"), most=5)
    place = {number: n for n, group in enumerate(groups) for number in group}
    assert place[1] < place[3000]
    assert sorted(place) == list(range(1, 3001))


def test_whatever_the_list_no_row_overtakes_another_about_the_same() -> None:
    dice = random.Random(7)
    for _ in range(50):
        rows = [
            row(
                n,
                dice.choice(["login", "logout", "take-over"]),
                f"SEP{dice.randint(1, 6)}",
                f"u{dice.randint(1, 6)}",
            )
            for n in range(1, 60)
        ]
        order, running, ended = Order(iter(rows)), [], []
        while not order.ended():
            running += order.start(dice.randint(1, 4))
            last = running.pop(dice.randrange(len(running)))
            order.end(last)
            ended.append(last)
        for at, later in enumerate(ended):
            for earlier in ended[at + 1 :]:
                if earlier.number < later.number:
                    assert earlier.device != later.device
                    assert earlier.user != later.user


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
