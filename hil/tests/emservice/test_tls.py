"""TLS: the service's own authority, its files, and certificates that a client must not take."""

from __future__ import annotations

import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from emservice.client import DESK, Client

from hotdesk_hil.emservice import BadCertificate, CertificateFlaw, Cluster, EmService, StateError
from hotdesk_hil.emservice.server import PATH


@pytest.fixture
def secure(demo: Cluster) -> Iterator[EmService]:
    with EmService(demo, tls_port=0) as service:
        yield service


def trusting(service: EmService) -> ssl.SSLContext:
    assert service.authority is not None
    return ssl.create_default_context(cadata=service.authority.certificate)


def handshake(service: EmService, name: str | None = "127.0.0.1") -> str:
    """Returns the TLS version that a careful client and the service agree on."""
    assert service.tls_port is not None
    context = trusting(service)
    with (
        socket.create_connection((service.host, service.tls_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        return secured.version() or ""


CLIENT = """
import ssl, sys, xml.etree.ElementTree as ET
from urllib.parse import urlencode
from urllib.request import urlopen
from xml.sax.saxutils import escape

url, ca = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca)
app = "<appInfo><appID>emphone</appID><appCertificate>phone-demo-certificate</appCertificate></appInfo>"

def ask(kind, operation):
    xml = f"<{kind}>{app}{operation}</{kind}>"
    with urlopen(url, urlencode({"xml": xml}).encode(), timeout=10, context=trust) as answer:
        response = ET.parse(answer).getroot()
    error = response.find("failure/error")
    if error is not None:
        sys.exit(f"[{error.get('code')}] {error.text}")
    return response

device, user = "<deviceName>SEP003094C25B15</deviceName>", f"<userID>{escape('john')}</userID>"
ask("request", f"<login>{device}{user}</login>")
print(ask("query", f"<deviceUserQuery>{device}</deviceUserQuery>").findtext(".//userID"))
ask("request", f"<logout>{device}</logout>")
"""


def test_a_client_of_twenty_lines_logs_in_asks_and_logs_out(demo: Cluster, tmp_path: Path) -> None:
    """Written against the public documentation, with the standard library."""
    assert len([line for line in CLIENT.splitlines() if line]) <= 20
    with EmService(demo, tls_port=0, ca=tmp_path / "ca") as service:
        done = subprocess.run(
            [sys.executable, "-I", "-c", CLIENT, str(service.tls_url), tmp_path / "ca" / "ca.pem"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("john\n", "")
        assert [record.operation for record in service.requests] == ["login", "deviceUserQuery", "logout"]
        assert service.previous(DESK) == "john"


def test_both_ports_serve_the_same_state(secure: EmService) -> None:
    assert secure.tls_url == f"https://127.0.0.1:{secure.tls_port}{PATH}"
    assert Client(secure.url).login(DESK, "john").code is None
    assert handshake(secure).startswith("TLSv1.")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "::1"])
def test_the_certificate_holds_the_names_of_this_machine(secure: EmService, name: str) -> None:
    handshake(secure, name)


def test_nobody_trusts_it_without_its_authority(secure: EmService) -> None:
    assert secure.tls_port is not None
    with (
        socket.create_connection((secure.host, secure.tls_port), timeout=10) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_bad_certificate_is_shown_once_and_then_the_good_one(secure: EmService, name: str) -> None:
    secure.faults.add(BadCertificate(CertificateFlaw.EXPIRED))
    assert Client(secure.url).query("checkUser", "john").code is None, "a plain connection does not see it"
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        handshake(secure, name)
    handshake(secure, name)
    assert secure.faults.waiting == 0


def test_a_plain_client_at_the_tls_port_does_no_harm(secure: EmService) -> None:
    assert secure.tls_port is not None
    with socket.create_connection((secure.host, secure.tls_port), timeout=10) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n\r\n")
        connection.recv(65536)
    handshake(secure)


def test_a_silent_client_at_the_tls_port_does_not_hold_the_stop(secure: EmService) -> None:
    assert secure.tls_port is not None
    with socket.create_connection((secure.host, secure.tls_port), timeout=10) as connection:
        handshake(secure)
        secure.stop()
        assert connection.recv(1) == b""


def test_the_authority_is_made_once_and_its_key_is_the_owners(demo: Cluster, tmp_path: Path) -> None:
    certificates = set()
    for _ in range(2):
        with EmService(demo, tls_port=0, ca=tmp_path / "ca") as service:
            assert service.authority is not None
            certificates.add(service.authority.certificate)
            handshake(service)
    assert len(certificates) == 1
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "ca").iterdir()}
    assert modes == {"ca.key": 0o600, "ca.pem": 0o600}
    assert stat.S_IMODE((tmp_path / "ca").stat().st_mode) == 0o700
    assert "PRIVATE KEY" not in certificates.pop() + repr(service.authority)


@pytest.mark.parametrize("damage", ["no key", "bad key", "a file"])
def test_a_folder_that_cannot_be_used_is_refused_by_name(demo: Cluster, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "ca"
    if damage == "a file":
        folder.write_text("")
    else:
        EmService(demo, tls_port=0, ca=folder).close()
        key = folder / "ca.key"
        key.unlink() if damage == "no key" else key.write_text("x")
    with pytest.raises(StateError, match="ca: cannot be used for the certificate authority"):
        EmService(demo, tls_port=0, ca=folder)


def test_the_certificate_has_a_common_name(secure: EmService) -> None:
    assert secure.tls_port is not None
    context = trusting(secure)
    with (
        socket.create_connection((secure.host, secure.tls_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        certificate = secured.getpeercert()
    assert certificate is not None
    assert (("commonName", "127.0.0.1"),) in certificate["subject"]
