"""Every fault with every kind of rule, over sockets: it strikes what matches, and nothing else."""

from __future__ import annotations

import socket
import ssl
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest
from emservice.client import DESK, DESK2, Client

from hotdesk_hil.emservice import (
    CertificateFlaw,
    Cluster,
    ConnectionFault,
    EmService,
    Fault,
    Form,
    RefuseConnection,
)
from hotdesk_hil.emservice.faults import KINDS

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "CutAnswer": (20,),
    "ResetAnswer": (20,),
    "Refuse": (26,),
    "Disguise": (Form.MALFORMED,),
    "WrongLength": (50,),
    "Delay": (0.0,),
    "Answer": (b"", 503),
    "BadCertificate": (CertificateFlaw.EXPIRED,),
}
REQUEST_FAULTS = [kind for kind in KINDS.values() if issubclass(kind, Fault)]
# A refused connection is seen by nobody: test_fault_rules.py.
CONNECTION_FAULTS = [kind for kind in KINDS.values() if issubclass(kind, ConnectionFault)]
CONNECTION_FAULTS.remove(RefuseConnection)
RULES: list[dict[str, Any]] = [
    {"times": 1},
    {"operation": "login"},
    {"device": DESK.lower()},
    {"user": "JOHN"},
    {"operation": "login", "device": DESK, "user": "john", "times": None},
    {"times": None, "probability": 0.5, "seed": 7},
]
SENT = [(DESK2, "mary"), (DESK, "john")]
"""The first login matches no rule that names something, the second matches all of them."""


@pytest.fixture
def secure(demo: Cluster) -> Iterator[EmService]:
    with EmService(demo, tls_port=0) as service:
        yield service


def send(client: Client, device: str, user: str) -> None:
    """Sends a login and waits for what comes, half a second at most where nothing does."""
    with socket.create_connection((client.host, client.port), timeout=10) as connection:
        connection.settimeout(0.5)
        try:
            connection.sendall(client.post_bytes(client.login_xml(device, user)))
            while connection.recv(65536):
                pass
        except (TimeoutError, ConnectionError):
            return


def struck(service: EmService, kind: type[Fault]) -> list[bool]:
    return [record.fault == kind.__name__ for record in service.requests]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "+".join(rule))
@pytest.mark.parametrize("kind", REQUEST_FAULTS, ids=lambda kind: kind.__name__)
def test_a_fault_at_a_request_strikes_what_its_rule_matches(
    service: EmService, client: Client, kind: type[Fault], rule: dict[str, Any]
) -> None:
    added = service.faults.add(kind(*ARGUMENTS.get(kind.__name__, ())), **rule)
    if "probability" in rule:
        for _ in range(6):
            send(client, DESK, "john")
        pattern = struck(service, kind)
        assert len(pattern) == 6
        assert added.struck == sum(pattern)
        service.faults.clear()
        service.faults.add(kind(*ARGUMENTS.get(kind.__name__, ())), **rule)
        for _ in range(6):
            send(client, DESK, "john")
        assert struck(service, kind) == pattern * 2, "the seed repeats it"
        assert any(pattern)
        assert not all(pattern)
        return
    for device, user in SENT:
        send(client, device, user)
    names_something = {"device", "user"} & set(rule)
    assert struck(service, kind) == ([False, True] if names_something else [True, False])
    assert client.query("userDevicesQuery", "john").code is None, "another operation, and the rule is used up"
    assert service.faults.waiting == (1 if rule.get("times", 1) is None else 0)


@pytest.mark.parametrize("rule", [{"times": 2}, {"times": None, "probability": 0.5, "seed": 7}], ids=str)
@pytest.mark.parametrize("kind", CONNECTION_FAULTS, ids=lambda kind: kind.__name__)
def test_a_fault_before_the_request_strikes_by_count_and_probability(
    secure: EmService, kind: type[ConnectionFault], rule: dict[str, Any]
) -> None:
    def fails() -> bool:
        assert secure.authority is not None
        assert secure.tls_port is not None
        trust = ssl.create_default_context(cadata=secure.authority.certificate)
        try:
            with (
                socket.create_connection(("127.0.0.1", secure.tls_port), timeout=10) as plain,
            ):
                plain.settimeout(0.5)
                trust.wrap_socket(plain, server_hostname="127.0.0.1").close()
        except (OSError, ssl.SSLError):
            return True
        return False

    added = secure.faults.add(kind(*ARGUMENTS.get(kind.__name__, ())), **rule)
    pattern = [fails() for _ in range(8)]
    assert added.struck == sum(pattern)
    if rule["times"] == 2:
        assert pattern == [True] * 2 + [False] * 6
    else:
        secure.faults.clear()
        secure.faults.add(kind(*ARGUMENTS.get(kind.__name__, ())), **rule)
        assert [fails() for _ in range(8)] == pattern, "the seed repeats it"
        assert 0 < sum(pattern) < 8
    assert secure.requests == []


def test_what_is_not_struck_is_answered_as_ever(service: EmService, client: Client) -> None:
    for kind in REQUEST_FAULTS:
        service.faults.add(kind(*ARGUMENTS.get(kind.__name__, ())), user="mary")
    assert client.login(DESK, "john").code is None
    reply = client.query("deviceUserQuery", DESK)
    assert ET.fromstring(reply.body).findtext(".//userID") == "john"
    assert service.faults.waiting == len(REQUEST_FAULTS)
