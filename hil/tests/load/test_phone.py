"""What a phone and its person do at a desk: they wait, they ask before they repeat, and they give up."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hotdesk import AppInfo, Secret
from hotdesk.client import Attempt
from load.conftest import Lab

from hotdesk_hil.emservice import CloseWithoutAnswer, EmService, Refuse, RefuseConnection
from hotdesk_hil.emservice.faults import Answer
from hotdesk_hil.load.desks import Desk, Person
from hotdesk_hil.load.phone import COUNT_DOWNS, Closed, Miss, Phone, Service, log_out_all

DEVICE = "SEP000000000001"
JOHN = Person("early1", "7000001")


class Bench:
    """A phone that is told the time: its waits, and what it sent."""

    def __init__(self, service: EmService, person: Person = JOHN, tries: int = 3) -> None:
        app = AppInfo(id="emphone", certificate=Secret("phone-demo-certificate"))
        self.emservice = service
        self.service = Service(service.url, app, allow_http=True)
        self.waits: list[float] = []
        self.sent: list[Attempt] = []
        self.on_wait: Callable[[int], None] = lambda _number: None
        self.phone = Phone(Desk(0, DEVICE, person), self.service, self.wait, self.sent.append, tries)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.on_wait(len(self.waits))

    @property
    def operations(self) -> list[str]:
        return [attempt.operation for attempt in self.sent]


@pytest.fixture
def bench(made: Lab) -> Bench:
    return Bench(made(2)[1])


def test_a_person_signs_with_his_own_pin(bench: Bench) -> None:
    assert bench.phone.log_in(JOHN) is None
    assert bench.emservice.sessions() == {DEVICE: "early1"}
    assert [record.app_id for record in bench.emservice.requests] == ["early1"]
    assert bench.phone.log_in(Person("early1")) is None
    assert bench.emservice.requests[-1].app_id == "emphone"
    assert bench.waits == []


def test_while_the_service_is_busy_it_counts_down_ever_longer(bench: Bench) -> None:
    bench.emservice.faults.add(Refuse(26, executed=False), times=COUNT_DOWNS)
    assert bench.phone.log_in(JOHN) is None
    assert bench.operations == ["login"] * (COUNT_DOWNS + 1)
    plain = (3, 6, 12, 24, 30)
    assert all(0.8 * told <= wait <= 1.2 * told for wait, told in zip(bench.waits, plain, strict=True))
    assert len(set(bench.waits)) == COUNT_DOWNS


def test_a_person_pauses_before_he_presses_again_and_gives_up_in_the_end(bench: Bench) -> None:
    bench.emservice.faults.add(Refuse(26, executed=False), times=None)
    miss = bench.phone.log_in(JOHN)
    assert miss is not None
    assert (miss.party, miss.fatal) == ("service", False)
    assert "code 26" in miss.what
    assert len(bench.sent) == 3 * (COUNT_DOWNS + 1)
    pauses = bench.waits[COUNT_DOWNS :: COUNT_DOWNS + 1]
    assert len(pauses) == 2
    assert all(10 <= pause <= 30 for pause in pauses)
    assert bench.emservice.sessions() == {}


def test_people_do_not_wait_the_same_time(bench: Bench) -> None:
    bench.emservice.faults.add(Refuse(26, executed=False), times=None)
    bench.phone.log_in(JOHN)
    assert all(one != other for one, other in pairwise(bench.waits))


def test_a_lost_answer_is_asked_about_and_nothing_is_sent_twice(bench: Bench) -> None:
    bench.emservice.faults.add(CloseWithoutAnswer(), operation="login")
    # The person may not ask about the phone, so the client cannot tell: the application user does.
    assert bench.phone.log_in(JOHN) is None
    assert bench.operations == ["login", "deviceUserQuery", "deviceUserQuery"]
    assert bench.emservice.sessions() == {DEVICE: "early1"}
    assert len(bench.waits) == 1


def test_what_a_query_shows_as_not_done_is_sent_again(bench: Bench) -> None:
    bench.emservice.faults.add(CloseWithoutAnswer(executed=False), operation="login")
    assert bench.phone.log_in(JOHN) is None
    assert bench.operations == ["login", "deviceUserQuery", "deviceUserQuery", "login"]


def test_as_long_as_no_query_is_answered_nothing_is_sent_again(bench: Bench) -> None:
    bench.emservice.faults.add(CloseWithoutAnswer(), operation="login", times=None)
    bench.emservice.faults.add(Answer(b"", status=500), operation="deviceUserQuery", times=None)
    miss = bench.phone.log_in(JOHN)
    assert miss is not None
    assert bench.operations.count("login") == 1


def test_whoever_forgot_to_log_out_is_logged_out_first(bench: Bench) -> None:
    bench.emservice.login(DEVICE, "early2")
    assert bench.phone.log_in(Person("late1", "8000001")) is None
    assert bench.operations == ["login", "logout", "login"]
    assert bench.emservice.sessions() == {DEVICE: "late1"}


def test_a_logout_where_nobody_is_is_no_miss(bench: Bench) -> None:
    assert bench.phone.log_out() is None
    bench.emservice.login(DEVICE, "early1")
    assert bench.phone.log_out() is None
    assert bench.emservice.sessions() == {}


def test_a_phone_that_shows_somebody_after_logout_all_is_a_miss(bench: Bench) -> None:
    bench.emservice.login(DEVICE, "early1")
    assert log_out_all(bench.service, bench.wait, bench.sent.append) is None
    assert bench.phone.look() is None
    bench.emservice.login(DEVICE, "early1")
    miss = bench.phone.look()
    assert miss is not None
    assert (miss.party, len(bench.waits)) == ("service", 0)


def test_logout_all_is_sent_again_only_while_the_service_is_busy(bench: Bench) -> None:
    bench.emservice.faults.add(Refuse(26, executed=False), operation="logoutAll", times=2)
    assert log_out_all(bench.service, bench.wait, bench.sent.append) is None
    assert (bench.operations, len(bench.waits)) == (["logoutAll"] * 3, 2)
    bench.sent.clear()
    bench.emservice.faults.add(CloseWithoutAnswer(), operation="logoutAll", times=None)
    miss = log_out_all(bench.service, bench.wait, bench.sent.append)
    assert miss is not None
    assert (miss.party, bench.operations) == ("service or network", ["logoutAll"])


@pytest.mark.parametrize(
    ("code", "person", "party", "fatal"),
    [
        (3, Person("early1"), "who asks", True),
        (10, Person("early1"), "who asks", True),
        (28, Person("early1"), "who asks", True),
        (3, JOHN, "desks", False),
        (22, JOHN, "desks", False),
        (12, JOHN, "desks", False),
        (25, JOHN, "desks", False),
        (6, JOHN, "service", False),
        (999, JOHN, "service", False),
    ],
)
def test_a_refusal_blames_whoever_must_act_and_is_not_repeated_in_vain(
    bench: Bench, code: int, person: Person, party: str, fatal: bool
) -> None:
    bench.emservice.faults.add(Refuse(code, executed=False), times=None)
    miss = bench.phone.log_in(person)
    assert miss is not None
    assert (miss.party, miss.fatal) == (party, fatal)
    assert str(code) in miss.what
    assert len(bench.sent) == (3 if code == 6 else 1)


def test_a_service_that_does_not_run_is_the_networks_and_one_that_turns_away_its_own(bench: Bench) -> None:
    bench.emservice.faults.add(Answer(b"", status=503, executed=False), times=None)
    miss = bench.phone.log_in(JOHN)
    assert miss is not None
    assert (miss.party, len(bench.sent), "503" in miss.what) == ("service", 3, True)
    bench.emservice.faults.add(RefuseConnection(), times=None)
    miss = bench.phone.log_in(JOHN)
    assert miss == Miss("network", f"{bench.service.url.split('/')[2]} cannot be connected to")


def test_whoever_waits_when_the_run_ends_blames_what_he_waited_for(bench: Bench) -> None:
    def close(_number: int) -> None:
        raise Closed

    bench.on_wait = close
    bench.emservice.faults.add(Refuse(26, executed=False), times=None)
    miss = bench.phone.log_in(JOHN)
    assert miss is not None
    assert (miss.party, len(bench.sent)) == ("service", 1)
    assert "code 26" in miss.what
