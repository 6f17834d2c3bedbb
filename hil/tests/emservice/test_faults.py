"""Each fault as it looks from the other end of the socket, and whether the request was carried out."""

from __future__ import annotations

import http.client
import socket
import threading
import time
import xml.etree.ElementTree as ET
from contextlib import suppress

import pytest
from emservice.client import DESK, DESK2, Client

from hotdesk_hil.emservice import (
    Answer,
    CloseWithoutAnswer,
    CutAnswer,
    Delay,
    Disguise,
    Dribble,
    EmService,
    Fault,
    Form,
    PretendSuccess,
    Refuse,
    ResetAnswer,
    Silence,
    WrongLength,
)
from hotdesk_hil.emservice.disguise import BIG_BODY
from hotdesk_hil.emservice.faults import Framing, answer_bytes

SUCCESS = b'<?xml version="1.0"?>\n<response>\n<success/>\n</response>\n'


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


# Kinds


@pytest.mark.parametrize("after", [0, 1, 40])
def test_reset_answer_sends_its_bytes_and_resets(service: EmService, client: Client, after: int) -> None:
    service.faults.add(ResetAnswer(after))
    with socket.create_connection((client.host, client.port), timeout=10) as connection:
        connection.sendall(login_bytes(client))
        received = connection.recv(after, socket.MSG_WAITALL) if after else b""
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert received == answer_bytes(SUCCESS)[:after]
    assert service.sessions() == {DESK: "john"}


def test_delay_is_the_whole_answer_late(service: EmService, client: Client) -> None:
    service.faults.add(Delay(0.2))
    started = time.monotonic()
    assert client.login(DESK, "john").body == SUCCESS
    assert time.monotonic() - started >= 0.2


def test_a_delay_ends_when_the_service_stops(service: EmService, client: Client) -> None:
    service.faults.add(Delay(3600))
    with socket.create_connection((client.host, client.port), timeout=10) as connection:
        connection.sendall(login_bytes(client))
        service.wait_for_request("login")
        service.stop()
        assert connection.recv(1) == b""


@pytest.mark.parametrize("status", [302, 400, 401, 404, 500, 503])
def test_http_statuses(service: EmService, client: Client, status: int) -> None:
    service.faults.add(Answer(b"", status=status, headers={"Location": "/elsewhere"}, executed=False))
    reply = client.login(DESK, "john")
    assert (reply.status, reply.headers["Location"]) == (status, "/elsewhere")
    assert service.sessions() == {}


def test_an_answer_of_http_1_0(service: EmService, client: Client) -> None:
    service.faults.add(Answer(version="1.0", framing="close"))
    wire = client.raw(login_bytes(client))
    assert wire.startswith(b"HTTP/1.0 200 OK\r\n")
    assert wire.endswith(SUCCESS)


@pytest.mark.parametrize("by", [-1000, -3, 7])
def test_a_wrong_content_length(service: EmService, client: Client, by: int) -> None:
    service.faults.add(WrongLength(by))
    wire = client.raw(login_bytes(client))
    assert f"\r\nContent-Length: {max(0, len(SUCCESS) + by)}\r\n".encode() in wire
    assert wire.endswith(SUCCESS)


@pytest.mark.parametrize(
    ("code", "shown"),
    [(18, "18"), (999, "999"), ("busy", "busy"), ("", ""), ("1 8", "1 8"), (None, None)],
)
@pytest.mark.parametrize("executed", [False, True])
def test_a_failure_with_any_code(
    service: EmService, client: Client, code: int | str | None, shown: str | None, executed: bool
) -> None:
    service.faults.add(Refuse(code, executed=executed))
    error = client.login(DESK, "john").root.find("failure/error")
    assert error is not None
    assert error.attrib.get("code") == shown
    assert service.sessions() == ({DESK: "john"} if executed else {})


def test_a_failure_with_a_text_of_its_own(service: EmService, client: Client) -> None:
    service.faults.add(Refuse(26, '<busy> & "more"'))
    assert client.login(DESK, "john").text == '<busy> & "more"'


def test_pretended_success(service: EmService, client: Client) -> None:
    service.faults.add(PretendSuccess())
    assert client.login(DESK, "john").body == SUCCESS
    assert service.sessions() == {}
    assert service.requests[-1].executed is False


def meaning(answer: bytes) -> list[tuple[str, str, dict[str, str]]]:
    """What a reader that skips unknown elements takes from an answer, whatever the order."""
    known = [e for e in ET.fromstring(answer).iter() if e.tag not in ("seen", "by", "more")]
    return sorted((e.tag, "" if len(e) else e.text or "", e.attrib) for e in known)


@pytest.mark.parametrize("form", Form, ids=lambda form: form.value)
@pytest.mark.parametrize("ask", ["login", "deviceUserQuery", "deviceProfileQuery"])
def test_the_answer_in_other_clothes(service: EmService, client: Client, form: Form, ask: str) -> None:
    def send() -> bytes:
        if ask == "login":
            return client.login(DESK, "größe").body
        return client.query(ask, DESK if ask == "deviceUserQuery" else "john").body

    plain = send()
    service.faults.add(Disguise(form))
    sent = send()
    assert sent != plain or form is Form.CDATA or form is Form.REORDERED
    if form.taken:
        assert meaning(sent) == meaning(plain)
    elif form is Form.BIG:
        assert len(sent) == BIG_BODY
        assert sent.replace(b" ", b"") == plain.replace(b" ", b"")
    elif form is Form.UTF_16:
        assert meaning(sent) == meaning(plain), "right in itself; the declared encoding is refused"
    elif form is Form.WRONG_ENCODING:
        assert sent.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>\n<response>')
        assert sent.endswith(plain.partition(b"?>\n")[2] or plain)
    elif form is Form.MALFORMED:
        with pytest.raises(ET.ParseError):
            ET.fromstring(sent)
    else:
        assert b"<!DOCTYPE response" in sent
        assert sent.count(b"<!ENTITY") == 10
        assert len(sent) < 2000


def test_a_disguise_needs_an_answer_of_the_service() -> None:
    with pytest.raises(ValueError):
        Disguise(Form.CDATA, executed=False)
