"""When a fault strikes: by device, user, probability and count; before the request is read, and after."""

from __future__ import annotations

import socket

import pytest
from emservice.client import DESK, DESK2, Client

from hotdesk_hil.emservice import (
    AcceptInSilence,
    Answer,
    BadCertificate,
    CertificateFlaw,
    ConnectionFault,
    EmService,
    Fault,
    Refuse,
    RefuseConnection,
    ResetConnection,
)
from hotdesk_hil.emservice.document import Document
from hotdesk_hil.emservice.rules import Faults

BROKEN = Answer(b"", status=500, executed=False)


def test_a_fault_strikes_its_device_only_without_regard_to_case(service: EmService, client: Client) -> None:
    service.faults.add(BROKEN, times=None, device=DESK.lower())
    assert client.login(DESK2, "mary").status == 200
    assert client.login(DESK, "john").status == 500
    assert client.query("deviceUserQuery", DESK2, DESK).status == 500
    assert client.query("userDevicesQuery", "john").status == 200


def test_a_fault_strikes_its_user_only(service: EmService, client: Client) -> None:
    service.faults.add(BROKEN, times=None, user="JOHN")
    assert client.login(DESK, "mary").status == 200
    assert client.login(DESK2, "john").status == 500
    assert client.query("checkUser", "mary", "john").status == 500
    assert client.logout(DESK).status == 200


def test_every_condition_of_a_rule_must_hold(service: EmService, client: Client) -> None:
    service.faults.add(BROKEN, operation="login", device=DESK, user="john")
    assert client.login(DESK, "mary").status == 200
    assert client.logout(DESK).status == 200
    assert client.query("checkUser", "john").status == 200
    assert client.login(DESK, "john").status == 500
    assert client.login(DESK, "john").status == 200, "once"


def test_a_fault_with_a_condition_does_not_strike_what_cannot_be_read(
    service: EmService, client: Client
) -> None:
    service.faults.add(BROKEN, device=DESK)
    assert client.post("hello").status == 200


def asked(n: int) -> Document:
    return Document("login", "app", "c", devices=(f"D{n}",), users=("u",))


def strikes(probability: float, seed: int | None, count: int = 1000) -> list[bool]:
    faults = Faults()
    faults.add(BROKEN, times=None, probability=probability, seed=seed)
    return [faults.take(asked(n)) is not None for n in range(count)]


def test_a_probability_is_kept_and_a_seed_repeats_it() -> None:
    assert strikes(0.3, seed=1) == strikes(0.3, seed=1)
    assert strikes(0.3, seed=1) != strikes(0.3, seed=2)
    assert 250 < sum(strikes(0.3, seed=1)) < 350
    assert all(strikes(1.0, seed=1))


def test_what_a_rule_lets_pass_is_not_counted() -> None:
    faults = Faults()
    rule = faults.add(BROKEN, times=5, probability=0.5, seed=3)
    struck = [faults.take(asked(n)) is not None for n in range(100)]
    assert sum(struck) == 5
    assert struck.index(True) > 0 or struck[:6].count(True) < 5
    assert (rule.struck, rule.left, faults.waiting) == (5, 0, 0)


def test_a_rule_that_lets_pass_leaves_the_request_to_the_next(service: EmService, client: Client) -> None:
    service.faults.add(Refuse(26), times=None, probability=1e-12, seed=1)
    service.faults.add(Refuse(29), times=None)
    assert client.login(DESK, "john").code == 29


def test_a_rule_is_listed_and_removed_by_its_number(service: EmService, client: Client) -> None:
    first = service.faults.add(Refuse(26), times=3)
    second = service.faults.add(Refuse(29), times=None, user="john")
    assert client.login(DESK, "john").code == 26
    assert [(rule.id, rule.left, rule.struck) for rule in service.faults.rules] == [
        (first.id, 2, 1),
        (second.id, None, 0),
    ]
    service.faults.remove(first.id)
    assert client.login(DESK, "john").code == 29
    with pytest.raises(KeyError):
        service.faults.remove(first.id)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (BROKEN, {"times": 0}),
        (BROKEN, {"probability": 0}),
        (BROKEN, {"probability": 1.1}),
        (BROKEN, {"probability": float("nan")}),
        (ResetConnection(), {"operation": "login"}),
        (AcceptInSilence(), {"device": DESK}),
        (BadCertificate(CertificateFlaw.EXPIRED), {"user": "john"}),
        (RefuseConnection(), {"times": 1}),
        (RefuseConnection(), {"times": None, "probability": 0.5}),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(
    service: EmService, fault: Fault | ConnectionFault, rule: dict[str, object]
) -> None:
    with pytest.raises(ValueError):
        service.faults.add(fault, **rule)
    assert service.faults.waiting == 0


# Before the request is read


def test_connections_are_refused_until_the_fault_is_removed(service: EmService, client: Client) -> None:
    for _ in range(3):
        rule = service.faults.add(RefuseConnection(), times=None)
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                client.login(DESK, "john")
        service.faults.remove(rule.id)
        assert client.query("checkUser", "john").code is None
    assert service.sessions() == {}


def test_a_service_that_refuses_stops_and_starts_refusing(service: EmService, client: Client) -> None:
    service.faults.add(RefuseConnection(), times=None)
    service.stop()
    service.start()
    with pytest.raises(ConnectionRefusedError):
        client.login(DESK, "john")
    service.faults.clear()
    assert client.login(DESK, "john").code is None


def test_a_connection_is_reset_and_nothing_carried_out(service: EmService, client: Client) -> None:
    service.faults.add(ResetConnection(), times=2)
    for _ in range(2):
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            client.login(DESK, "john")
    assert client.login(DESK, "john").code is None
    assert len(service.requests) == 1, "a connection that was struck is no request"


def test_a_connection_is_accepted_in_silence(service: EmService, client: Client) -> None:
    rule = service.faults.add(AcceptInSilence())
    with socket.create_connection((client.host, client.port), timeout=10) as connection:
        connection.sendall(client.post_bytes(client.login_xml(DESK, "john")))
        assert client.login(DESK2, "mary").code is None
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)
        assert rule.struck == 1
        connection.settimeout(10)
        service.stop()
        assert connection.recv(1) == b""
    assert service.sessions() == {DESK2: "mary"}


def test_a_connection_fault_counts_connections_by_probability(service: EmService, client: Client) -> None:
    service.faults.add(ResetConnection(), times=None, probability=0.5, seed=7)
    outcomes = []
    for _ in range(40):
        try:
            client.query("checkUser", "john")
            outcomes.append(True)
        except (ConnectionResetError, BrokenPipeError):
            outcomes.append(False)
    (rule,) = service.faults.rules
    assert rule.struck == outcomes.count(False)
    assert 10 < rule.struck < 30
