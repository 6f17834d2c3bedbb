"""Totals and rates: by operation and outcome, over the last whole seconds, and from zero after a reset."""

from __future__ import annotations

from emservice.client import DESK, DESK2, Client

from hotdesk_hil.emservice import CloseWithoutAnswer, EmService, Total
from hotdesk_hil.emservice.records import RequestRecord, elsewhere
from hotdesk_hil.emservice.totals import Totals


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def record(operation: str | None = "login", code: int | None = None) -> RequestRecord:
    return RequestRecord(operation, (DESK,), ("john",), "emphone", code, 0.0)


def test_a_rate_is_of_the_last_ten_whole_seconds() -> None:
    clock = Seconds()
    totals = Totals(clock)
    for _ in range(20):
        totals.count(record())
    assert totals.operations() == [Total("login", 20, 0.0, {None: 20})]  # this second is not whole yet
    clock.now += 1
    assert totals.operations()[0].per_second == 2.0
    clock.now += 9
    assert totals.operations()[0].per_second == 2.0
    clock.now += 1
    assert totals.operations()[0].per_second == 0.0


def test_a_minute_of_seconds_is_kept() -> None:
    clock = Seconds()
    totals = Totals(clock)
    for second in range(200):
        for _ in range(second % 3):
            totals.count(record("logout"))
        clock.now += 1
    assert totals.last_minute() == [second % 3 for second in range(140, 200)]
    clock.now += 30
    assert totals.last_minute() == [second % 3 for second in range(170, 200)] + [0] * 30


def test_what_did_not_reach_the_service_is_counted_apart() -> None:
    totals = Totals(Seconds())
    totals.count(record(None, 1))
    totals.count(elsewhere(0.0, "GET /", 404, ""))
    totals.count(elsewhere(0.0, "half a request", None, ""))
    assert [(total.operation, total.outcomes) for total in totals.operations()] == [
        ("elsewhere", {"404": 1, "no answer": 1}),
        ("unreadable", {1: 1}),
    ]


def test_a_service_counts_until_it_is_reset(service: EmService, client: Client) -> None:
    client.login(DESK, "john")
    client.login(DESK, "mary")
    service.faults.add(CloseWithoutAnswer(executed=False))
    assert client.raw(client.post_bytes(client.login_xml(DESK2, "mary"))) == b""
    (login,) = service.totals
    assert (login.operation, login.requests) == ("login", 3)
    assert login.outcomes == {None: 1, 18: 1, "CloseWithoutAnswer": 1}
    service.reset()
    assert service.totals == []
    assert sum(service.last_minute) == 0
