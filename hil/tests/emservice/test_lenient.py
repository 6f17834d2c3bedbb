"""The loose wire of `--lenient`: what it takes over the strict DTD, and what it refuses all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from emservice.client import DESK, Client

from hotdesk_hil.emservice import Cluster, EmService

APP = "<appInfo><appID>john</appID><appCertificate>12345</appCertificate></appInfo>"
DEVICE = f"<deviceName>{DESK}</deviceName>"
USER = "<userID>john</userID>"


def request(operation: str) -> str:
    return f"<request>{APP}{operation}</request>"


@pytest.fixture
def loose(demo: Cluster) -> Iterator[EmService]:
    with EmService(demo, lenient=True) as service:
        yield service


TAKEN = {
    "as the DTD says": request(f"<login>{DEVICE}{USER}</login>"),
    "user before device": request(f"<login>{USER}{DEVICE}</login>"),
    "appInfo last": f"<request><login>{DEVICE}{USER}</login>{APP}</request>",
    "certificate before ID": request(f"<login>{DEVICE}{USER}</login>").replace(
        "<appID>john</appID><appCertificate>12345</appCertificate>",
        "<appCertificate>12345</appCertificate><appID>john</appID>",
    ),
    "unknown elements": request(
        f"<color>red</color><login><a><b>{DEVICE}</b></a>{DEVICE}<c/>{USER}<d/></login><e/>"
    ),
    "unknown elements in a text": request(f"<login>{DEVICE}<userID>jo<b>x</b>hn</userID></login>"),
    "attributes": request(f'<login id="1">{DEVICE}<userID type="UID">john</userID></login>'),
    "namespaces that are declared and not used": request(f"<login>{DEVICE}{USER}</login>").replace(
        "<request>",
        '<request xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
    ),
    "a default namespace": request(f"<login>{DEVICE}{USER}</login>").replace(
        "<request>", '<request xmlns="urn:x">'
    ),
    "a prefix": request(f"<login>{DEVICE}{USER}</login>")
    .replace("<request>", '<em:request xmlns:em="urn:x">')
    .replace("</request>", "</em:request>"),
    "attributes of a namespace": request(
        f"<login>{DEVICE}<userID x:nil='false'>john</userID></login>"
    ).replace("<request>", '<request xmlns:x="urn:x">'),
    "a declared encoding that is not the document's": '<?xml version="1.0" encoding="utf-16"?>'
    + request(f"<login>{DEVICE}{USER}</login>"),
    "text between elements": request(f"<login>and {DEVICE} and {USER}</login>"),
    "duration first": request(
        f"<login><exclusiveDuration><x/><time>5</time></exclusiveDuration>{USER}{DEVICE}</login>"
    ),
    "text in indefinite": request(
        f"<login>{DEVICE}{USER}<exclusiveDuration><indefinite>x</indefinite></exclusiveDuration></login>"
    ),
}

REFUSED = {
    "a known element twice": request(f"<login>{DEVICE}{DEVICE}{USER}</login>"),
    "no user": request(f"<login>{DEVICE}<color/></login>"),
    "two operations": request(f"<login>{DEVICE}{USER}</login><logoutAll/>"),
    "no operation": request("<dance/>"),
    "no appInfo": f"<request><login>{DEVICE}{USER}</login></request>",
    "a blank device": request(f"<login><deviceName> </deviceName>{USER}</login>"),
    "a time that is none": request(
        f"<login>{DEVICE}{USER}<exclusiveDuration><time>1h</time></exclusiveDuration></login>"
    ),
    "DOCTYPE": "<!DOCTYPE request>" + request(f"<login>{DEVICE}{USER}</login>"),
    "XML 1.1": '<?xml version="1.1"?>' + request(f"<login>{DEVICE}{USER}</login>"),
    "no XML": "hello",
    "another root": "<response><success/></response>",
}


@pytest.mark.parametrize("what", TAKEN)
def test_taken(loose: EmService, what: str) -> None:
    reply = Client(loose.url).post(TAKEN[what])
    assert reply.code is None, reply.text
    assert loose.sessions() == {DESK: "john"}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(loose: EmService, what: str) -> None:
    assert Client(loose.url).post(REFUSED[what]).code == 1
    assert loose.sessions() == {}


def test_a_loose_query_and_one_of_no_known_type(loose: EmService) -> None:
    client = Client(loose.url)
    users = "<more/><userID>john</userID><userID>nobody</userID>"
    reply = client.post(f"<query><more/><checkUser>{users}</checkUser>{APP}</query>")
    assert reply.code == 10, "read, and john may not ask about another"
    assert client.post(f"<query>{APP}<phoneQuery/></query>").code == 8


@pytest.mark.parametrize("what", [name for name in TAKEN if name != "as the DTD says"])
def test_the_strict_service_refuses_the_same(client: Client, what: str) -> None:
    assert client.post(TAKEN[what]).code == 1
