"""Certificates of every shape at the port with TLS: what a careful client takes and what it refuses."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hotdesk_hil.emservice import (
    BadCertificate,
    CertificateFlaw,
    CertificateShape,
    Cluster,
    ClusterError,
    EmService,
    StateError,
    TlsSettings,
    TlsVersion,
)

REASONS = {
    CertificateFlaw.EXPIRED: "has expired",
    CertificateFlaw.NOT_YET_VALID: "not yet valid",
    CertificateFlaw.WRONG_NAME: "mismatch",
    CertificateFlaw.UNKNOWN_CA: "unable to get local issuer|signature",
    CertificateFlaw.WRONG_USAGE: "unsuitable certificate purpose|unsupported certificate purpose",
    CertificateFlaw.NO_INTERMEDIATE: "unable to get local issuer",
    CertificateFlaw.ISSUER_NOT_CA: "invalid CA",
    CertificateFlaw.SHA1: "too weak",
    CertificateFlaw.WRONG_KEY: "bad signature",
}
NAMED_BY_COMMON_NAME = (CertificateShape.COMMON_NAME_ONLY, CertificateShape.SELF_SIGNED)

Serve = Callable[..., EmService]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as running:

        def start(ca: Path | None = None, **settings: object) -> EmService:
            cluster = Cluster(tls=TlsSettings(**settings))  # type: ignore[arg-type]
            return running.enter_context(EmService(cluster, tls_port=0, ca=ca))

        yield start


def trusting(service: EmService) -> ssl.SSLContext:
    assert service.authority is not None
    return ssl.create_default_context(cadata=service.authority.certificate)


def answer(service: EmService, context: ssl.SSLContext, name: str = "127.0.0.1") -> tuple[str, bytes]:
    """Returns the version agreed on, and the certificate (DER), after an answer that came over both."""
    assert service.tls_port is not None
    with (
        socket.create_connection((service.host, service.tls_port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        secured.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        if secured.recv(8) != b"HTTP/1.1":
            raise ConnectionError("no answer came")
        return secured.version() or "", secured.getpeercert(binary_form=True) or b""


@pytest.fixture(
    scope="module", params=[TlsVersion.TLS_1_2, TlsVersion.TLS_1_3], ids=lambda version: version.value
)
def one_version(request: pytest.FixtureRequest) -> Iterator[EmService]:
    cluster = Cluster(tls=TlsSettings(version=request.param))
    with EmService(cluster, tls_port=0) as service:
        yield service


@pytest.mark.parametrize("shape", list(CertificateShape))
def test_a_client_takes_every_shape(serve: Serve, shape: CertificateShape) -> None:
    service = serve(certificate=shape)
    name = "localhost" if shape in NAMED_BY_COMMON_NAME else "127.0.0.1"
    assert answer(service, trusting(service), name)[0] == "TLSv1.3"


@pytest.mark.parametrize("flaw", list(CertificateFlaw))
def test_a_client_refuses_every_flaw_once_and_then_the_good_one_is_shown(
    one_version: EmService, flaw: CertificateFlaw
) -> None:
    one_version.faults.add(BadCertificate(flaw))
    with pytest.raises(ssl.SSLError, match=REASONS[flaw]):
        answer(one_version, trusting(one_version))
    agreed, _ = answer(one_version, trusting(one_version))
    assert agreed == f"TLSv{one_version.cluster.tls.version.value}"


@pytest.mark.parametrize("flaw", [CertificateFlaw.EXPIRED, CertificateFlaw.SHA1, CertificateFlaw.WRONG_KEY])
def test_a_flaw_may_be_what_the_service_always_shows(serve: Serve, flaw: CertificateFlaw) -> None:
    service = serve(certificate=flaw)
    for _ in range(2):
        with pytest.raises(ssl.SSLError, match=REASONS[flaw]):
            answer(service, trusting(service))


def test_the_one_flaw_of_a_certificate_is_the_one_named(serve: Serve) -> None:
    """Who does not look at that one thing takes it: no other fault hides behind it."""
    service = serve(certificate=CertificateFlaw.SHA1)
    careless = trusting(service)
    careless.set_ciphers("DEFAULT@SECLEVEL=0")
    answer(service, careless)
    service = serve(certificate=CertificateFlaw.WRONG_NAME)
    careless = trusting(service)
    careless.check_hostname = False
    answer(service, careless)
    answer(service, trusting(service), "somewhere.else.example")


@pytest.mark.parametrize(("shape", "sent"), [("intermediate", 2), ("chain of six", 6), ("RSA-4096", 1)])
def test_a_chain_is_sent_but_for_its_root(serve: Serve, shape: str, sent: int) -> None:
    service = serve(certificate=CertificateShape(shape), version=TlsVersion.TLS_1_2)
    assert service.tls_port is not None
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = trusting(service).wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    seen = b""
    with socket.create_connection((service.host, service.tls_port), timeout=20) as plain:
        while True:
            try:
                connection.do_handshake()
                break
            except ssl.SSLWantReadError:
                plain.sendall(outgoing.read())
                part = plain.recv(65536)
                seen += part
                incoming.write(part)
    assert certificates_in(seen) == sent


def certificates_in(records: bytes) -> int:
    """Counts the certificates of a handshake in TLS 1.2, which sends them in clear."""
    handshake = b""
    while records[:1] == b"\x16":
        length = int.from_bytes(records[3:5])
        handshake += records[5 : 5 + length]
        records = records[5 + length :]
    while handshake[0] != 11:
        handshake = handshake[4 + int.from_bytes(handshake[1:4]) :]
    listed = handshake[7 : 4 + int.from_bytes(handshake[1:4])]
    count = 0
    while listed:
        listed = listed[3 + int.from_bytes(listed[:3]) :]
        count += 1
    return count


@pytest.mark.parametrize(
    ("served", "asked"),
    [(TlsVersion.TLS_1_2, ssl.TLSVersion.TLSv1_3), (TlsVersion.TLS_1_3, ssl.TLSVersion.TLSv1_2)],
)
def test_a_client_of_the_other_version_has_nothing_in_common(
    serve: Serve, served: TlsVersion, asked: ssl.TLSVersion
) -> None:
    service = serve(version=served)
    context = trusting(service)
    context.minimum_version = context.maximum_version = asked
    with pytest.raises(ssl.SSLError, match="alert protocol version"):
        answer(service, context)


@pytest.mark.parametrize("version", [TlsVersion.TLS_1_2, TlsVersion.TLS_1_3])
def test_a_client_without_a_certificate_stays_out_where_one_is_asked_for(
    serve: Serve, tmp_path: Path, version: TlsVersion
) -> None:
    service = serve(version=version, client_certificate=True)
    assert service.authority is not None
    with pytest.raises((ssl.SSLError, ConnectionError)):
        answer(service, trusting(service))
    chain, key = service.authority.client_certificate("phone.example")
    (tmp_path / "client.pem").write_bytes(chain + key)
    context = trusting(service)
    context.load_cert_chain(tmp_path / "client.pem")
    answer(service, context)


def test_a_self_signed_certificate_is_kept_and_is_what_a_client_trusts(serve: Serve, tmp_path: Path) -> None:
    shown = set()
    for _ in range(2):
        service = serve(tmp_path, certificate=CertificateShape.SELF_SIGNED)
        context = ssl.create_default_context(cafile=tmp_path / "self-signed.pem")
        shown.add(answer(service, context, "localhost")[1])
    assert len(shown) == 1
    context = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    with pytest.raises(ssl.SSLCertVerificationError, match="self-signed"):
        answer(service, context, "localhost")


def test_a_self_signed_certificate_of_another_host_is_refused_by_name(tmp_path: Path) -> None:
    cluster = Cluster(tls=TlsSettings(certificate=CertificateShape.SELF_SIGNED))
    EmService(cluster, tls_port=0, ca=tmp_path).close()
    with pytest.raises(StateError, match=r"self-signed\.pem is for localhost, the service is node\.example"):
        EmService(cluster, "node.example", tls_port=0, ca=tmp_path)


def test_the_cluster_file_says_how_the_service_speaks_tls(tmp_path: Path) -> None:
    file = tmp_path / "cluster.toml"
    file.write_text('[tls]\ncertificate = "wrong key"\nversion = "1.2"\nclient_certificate = true\n')
    assert Cluster.read(file).tls == TlsSettings(CertificateFlaw.WRONG_KEY, TlsVersion.TLS_1_2, True)
    assert Cluster().tls == TlsSettings(CertificateShape.P256, TlsVersion.ANY, False)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('certificate = "RSA-1024"', r":1: \[tls\] 'certificate' is one of 'P-256', .*'wrong key'$"),
        ('version = "1.1"', r":1: \[tls\] 'version' is one of '1.2', '1.3', 'any'$"),
        ('client_certificate = "yes"', "'client_certificate' must be true or false"),
        ("ciphers = 1", r"no key 'ciphers'; known: certificate, version, client_certificate"),
    ],
)
def test_what_the_table_does_not_know_is_refused_with_what_it_does(
    tmp_path: Path, line: str, what: str
) -> None:
    file = tmp_path / "cluster.toml"
    file.write_text(f"[tls]\n{line}\n")
    with pytest.raises(ClusterError, match=what):
        Cluster.read(file)
