"""The HTTP side: the path, the method, the form, and what bad HTTP must not bring to light."""

from __future__ import annotations

import http.client
import logging
import socket
from urllib.parse import quote

import pytest
from emservice.client import DESK, DESK2, SECRETS, Client

from hotdesk_hil.emservice import EmService
from hotdesk_hil.emservice.server import BODY_LIMIT


def form(xml: str) -> bytes:
    return b"xml=" + quote(xml, safe="").encode()


def test_success_and_failure_are_both_200(client: Client) -> None:
    for reply in (client.login(DESK, "john"), client.login(DESK, "nobody")):
        assert reply.status == 200
        assert reply.headers["Content-Type"] == "text/xml;charset=UTF-8"


@pytest.mark.parametrize("path", ["/", "/emservice", "/emservice/EMServiceServlet/", "/emapp/OtherServlet"])
def test_other_paths_are_404(service: EmService, client: Client, path: str) -> None:
    assert client.send("POST", path, form(client.login_xml(DESK, "john"))).status == 404
    assert service.sessions() == {}


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_other_methods_are_403(service: EmService, client: Client, method: str) -> None:
    path = f"{client.path}?xml={quote(client.login_xml(DESK, 'john'))}"
    assert client.send(method, path, b"").status == 403
    assert service.sessions() == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_document_may_be_the_parameter_xml_of_the_address(
    service: EmService, client: Client, method: str
) -> None:
    path = f"{client.path}?a=1&xml={quote(client.login_xml(DESK, 'john'))}"
    reply = client.send(method, path, b"", "text/plain")
    assert (reply.status, reply.code) == (200, None)
    assert reply.headers["Content-Type"] == "text/xml;charset=UTF-8"
    assert service.sessions() == {DESK: "john"}


def test_the_address_goes_before_the_form(service: EmService, client: Client) -> None:
    path = f"{client.path}?xml={quote(client.login_xml(DESK, 'john'))}"
    assert client.send("POST", path, form(client.login_xml(DESK2, "mary"))).code is None
    assert service.sessions() == {DESK: "john"}


@pytest.mark.parametrize("query", ["", "?", "?XML=%3Ca/%3E", "?a=1"])
def test_a_get_without_the_parameter_is_code_1(client: Client, query: str) -> None:
    reply = client.send("GET", client.path + query, b"")
    assert (reply.status, reply.code) == (200, 1)


@pytest.mark.parametrize(
    "path",
    [
        "//emservice/EMServiceServlet",
        "/emservice//EMServiceServlet",
        "/emservice/EMServiceServlet;jsessionid=0123456789ABCDEF",
        "/emservice;a=1/EMServiceServlet",
        "/./emservice/../emservice/EMServiceServlet",
        "/emservice/EMService%53ervlet",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_is_taken_as_a_servlet_container_takes_it(
    service: EmService, client: Client, method: str, path: str
) -> None:
    xml = client.login_xml(DESK, "john")
    if method == "GET":
        assert client.send("GET", f"{path}?xml={quote(xml)}", b"").code is None
    else:
        assert client.send("POST", path, form(xml)).code is None
    assert service.sessions() == {DESK: "john"}
    assert client.send("PUT", path, b"").status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/emservice/EMServiceServlet/;a",
        "/emservice/emserviceservlet",
        "/emservice%2FEMServiceServlet",
        "/emservice/EMServiceServlet/..",
        "/;jsessionid=/emservice",
    ],
)
def test_a_path_that_a_servlet_container_does_not_take_is_404(client: Client, path: str) -> None:
    assert client.send("POST", path, form(client.login_xml(DESK, "john"))).status == 404


def test_other_fields_are_skipped_and_the_first_xml_counts(service: EmService, client: Client) -> None:
    first, second = (form(client.login_xml(DESK, user)) for user in ("john", "mary"))
    assert client.send("POST", client.path, b"a=1&b&=&" + first + b"&" + second).code is None
    assert service.sessions() == {DESK: "john"}


def test_a_plus_in_the_form_is_a_blank(service: EmService, client: Client) -> None:
    xml = client.login_xml(DESK, "john").replace("<login>", "<login >")
    assert client.send("POST", client.path, form(xml).replace(b"%20", b"+")).code is None
    assert service.sessions() == {DESK: "john"}


@pytest.mark.parametrize("body", [b"", b"xml", b"XML=%3Ca%2F%3E", b"document=%3Ca%2F%3E"])
def test_a_form_without_document_is_code_1(client: Client, body: bytes) -> None:
    assert client.send("POST", client.path, body).code == 1


@pytest.mark.parametrize("content_type", ["text/xml", "multipart/form-data; boundary=x"])
def test_another_content_type_is_code_1(client: Client, content_type: str) -> None:
    body = form(client.login_xml(DESK, "john"))
    assert client.send("POST", client.path, body, content_type).code == 1


def test_the_content_type_may_name_a_charset(client: Client) -> None:
    body = form(client.login_xml(DESK, "john"))
    kind = "application/x-www-form-urlencoded; charset=UTF-8"
    assert client.send("POST", client.path, body, kind).code is None


def test_a_form_over_the_limit_is_code_1_and_the_service_goes_on(service: EmService, client: Client) -> None:
    assert client.send("POST", client.path, b"xml=" + b"a" * BODY_LIMIT).code == 1
    assert client.login(DESK, "john").code is None
    assert [record.operation for record in service.requests] == [None, "login"]


def test_a_connection_serves_several_requests(service: EmService, client: Client) -> None:
    connection = http.client.HTTPConnection(client.host, client.port, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for user in ("john", "john"):
        connection.request("POST", client.path, form(client.login_xml(DESK, user)), headers)
        assert b"<success/>" in connection.getresponse().read()
    connection.close()
    assert len(service.requests) == 2


def test_a_request_in_single_bytes_is_read(service: EmService, client: Client) -> None:
    with socket.create_connection((client.host, client.port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in client.post_bytes(client.login_xml(DESK, "john")):
            connection.sendall(bytes([byte]))
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    assert service.sessions() == {DESK: "john"}


def test_half_a_request_changes_nothing(service: EmService, client: Client) -> None:
    data = client.post_bytes(client.login_xml(DESK, "john"))
    with socket.create_connection((client.host, client.port), timeout=10) as connection:
        connection.sendall(data[:-10])
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)
    assert service.sessions() == {}


def test_bad_http_is_not_quoted_in_the_log(
    service: EmService, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    data = client.post_bytes(client.login_xml(DESK, "john"))
    # A length that is too short makes the rest of the form the next request line.
    length = data.split(b"Content-Length: ")[1].split(b"\r\n")[0]
    short = data.replace(b"Length: " + length, b"Length: 20").replace(b"Connection: close\r\n", b"")
    with caplog.at_level(logging.DEBUG):
        client.raw(short)
    assert "not HTTP" in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text]
    assert service.sessions() == {}


def test_only_this_machine_reaches_the_service_by_default(service: EmService) -> None:
    assert service.host == "127.0.0.1"
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", service.port), timeout=10)
