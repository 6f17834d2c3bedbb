"""Everything that arrived is told: what did not reach the service, what was no request, why one was refused.

And a request that never ends: it is cut, and the connections on which one is waited for are counted.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from emservice.client import DESK, DESK2, JOHN, SECRETS, Client

from hotdesk_hil.emservice import Cluster, EmService, ServiceParameters, Silence, Traffic
from hotdesk_hil.emservice.server import PATH

WRONG = [
    ("POST", "/emapp/OtherServlet?device=SEP1&seq=12345", 404, "POST /emapp/OtherServlet"),
    ("POST", f"{PATH}/", 404, f"POST {PATH}/"),
    ("GET", "/", 404, "GET /"),
    ("PUT", f"{PATH}?xml=12345", 403, f"PUT {PATH}"),
    ("HEAD", PATH, 403, f"HEAD {PATH}"),
]


@pytest.mark.parametrize(("method", "target", "status", "line"), WRONG)
def test_a_404_and_a_403_are_recorded_logged_and_say_what_to_do(
    service: EmService,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    method: str,
    target: str,
    status: int,
    line: str,
) -> None:
    with caplog.at_level(logging.INFO):
        assert client.send(method, target, b"xml=phone-demo-certificate").status == status
    (record,) = service.requests
    assert (record.request_line, record.status, record.operation, record.code) == (line, status, None, None)
    advice = f"the service is at {PATH}" if status == 404 else "the service takes POST and GET"
    assert str(record) == f"{line}: {status}: {advice}"
    assert str(record) in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text + repr(record)], "no query is shown"
    assert service.wait_for_request() == record


def test_a_request_that_is_waited_for_in_vain_names_what_came_instead(
    service: EmService, client: Client
) -> None:
    client.send("POST", "/emservice", b"")
    client.post("hello")
    with pytest.raises(TimeoutError) as caught:
        service.wait_for_request("login", timeout=0)
    assert str(caught.value) == (
        f"no login within 0 s; arrived: POST /emservice: 404: the service is at {PATH}; "
        "unreadable: [1] Error on Parsing: line 1, column 1: not well-formed XML"
    )


REFUSALS: list[tuple[Callable[[Client], object], str]] = [
    (lambda c: c.post("<request>"), "line 1, column 10: not well-formed XML"),
    (lambda c: c.send("POST", PATH, b"a=b"), "the form has no field xml"),
    (lambda c: c.send("GET", PATH, b""), "the address has no parameter xml"),
    (
        lambda c: c.send("POST", PATH, b"<a/>", "text/xml"),
        "send the document as the field xml of a form (application/x-www-form-urlencoded)",
    ),
    (
        lambda c: c.login(DESK, "john", "<color/>"),
        "line 1: Element login content does not follow the DTD, expecting",
    ),
    (lambda c: c.login("SEP0", "john"), "SEP0 is not a device of this cluster"),
    (lambda c: c.signed_by(JOHN).logout_all(), "john may not act on others: give the account proxy rights"),
    (lambda c: c.signed_by(("emphone", "x")).logout(DESK), "not the certificate of emphone"),
    (lambda c: c.signed_by(("john", "x")).logout(DESK), "not the PIN of john"),
    (
        lambda c: c.signed_by(("who", "x")).logout(DESK),
        "who is neither an application user nor a user of this cluster",
    ),
]


@pytest.mark.parametrize(("ask", "why"), REFUSALS, ids=[why for _, why in REFUSALS])
def test_why_a_request_was_refused_is_recorded_and_logged(
    service: EmService,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    ask: Callable[[Client], object],
    why: str,
) -> None:
    with caplog.at_level(logging.INFO):
        ask(client)
    (record,) = service.requests
    assert record.code is not None
    assert (record.detail or "").startswith(why)
    assert why in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_success_has_no_detail(service: EmService, client: Client) -> None:
    client.login(DESK, "john")
    (record,) = service.requests
    assert (record.detail, record.status, record.request_line) == (None, 200, None)
    assert str(record) == f"login {DESK} john by emphone: success"


def test_a_long_query_is_shortened_in_the_log_and_whole_in_the_record(
    service: EmService, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    names = [f"SEP{n:012X}" for n in range(1000)]
    with caplog.at_level(logging.INFO):
        client.query("deviceUserQuery", *names)
    assert service.requests[0].devices == tuple(names)
    (line,) = caplog.messages
    assert line == f"deviceUserQuery {' '.join(names[:5])} and 995 more by emphone: success"


def test_a_line_is_short_whatever_arrives(
    service: EmService, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.signed_by(("a" * 10_000, "x")).login("d" * 10_000, "u" * 10_000)
        client.login("d" * 10_000, "john")
        client.send("POST", f"/{'p' * 5000}", b"")
    assert [len(line) < 4000 for line in caplog.messages] == [True] * 3
    assert "… (10000 characters)" in caplog.messages[0]
    assert service.requests[0].devices == ("d" * 10_000,), "the record is whole"
    assert len(service.requests[1].detail or "") < 600


def test_names_are_logged_as_people_write_them(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.query("checkUser", "jörg", "日本", "a\u202eb\x7fc\nd")
    assert caplog.messages == ["checkUser jörg 日本 a\\u202eb\\x7fc\\nd by emphone: success"]


def test_a_request_that_names_no_path_is_recorded(service: EmService, client: Client) -> None:
    client.raw(b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert [(record.status, record.operation) for record in service.requests] == [(404, None)]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("GET / HTTP/1.1\r\n\r\n", "the header Host is missing, or is there twice"),
        (f"GET / HTTP/1.1\r\nHost: a\r\nA: {'x' * 9000}\r\n\r\n", "a line of the head is too long"),
    ],
)
def test_a_head_that_breaks_a_rule_is_told(service: EmService, client: Client, head: str, why: str) -> None:
    client.raw(head.encode())
    assert str(service.requests[0]) == f"not HTTP: 400: {why}"


def test_bytes_that_are_no_http_are_recorded(service: EmService, client: Client) -> None:
    client.raw(b"12345 secret\r\n\r\n")
    (record,) = service.requests
    assert (record.request_line, record.status) == ("not HTTP", 400)
    assert "secret" not in str(record)


def test_https_at_the_port_without_tls_is_told(service: EmService) -> None:
    with (
        socket.create_connection((service.host, service.port), timeout=10) as plain,
        pytest.raises(ssl.SSLError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")
    assert str(service.wait_for_request()) == "not HTTP: 400: a TLS handshake; this port speaks http"


def test_a_tls_handshake_that_fails_is_told(demo: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), EmService(demo, tls_port=0) as service:
        assert service.tls_port is not None
        with (
            socket.create_connection((service.host, service.tls_port), timeout=10) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")
        with socket.create_connection((service.host, service.tls_port), timeout=10) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            plain.recv(1000)
        with pytest.raises(TimeoutError, match=r"arrived: nothing; a TLS .* failed: .*send https"):
            service.wait_for_request(timeout=1)
        assert service.traffic.handshakes_failed == 2
        with socket.create_connection((service.host, service.tls_port), timeout=10):
            until_half_open(service, 1)
        until_half_open(service, 0)
        service.reset()
        assert service.traffic == Traffic(0, 0, 0, 0)
    assert "unknown ca: the client refuses the certificate" in caplog.text


def until_half_open(service: EmService, count: int) -> None:
    """Waits until so many connections are half-open; a query is a turn of the service's loop."""
    for _ in range(200):
        Client(service.url).query("checkUser", "john")
        if service.traffic.half_open == count:
            return
    raise AssertionError(f"{service.traffic.half_open} connections are half-open, not {count}")


# A request that never ends


@pytest.fixture
def hasty(demo: Cluster) -> Iterator[EmService]:
    """A service that cuts a request after half a second."""
    cluster = Cluster(
        application_users=demo.application_users.values(),
        users=demo.users.values(),
        devices=demo.devices.values(),
        service=ServiceParameters(request_timeout=0.5),
    )
    with EmService(cluster) as service:
        yield service


def until_closed(connection: socket.socket) -> bytes:
    received = b""
    while more := connection.recv(65536):
        received += more
    return received


def test_a_body_that_does_not_come_is_cut_and_told(hasty: EmService) -> None:
    """The developer guide's own example: its Content-Length is 13 more than its body."""
    client = Client(hasty.url)
    body = b"xml=%3Cquery%3E"
    head = f"POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += f"Content-Length: {len(body) + 13}\r\n\r\n"
    with closing(client.begin(head.encode() + body)) as connection:
        answer = until_closed(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    (record,) = hasty.requests
    assert (record.request_line, record.status) == (f"POST {PATH}", 408)
    assert record.detail == (
        f"{len(body)} bytes of the body had arrived after 0.5 s, "
        f"not the {len(body) + 13} that Content-Length names"
    )
    assert (hasty.traffic.half_open, hasty.traffic.cut) == (0, 1)


def test_a_last_chunk_that_does_not_come_is_cut_and_told(hasty: EmService) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += "Transfer-Encoding: chunked\r\n\r\n4\r\nxml=\r\n"
    with closing(Client(hasty.url).begin(head.encode())) as connection:
        assert until_closed(connection).startswith(b"HTTP/1.1 408 ")
    assert "not its last chunk" in (hasty.requests[0].detail or "")


def test_a_head_that_does_not_come_is_cut_and_told(hasty: EmService) -> None:
    data = f"POST {PATH} HTTP/1.1\r\nHost: a\r\n".encode()
    with closing(Client(hasty.url).begin(data)) as connection:
        assert until_closed(connection) == b""
    (record,) = hasty.requests
    assert (record.request_line, record.status) == ("half a request", None)
    assert record.detail == f"{len(data)} bytes had arrived after 0.5 s, not the whole head"


def test_a_connection_on_which_nothing_comes_is_cut_and_is_no_request(
    hasty: EmService, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), closing(Client(hasty.url).begin(b"")) as connection:
        assert until_closed(connection) == b""
    assert hasty.requests == []
    assert "a connection was cut: nothing had arrived after 0.5 s" in caplog.text


def test_bytes_that_dribble_do_not_put_the_end_off(hasty: EmService) -> None:
    with closing(Client(hasty.url).begin(b"POST / HTTP/1.1\r\nA: ")) as connection:
        connection.settimeout(0.05)
        sent = 0
        while sent < 200:
            try:
                if not connection.recv(1):
                    break
            except TimeoutError:
                connection.send(b"a")
                sent += 1
        assert sent < 200, "ten seconds, and the service still waits"


def test_the_second_request_of_a_connection_has_a_time_of_its_own(hasty: EmService) -> None:
    client = Client(hasty.url)
    data = client.post_bytes(client.login_xml(DESK, "john")).replace(b"Connection: close\r\n", b"")
    with closing(client.begin(data)) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        # Longer than the time-out: a connection that waits for its next request is not cut.
        connection.settimeout(1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert hasty.traffic.half_open == 0
        connection.settimeout(10)
        connection.sendall(data[:-10])
        assert connection.recv(65536).startswith(b"HTTP/1.1 408 ")
    assert hasty.traffic.cut == 1


def test_half_open_connections_are_counted_while_others_are_served(service: EmService) -> None:
    client = Client(service.url)
    connections = [client.begin(f"POST {PATH} HTTP/1.1\r\n".encode()) for _ in range(20)]
    for user in ("john", "mary"):
        client.login(DESK if user == "john" else DESK2, user)
    until_half_open(service, 20)
    for connection in connections:
        connection.close()
    until_half_open(service, 0)
    assert service.traffic.cut == 0
    assert service.traffic.requests == len(service.requests)


def test_a_request_that_is_whole_is_not_cut_however_long_its_answer_takes(hasty: EmService) -> None:
    hasty.faults.add(Silence())
    client = Client(hasty.url)
    with closing(client.begin(client.post_bytes(client.login_xml(DESK, "john")))) as connection:
        connection.settimeout(1.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    assert hasty.traffic.cut == 0


def test_a_404_whose_body_never_ends_is_answered_at_once(hasty: EmService) -> None:
    head = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
    with closing(Client(hasty.url).begin(head)) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 404 ")
        assert hasty.traffic.half_open == 0


@pytest.mark.parametrize("seconds", [0, -1, 3601, float("nan")])
def test_a_time_out_that_is_none_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="'request_timeout' is over 0, at most 3600"):
        Cluster(service=ServiceParameters(request_timeout=seconds))


def test_records_hold_a_million_names_at_most(service: EmService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotdesk_hil.emservice.simulator.NAMES_KEPT", 10)
    client = Client(service.url)
    for _ in range(3):
        client.query("checkUser", *["john"] * 4)
    assert len(service.requests) == 2
    client.query("checkUser", *["john"] * 40)
    assert [len(record.users) for record in service.requests] == [40], "the newest stays"


def test_a_service_whose_cluster_is_empty_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with EmService(Cluster()):
        assert "no user and no application user: every request is refused with code 3" in caplog.text


def test_a_connection_that_is_closed_at_once_is_no_request(service: EmService, client: Client) -> None:
    socket.create_connection((service.host, service.port), timeout=10).close()
    assert http.client.HTTPConnection(service.host, service.port, timeout=10).connect() is None
    client.login(DESK, "john")
    assert [record.operation for record in service.requests] == ["login"]
