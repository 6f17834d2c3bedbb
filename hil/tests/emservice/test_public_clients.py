"""Clients in the habits of public ones, against the service as it comes: they work unchanged.

Each is written anew from what a published client does; what it cuts, matches or sends is its habit. Must
never be made more careful: the habit is the test.
"""

from __future__ import annotations

import http.client
import socket
import xml.etree.ElementTree as ET
from urllib.parse import quote, urlencode, urlsplit

import pytest
from emservice.client import DESK, DESK2, DISABLED, PHONE

from hotdesk_hil.emservice import Cluster, EmService, ServiceParameters

APP = f"<appInfo><appID>{PHONE[0]}</appID><appCertificate>{PHONE[1]}</appCertificate></appInfo>"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def exchange(
    service: EmService,
    method: str,
    target: str,
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    connection = http.client.HTTPConnection(service.host, service.port, timeout=10)
    try:
        connection.request(method, target, body, headers or {})
        return connection.getresponse().read()
    finally:
        connection.close()


# By position: the name of the user's phone is what stands between two tags, counted off from both ends.


def phone_of(service: EmService, user: str) -> str:
    query = f"<query>{APP}<userDevicesQuery><userID>{user}</userID></userDevicesQuery></query>"
    answer = exchange(service, "POST", urlsplit(service.url).path, urlencode({"xml": query}), FORM)
    tree = ET.fromstring(answer)
    # `<deviceName>` is 12 characters; `</deviceName>` is 13, and one stands behind it.
    return ET.tostring(tree[0][0][0])[12:-14].decode()


@pytest.mark.parametrize("user", ["john", "em@cisco.com"])
def test_a_client_that_cuts_by_position(service: EmService, user: str) -> None:
    service.login(DESK, user)
    assert phone_of(service, user) == DESK


# By text: what to tell the person is found out by words in the answer.


class ForcedLogout:
    """Logs a phone out; 0 done, 1 nobody was there, 2 the credentials are wrong, 3 anything else."""

    def __init__(self, service: EmService, certificate: str = PHONE[1]) -> None:
        self.service = service
        self.app = APP.replace(PHONE[1], certificate)

    def logout(self, device: str) -> int:
        xml = f"<request>{self.app}<logout><deviceName>{device}</deviceName></logout></request>"
        answer = exchange(self.service, "POST", urlsplit(self.service.url).path, "xml=" + quote(xml), FORM)
        text = answer.decode()
        if "<success/>" in text:
            return 0
        if "Could not authenticate" in text:
            return 2
        if "No user logged in" in text:
            return 1
        return 3


def test_a_client_that_matches_texts_logs_out(service: EmService) -> None:
    service.login(DESK, "john")
    assert [ForcedLogout(service).logout(DESK) for _ in range(2)] == [0, 1]
    assert ForcedLogout(service, "wrong").logout(DESK) == 2
    assert ForcedLogout(service).logout("SEP000000000000") == 3


# GET: the document is the parameter xml of the address; the answer is read by index, its text by `find`.


class LoginPage:
    def __init__(self, service: EmService) -> None:
        self.service = service

    def ask(self, xml: str) -> ET.Element:
        # As the common HTTP libraries write an address: angle brackets are escaped, slashes are not.
        return ET.fromstring(exchange(self.service, "GET", f"{PATH}?xml={quote(xml, safe='/')}"))

    def login(self, device: str, user: str) -> str:
        login = f"<login><deviceName>{device}</deviceName><userID>{user}</userID></login>"
        data = self.ask(f"<request>{APP}{login}</request>")
        try:
            said = data[0][0].text or ""
        except IndexError:
            return "done"
        if said.find("Device does not allow hoteling") > 0:
            return "not allowed on this phone"
        if said.find("Phone currently has user logged in") > 0:
            return "someone is logged in"
        return said

    def who(self, device: str) -> tuple[str | None, str | None, str | None]:
        data = self.ask(
            f"<query>{APP}<deviceUserQuery><deviceName>{device}</deviceName></deviceUserQuery></query>"
        )
        return data[0][0][0].text, data[0][0][1].text, data[0][0][2].text

    def profile(self, user: str) -> tuple[str | None, str | None]:
        query = f"<deviceProfileQuery><userID>{user}</userID></deviceProfileQuery>"
        root = self.ask(f"<query>{APP}{query}</query>")
        name = root.find("deviceProfileResults/user/deviceProfile/deviceProfileName")
        if name is not None:
            return name.text, "noError"
        error = root.find("deviceProfileResults/user/failure/error")
        assert error is not None, "this client dies here"
        return None, error.text


PATH = "/emservice/EMServiceServlet"


def test_a_client_that_asks_by_get(service: EmService) -> None:
    page = LoginPage(service)
    assert page.login(DESK, "john") == "done"
    assert page.login(DESK, "mary") == "someone is logged in"
    assert page.login(DISABLED, "mary") == "not allowed on this phone"
    assert page.login(DESK2, "nobody").startswith("User not found")
    service.login(DESK2, "mary")
    service.logout(DESK2)
    assert page.who(DESK) == ("john", None, "no")
    assert page.who(DESK2) == (None, "mary", "no")
    assert page.profile("mary") == ("DPMARY", "noError")


def test_a_client_that_reads_a_failure_in_a_users_row(demo: Cluster) -> None:
    cluster = Cluster(
        application_users=demo.application_users.values(),
        users=demo.users.values(),
        service=ServiceParameters(profile_query_failures=True),
    )
    with EmService(cluster) as service:
        page = LoginPage(service)
        assert page.profile("mary") == ("DPMARY", "noError")
        assert page.profile("ghost") == (None, "User not found")
        assert page.profile("pat") == (None, "Dev. Profile not found")


# Chunked: head and body go out one after the other, the body's length is not told; the connection is kept.


def chunked(service: EmService, *documents: str) -> list[ET.Element]:
    answers = []
    connection = http.client.HTTPConnection(service.host, service.port, timeout=10)
    for xml in documents:
        form = b"xml=" + quote(xml, safe="!'()*~").encode()
        connection.putrequest("POST", PATH)
        for name, value in {**FORM, "Transfer-Encoding": "chunked", "Connection": "keep-alive"}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(b"%x\r\n%b\r\n" % (len(form), form))
        connection.send(b"0\r\n\r\n")
        answers.append(ET.fromstring(connection.getresponse().read()))
    connection.close()
    return answers


def test_a_client_that_sends_chunks_and_keeps_the_connection(service: EmService) -> None:
    device = f"<deviceName>{DESK}</deviceName>"
    login, devices, users, logout, everybody = chunked(
        service,
        f"<request>{APP}<login>{device}<userID>john</userID></login></request>",
        f"<query>{APP}<userDevicesQuery><userID>john</userID></userDevicesQuery></query>",
        f"<query>{APP}<deviceUserQuery>{device}</deviceUserQuery></query>",
        f"<request>{APP}<logout>{device}</logout></request>",
        f"<request>{APP}<logoutAll></logoutAll></request>",
    )
    assert [answer[0].tag for answer in (login, logout, everybody)] == ["success"] * 3
    assert devices.findtext("userDevicesResults/user/deviceName") == DESK
    assert users.findtext("deviceUserResults/device/userID") == "john"


# Raw: the document follows `xml=` as it is, not percent-encoded; success is a word in the answer.


def raw(service: EmService, xml: str) -> str:
    body = f"xml={xml}"
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {service.host}:{service.port}\r\nAccept: text/xml\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        "Expect: 100-continue\r\nConnection: Close\r\n\r\n"
    )
    with socket.create_connection((service.host, service.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body.encode())
        answer = b""
        while more := connection.recv(65536):
            answer += more
    return answer.partition(b"\r\n\r\n")[2].decode()


def test_a_client_that_sends_the_document_as_it_is(service: EmService) -> None:
    duration = "<exclusiveDuration><time>60</time></exclusiveDuration>"
    names = f"<deviceName>{DESK}</deviceName><userID>john</userID><deviceProfile>UserDevProf</deviceProfile>"
    assert "success" in raw(service, f"<request>{APP}<login>{names}{duration}</login></request>")
    answer = ET.fromstring(
        raw(
            service, f"<query>{APP}<deviceUserQuery><deviceName>{DESK}</deviceName></deviceUserQuery></query>"
        )
    )
    assert [element.text for element in answer.iter("userID")] == ["john"]
    logout = f"<request>{APP}<logout><deviceName>{DESK}</deviceName></logout></request>"
    assert "success" in raw(service, logout)
    refused = ET.fromstring(raw(service, logout))
    assert [element.attrib["code"] for element in refused.iter("error")] == ["19"]
