"""Which service is asked when one of a cluster fails, and what is sent again."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hotdesk.client import AsyncClient, Attempt, Client, Timeouts
from hotdesk.errors import AnswerLost, BrokenAnswer, ServiceRefused, TurnedAway, Unreachable
from hotdesk_hil.emservice import Answer, CloseWithoutAnswer, EmService, Refuse, Silence
from services import APP, FAST, PHONE, Both, cluster

Made = Callable[..., Both]
NOT_CARRIED_OUT = (400, 401, 403, 404, 405, 411, 413, 414, 415, 421, 429, 431, 501, 503)


@pytest.fixture
def primary() -> Iterator[EmService]:
    with EmService(cluster()) as service:
        yield service


@pytest.fixture
def backup() -> Iterator[EmService]:
    with EmService(cluster()) as service:
        yield service


@pytest.fixture(params=[Client, AsyncClient])
def client(request: pytest.FixtureRequest, primary: EmService, backup: EmService) -> Made:
    def make(**options: object) -> Both:
        return Both(request.param, primary, **{"backup": backup.url, **options})

    return make


@pytest.fixture
def black_hole() -> Iterator[str]:
    """A port that takes no connection and refuses none: the queue of those that wait is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(3):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
            waiting.append(one)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for one in waiting:
            one.close()


def sent(service: EmService) -> list[str]:
    return [record.operation for record in service.requests]


def test_a_failed_service_is_left_once_by_requests_that_fail_side_by_side(
    black_hole: str, backup: EmService
) -> None:
    attempts: list[Attempt] = []
    timeouts = Timeouts(connect=0.5)
    with Client(
        black_hole, APP, backup=backup.url, allow_http=True, timeouts=timeouts, on_attempt=attempts.append
    ) as client:

        def ask() -> None:
            for _ in range(5):
                client.device_users(PHONE)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    dead = [attempt for attempt in attempts if attempt.service in black_hole]
    # Each thread may have been under way when the first one saw it fail, and none comes back.
    assert 1 <= len(dead) <= 4
    assert len(attempts) == 20 + len(dead)


@pytest.mark.parametrize(
    "fault",
    [
        CloseWithoutAnswer(),
        Silence(),
        Answer(b"<html>login</html>"),
        Answer(b"<response><success/></response>"),
        *(Answer(b"", status=status) for status in (302, 404, 500, 503)),
    ],
    ids=repr,
)
def test_a_query_goes_to_the_next_service_after_any_failure(
    client: Made, primary: EmService, backup: EmService, fault: Answer
) -> None:
    backup.login(PHONE, "john")
    primary.faults.add(fault, times=None)
    (row,) = client().call("device_users", PHONE)
    assert row.user == "john"
    assert (sent(primary), sent(backup)) == (["deviceUserQuery"], ["deviceUserQuery"])


@pytest.mark.parametrize("status", NOT_CARRIED_OUT)
def test_a_change_that_was_not_carried_out_goes_to_the_next_service_at_once(
    client: Made, primary: EmService, backup: EmService, status: int
) -> None:
    primary.faults.add(Answer(b"", status=status, executed=False), times=None)
    client().call("login", PHONE, "john")
    assert backup.sessions() == {PHONE: "john"}
    assert (sent(primary), sent(backup)) == (["login"], ["login"])


def test_only_when_all_services_were_asked_it_waits_and_tries_again(
    client: Made, primary: EmService, backup: EmService
) -> None:
    for service in (primary, backup):
        service.faults.add(Answer(b"", status=503, executed=False), times=None)
    attempts: list[Attempt] = []
    with pytest.raises(TurnedAway, match="503") as caught:
        client(on_attempt=attempts.append).call("login", PHONE, "john")
    assert isinstance(caught.value, Unreachable)
    assert (len(sent(primary)), len(sent(backup))) == (FAST.attempts, FAST.attempts)
    assert [attempt.outcome for attempt in attempts] == ["turned away"] * 2 * FAST.attempts
    assert [attempt.number for attempt in attempts] == [*range(1, 2 * FAST.attempts + 1)]
    for service in (primary, backup):
        assert f"127.0.0.1:{service.port}" in str(caught.value)


@pytest.mark.parametrize("status", [204, 302, 408, 409, 500, 502, 504])
@pytest.mark.parametrize("executed", [True, False])
def test_a_change_that_may_have_been_carried_out_is_asked_for_first(
    client: Made, primary: EmService, backup: EmService, status: int, executed: bool
) -> None:
    primary.faults.add(Answer(b"", status=status, executed=executed), operation="login")
    client().call("login", PHONE, "john")
    assert primary.sessions() == {PHONE: "john"}
    assert sent(primary) == ["login", "deviceUserQuery"] + ([] if executed else ["login"])
    assert sent(backup) == []


def test_a_lost_change_is_asked_of_the_next_service_and_sent_once_more_to_who_answered(
    client: Made, primary: EmService, backup: EmService
) -> None:
    primary.faults.add(CloseWithoutAnswer(executed=False), times=None)
    client().call("login", PHONE, "john")
    assert backup.sessions() == {PHONE: "john"}
    assert (sent(primary), sent(backup)) == (["login", "deviceUserQuery"], ["deviceUserQuery", "login"])


def test_a_refusal_of_the_second_sending_is_checked_against_the_truth(
    client: Made, primary: EmService
) -> None:
    primary.login(PHONE, "mary")
    primary.faults.add(CloseWithoutAnswer(executed=False), operation="logout")
    primary.faults.add(Refuse(19), operation="logout")
    with pytest.raises(ServiceRefused) as caught:
        client().call("logout", PHONE)
    assert caught.value.code == 19
    primary.faults.add(CloseWithoutAnswer(executed=False), operation="logout")
    primary.faults.add(Refuse(19, executed=True), operation="logout")
    client().call("logout", PHONE)
    assert primary.sessions() == {}


def test_an_outcome_says_which_service_spoke(client: Made, primary: EmService, backup: EmService) -> None:
    primary.stop()
    backup.login(PHONE, "mary")
    with pytest.raises(ServiceRefused) as refused:
        client().call("login", PHONE, "john")
    assert refused.value.service == f"127.0.0.1:{backup.port}"
    assert f"127.0.0.1:{backup.port}" in str(refused.value)
    backup.faults.add(Answer(b"<html/>"), times=None)
    with pytest.raises(BrokenAnswer) as broken:
        client(url=backup.url, backup=None).call("device_users", PHONE)
    assert broken.value.service == f"127.0.0.1:{backup.port}"


def test_a_busy_service_is_followed_by_the_next_one(
    client: Made, primary: EmService, backup: EmService
) -> None:
    primary.faults.add(Refuse(26), times=None)
    client().call("login", PHONE, "john")
    assert (sent(primary), sent(backup)) == (["login"], ["login"])


def test_rows_are_worked_off_as_fast_with_the_first_service_dead(black_hole: str, backup: EmService) -> None:
    timeouts = Timeouts(connect=2)
    with Client(black_hole, APP, backup=backup.url, allow_http=True, timeouts=timeouts) as client:
        counter = itertools.count()

        def ask() -> None:
            while next(counter) < 60:
                client.device_users(PHONE)

        start = time.monotonic()
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # The first four requests wait for a connection at the same time, and none after them.
        assert time.monotonic() - start < 5


def test_a_name_of_nobody_asks_nobody(client: Made, primary: EmService) -> None:
    for method in ("device_users", "user_devices", "device_profiles", "check_user"):
        assert client().call(method) == []
    assert sent(primary) == []


def test_what_one_service_refuses_to_say_of_a_lost_change_the_next_one_may(
    client: Made, primary: EmService, backup: EmService
) -> None:
    backup.login(PHONE, "john")
    primary.faults.add(CloseWithoutAnswer(executed=False), operation="login")
    primary.faults.add(Refuse(6), operation="deviceUserQuery", times=None)
    client().call("login", PHONE, "john")
    assert (sent(primary), sent(backup)) == (["login", "deviceUserQuery"], ["deviceUserQuery"])


def test_where_all_services_refuse_to_say_it_the_outcome_is_not_known(
    client: Made, primary: EmService, backup: EmService
) -> None:
    primary.faults.add(CloseWithoutAnswer(executed=False), operation="login")
    for service in (primary, backup):
        service.faults.add(Refuse(6), operation="deviceUserQuery", times=None)
    with pytest.raises(AnswerLost, match="not known") as caught:
        client().call("login", PHONE, "john")
    assert caught.value.done is None
    assert (sent(primary), sent(backup)) == (["login", "deviceUserQuery"], ["deviceUserQuery"])


def test_a_second_sending_that_nobody_takes_is_followed_by_a_query(client: Made, primary: EmService) -> None:
    primary.faults.add(CloseWithoutAnswer(executed=False), operation="login", times=1)
    primary.faults.add(Answer(b"", status=503, executed=False), operation="login", times=None)
    with pytest.raises(AnswerLost, match="shows that it is not done") as caught:
        client(backup=None).call("login", PHONE, "john")
    assert caught.value.done is False
    assert sent(primary)[-1] == "deviceUserQuery"
    assert sent(primary).count("deviceUserQuery") == 2
