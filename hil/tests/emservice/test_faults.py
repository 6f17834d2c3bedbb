"""Each fault as it looks from the other end of the socket, and whether the request was carried out."""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import suppress

import pytest
from emservice.client import DESK, DESK2, Client

from hotdesk_hil.emservice import (
    Answer,
    CloseWithoutAnswer,
    CutAnswer,
    Dribble,
    EmService,
    Fault,
    Silence,
)
from hotdesk_hil.emservice.faults import Framing, answer_bytes

SUCCESS = b"<response><success/></response>"


def login_bytes(client: Client) -> bytes:
    return client.post_bytes(client.login_xml(DESK, "john"))


@pytest.mark.parametrize("after", [0, 1, 9, 40, len(answer_bytes(SUCCESS)) - 1])
def test_cut_answer_sends_exactly_its_bytes(service: EmService, client: Client, after: int) -> None:
    service.faults.add(CutAnswer(after))
    assert client.raw(login_bytes(client)) == answer_bytes(SUCCESS)[:after]
    assert service.sessions() == {DESK: "john"}, "carried out, and the answer lost"


def test_cut_answer_of_a_request_that_is_not_carried_out(service: EmService, client: Client) -> None:
    service.faults.add(CutAnswer(20, executed=False))
    assert client.raw(login_bytes(client)) == b"HTTP/1.1 200 OK\r\nCon"
    assert service.sessions() == {}


@pytest.mark.parametrize("executed", [True, False])
def test_close_without_answer(service: EmService, client: Client, executed: bool) -> None:
    service.faults.add(CloseWithoutAnswer(executed=executed))
    with pytest.raises(http.client.RemoteDisconnected):
        client.login(DESK, "john")
    assert service.sessions() == ({DESK: "john"} if executed else {})
    (record,) = service.requests
    assert (record.executed, record.fault) == (executed, "CloseWithoutAnswer")


@pytest.mark.parametrize("executed", [True, False])
def test_silence_lasts_until_the_service_stops(service: EmService, client: Client, executed: bool) -> None:
    service.faults.add(Silence(executed=executed))
    with socket.create_connection((client.host, client.port), timeout=10) as connection:
        connection.sendall(login_bytes(client))
        service.wait_for_request("login")
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)
        assert service.sessions() == ({DESK: "john"} if executed else {})
        connection.settimeout(10)
        service.stop()
        assert connection.recv(1) == b""


def test_silence_ends_when_the_client_leaves_and_others_are_served(
    service: EmService, client: Client
) -> None:
    service.faults.add(Silence())
    with socket.create_connection((client.host, client.port), timeout=10) as connection:
        connection.sendall(login_bytes(client))
        service.wait_for_request("login")
        assert client.login(DESK2, "mary").code is None
    assert client.logout(DESK).code is None


def test_an_answer_that_the_client_does_not_read_ends_when_the_service_stops(
    service: EmService, client: Client
) -> None:
    size = 50_000_000
    service.faults.add(Answer(bytes(size)))
    with socket.create_connection((client.host, client.port), timeout=10) as connection:
        connection.sendall(login_bytes(client))
        service.wait_for_request("login")
        service.stop()
        received = 0
        with suppress(ConnectionResetError):
            while more := connection.recv(1_000_000):
                received += len(more)
    assert received < size


def test_an_answer_of_the_tests_own(service: EmService, client: Client) -> None:
    service.faults.add(Answer(b"<html/>", status=503, headers={"Retry-After": "1"}, executed=False))
    reply = client.login(DESK, "john")
    assert (reply.status, reply.headers["Retry-After"], reply.body) == (503, "1", b"<html/>")
    assert service.sessions() == {}


def test_a_success_for_a_request_that_is_not_carried_out(service: EmService, client: Client) -> None:
    service.faults.add(Answer(SUCCESS, executed=False))
    assert client.login(DESK, "john").code is None
    assert service.sessions() == {}


def test_a_failure_for_a_request_that_is_carried_out(service: EmService, client: Client) -> None:
    body = b'<response><failure><error code="999">made up</error></failure></response>'
    service.faults.add(Answer(body))
    assert client.login(DESK, "john").code == 999
    assert service.sessions() == {DESK: "john"}


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_the_services_answer_in_each_frame(service: EmService, client: Client, framing: Framing) -> None:
    service.faults.add(Answer(framing=framing))
    reply = client.login(DESK, "john")
    assert reply.body == SUCCESS
    assert ("Content-Length" in reply.headers) is (framing == "length")
    assert ("Transfer-Encoding" in reply.headers) is (framing == "chunked")


def test_a_header_of_the_tests_own_replaces_ours(service: EmService, client: Client) -> None:
    service.faults.add(Answer(headers={"content-length": "1000", "Content-Type": "text/html"}))
    wire = client.raw(login_bytes(client))
    assert wire.count(b"ontent-") == 2
    assert b"content-length: 1000\r\n" in wire
    assert wire.endswith(SUCCESS)


def test_any_status_number_goes_out(service: EmService, client: Client) -> None:
    service.faults.add(Answer(b"", status=599))
    assert client.raw(login_bytes(client)).startswith(b"HTTP/1.1 599 ")


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_dribble_is_the_whole_answer_in_segments(
    service: EmService, client: Client, size: int, framing: Framing
) -> None:
    service.faults.add(Dribble(size, pause=0, framing=framing))
    assert client.login(DESK, "john").body == SUCCESS


def test_dribble_comes_in_segments(service: EmService, client: Client) -> None:
    service.faults.add(Dribble(100, pause=60))
    with socket.create_connection((client.host, client.port), timeout=10) as connection:
        connection.sendall(login_bytes(client))
        assert len(connection.recv(65536)) == 100
        service.stop()
        assert connection.recv(65536) == b"", "a service that stops does not wait for the pause"


def test_a_fault_strikes_its_number_of_times(service: EmService, client: Client) -> None:
    service.faults.add(Answer(b"", status=500, executed=False), times=2)
    assert [client.login(DESK, "john").status for _ in range(3)] == [500, 500, 200]
    assert service.faults.waiting == 0


def test_a_fault_strikes_its_operation_only(service: EmService, client: Client) -> None:
    service.faults.add(Answer(b"", status=500), operation="logout")
    assert client.login(DESK, "john").status == 200
    assert client.query("deviceUserQuery", DESK).status == 200
    assert client.logout(DESK).status == 500


def test_faults_strike_in_the_order_they_were_added(service: EmService, client: Client) -> None:
    for status in (500, 502, 503):
        service.faults.add(Answer(b"", status=status))
    assert [client.login(DESK, "john").status for _ in range(3)] == [500, 502, 503]


def test_a_fault_without_count_strikes_until_cleared(service: EmService, client: Client) -> None:
    service.faults.add(Answer(b"", status=500), times=None)
    assert [client.login(DESK, "john").status for _ in range(5)] == [500] * 5
    service.faults.clear()
    assert client.login(DESK, "john").status == 200


def test_a_fault_strikes_what_cannot_be_read(service: EmService, client: Client) -> None:
    service.faults.add(Answer(b"", status=500))
    assert client.post("hello").status == 500
    assert service.requests[-1].code == 1


def test_a_fault_needs_a_count_of_at_least_one(service: EmService) -> None:
    with pytest.raises(ValueError):
        service.faults.add(Silence(), times=0)


@pytest.mark.parametrize("fault", [CutAnswer(10), CloseWithoutAnswer(), Dribble(3, pause=0)])
def test_a_fault_leaves_the_service_whole(service: EmService, client: Client, fault: Fault) -> None:
    service.faults.add(fault, times=20)
    threads = [threading.Thread(target=client.raw, args=(login_bytes(client),)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert service.faults.waiting == 0
    assert client.login(DESK, "john").code is None
