"""`EmService` as a test holds it: start and stop, the administrator's hand, records, waiting."""

from __future__ import annotations

import socket
import threading

import pytest
from emservice.client import DESK, DESK2, DISABLED, JOHN, SECRETS, Client

from hotdesk_hil.emservice import Cluster, EmService


def test_stop_frees_the_port_and_start_takes_it_again_at_once(service: EmService, client: Client) -> None:
    port = service.port
    for _ in range(5):
        assert client.login(DESK, "john").code is None
        service.stop()
        with pytest.raises(ConnectionRefusedError):
            client.logout(DESK)
        service.start()
        assert service.port == port


def test_stop_closes_connections_that_are_open(service: EmService) -> None:
    with socket.create_connection((service.host, service.port), timeout=10) as connection:
        connection.sendall(b"POST /emservice/EMServiceServlet HTTP/1.1\r\n")
        service.stop()
        assert connection.recv(1) == b""


def test_start_and_stop_may_be_called_twice(service: EmService, client: Client) -> None:
    service.start()
    assert client.login(DESK, "john").code is None
    service.stop()
    service.stop()


def test_a_taken_port_is_an_error_at_the_start(demo: Cluster, service: EmService) -> None:
    second = EmService(demo, port=service.port)
    with pytest.raises(OSError):
        second.start()
    second.close()


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "256.0.0.1", "no such host"])
def test_a_host_that_is_none_is_an_error_that_names_it(demo: Cluster, host: str) -> None:
    service = EmService(demo, host=host)
    with pytest.raises(OSError, match=f"{host}:0: .*; it was wanted for the service"):
        service.start()
    service.close()


def test_two_services_are_apart(demo: Cluster) -> None:
    with EmService(demo) as one, EmService(demo) as two:
        assert one.port != two.port
        Client(one.url).login(DESK, "john")
        assert (one.sessions(), two.sessions()) == ({DESK: "john"}, {})


def test_the_administrators_hand_asks_no_rule(service: EmService, client: Client) -> None:
    service.login(DESK.lower(), "MARY")
    service.login(DESK, "john", profile="dpspare")
    service.login(DESK2, "john")
    service.login(DISABLED, "pat")
    assert service.sessions() == {DESK: "john", DESK2: "john", DISABLED: "pat"}
    assert service.previous(DESK) == "mary"
    service.logout(DESK)
    service.logout(DESK)
    assert service.sessions() == {DESK2: "john", DISABLED: "pat"}
    assert service.requests == []
    assert client.login(DESK, "john").code == 25


def test_the_administrators_hand_refuses_unknown_names(service: EmService) -> None:
    for arguments in [("SEP0", "john"), (DESK, "nobody"), (DESK, "john", "NoSuch")]:
        with pytest.raises(KeyError):
            service.login(*arguments)
    with pytest.raises(KeyError):
        service.logout("SEP0")


def test_a_record_says_what_was_asked_and_answered_and_no_secret(service: EmService, client: Client) -> None:
    client.signed_by(JOHN).login(DESK, "john")
    client.query("userDevicesQuery", "john", "mary")
    client.signed_by(("john", "54321")).logout(DESK)
    login, query, logout = service.requests
    assert (login.operation, login.devices, login.users, login.app_id) == (
        "login",
        (DESK,),
        ("john",),
        "john",
    )
    assert (login.code, login.executed, login.fault) == (None, True, None)
    assert (query.operation, query.users, query.app_id) == ("userDevicesQuery", ("john", "mary"), "emphone")
    assert (logout.operation, logout.code) == ("logout", 3)
    assert login.at <= query.at <= logout.at
    shown = repr(service.requests) + repr(service) + "".join(map(str, service.requests))
    assert not [secret for secret in SECRETS if secret in shown]


def test_wait_for_request_sees_what_has_come_and_what_comes(service: EmService, client: Client) -> None:
    client.login(DESK, "john")
    assert service.wait_for_request().operation == "login"
    later = threading.Thread(target=client.logout, args=(DESK,))
    later.start()
    assert service.wait_for_request(timeout=10).operation == "logout"
    later.join()


def test_wait_for_request_returns_each_request_once_and_skips_others(
    service: EmService, client: Client
) -> None:
    client.query("deviceUserQuery", DESK)
    client.login(DESK, "john")
    client.logout(DESK)
    client.login(DESK, "mary")
    assert service.wait_for_request("login").users == ("john",)
    assert service.wait_for_request("login").users == ("mary",)
    with pytest.raises(TimeoutError):
        service.wait_for_request(timeout=0)


def test_a_timeout_says_what_arrived(service: EmService, client: Client) -> None:
    client.logout(DESK)
    with pytest.raises(
        TimeoutError, match=r"no login within 0 s; arrived: logout .* \[19\] No user logged in"
    ):
        service.wait_for_request("login", timeout=0)
    with pytest.raises(TimeoutError, match="no logout"):
        EmService(service.cluster).wait_for_request("logout", timeout=0)


def test_the_clock_only_moves_forward(service: EmService) -> None:
    with pytest.raises(ValueError):
        service.clock.advance(-1)
