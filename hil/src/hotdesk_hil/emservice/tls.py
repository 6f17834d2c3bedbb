"""The service's own certificate authority, made on first start, and the server side of TLS.

Must never show the authority's private key: it is in its file, readable for its owner only, or in memory.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import trustme

from hotdesk_hil.emservice.alerts import AlertingContext
from hotdesk_hil.emservice.certificates import Maker, Shown, common_name, name_in, self_signed
from hotdesk_hil.emservice.rules import Faults
from hotdesk_hil.emservice.state_file import StateError
from hotdesk_hil.emservice.tls_settings import CertificateFlaw, CertificateShape, TlsSettings, TlsVersion

CERTIFICATE_FILE = "ca.pem"
KEY_FILE = "ca.key"
SELF_SIGNED_FILE = "self-signed.pem"
SELF_SIGNED_KEY_FILE = "self-signed.key"
_VERSIONS = {TlsVersion.TLS_1_2: ssl.TLSVersion.TLSv1_2, TlsVersion.TLS_1_3: ssl.TLSVersion.TLSv1_3}


class Authority:
    """A certificate authority for one service, kept in a folder or, with None, in memory.

    With a self-signed certificate in `settings` that certificate is kept there as well, and is what a client
    trusts in the place of the authority. Raises `StateError` where the folder cannot be used.
    """

    def __init__(
        self, folder: str | os.PathLike[str] | None, host: str, settings: TlsSettings | None = None
    ) -> None:
        self._host = host
        self._settings = settings or TlsSettings()
        self._self_signed: Shown | None = None
        self.is_self_signed = self._settings.certificate is CertificateShape.SELF_SIGNED
        shown = SELF_SIGNED_FILE if self.is_self_signed else CERTIFICATE_FILE
        self.file = None if folder is None else Path(folder) / shown
        try:
            self._ca = trustme.CA() if folder is None else _authority_in(Path(folder))
            if self.is_self_signed:
                self._self_signed = _self_signed(None if folder is None else Path(folder), host)
        except (OSError, ValueError) as error:
            raise StateError(f"{folder}: cannot be used for the certificate authority: {error}") from error

    def __repr__(self) -> str:
        return f"<Authority {self.file or 'in memory'}>"

    @property
    def certificate(self) -> str:
        """What a client must trust (PEM): the authority's certificate, or the service's self-signed one."""
        if self._self_signed is not None:
            return self._self_signed.chain.decode()
        return self._ca.cert_pem.bytes().decode()

    def client_certificate(self, name: str) -> tuple[bytes, bytes]:
        """Issues a certificate for a client; returns its chain and its private key (PEM)."""
        issued = self._ca.issue_cert(name)
        return b"".join(item.bytes() for item in issued.cert_chain_pems), issued.private_key_pem.bytes()

    def context(self, faults: Faults) -> ssl.SSLContext:
        """Returns the server side of TLS, with certificates issued when they are first shown."""
        names = list(dict.fromkeys((self._host, "localhost", "127.0.0.1", "::1", socket.gethostname())))
        maker = Maker(self._ca, self._host, names)
        certificate = self._settings.certificate
        context = _context(certificate, self._self_signed or maker.make(certificate))
        version = _VERSIONS.get(self._settings.version)
        if version is not None:
            context.minimum_version = context.maximum_version = version
        if self._settings.client_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            self._ca.configure_trust(context)
        flawed: dict[CertificateFlaw, ssl.SSLContext] = {}

        def choose(connection: ssl.SSLObject, _name: str | None, _context_before: ssl.SSLContext) -> None:
            fault = faults.take_handshake()
            if fault is None:
                return
            if fault.flaw not in flawed:
                flawed[fault.flaw] = _context(fault.flaw, maker.make(fault.flaw))
            connection.context = flawed[fault.flaw]

        # OpenSSL asks here at every handshake, also where the client names no host.
        context.sni_callback = choose
        return context


def _authority_in(folder: Path) -> trustme.CA:
    def make() -> Shown:
        ca = trustme.CA()
        return Shown(ca.cert_pem.bytes(), ca.private_key_pem.bytes())

    kept = _read_or_make(folder / CERTIFICATE_FILE, folder / KEY_FILE, make)
    return trustme.CA.from_pem(kept.chain, kept.key)


def _self_signed(folder: Path | None, host: str) -> Shown:
    name = common_name(host)
    if folder is None:
        return self_signed(name)
    file, key = folder / SELF_SIGNED_FILE, folder / SELF_SIGNED_KEY_FILE
    kept = _read_or_make(file, key, lambda: self_signed(name))
    is_for = name_in(kept)
    if is_for != name:
        raise ValueError(f"{file.name} is for {is_for}, the service is {name}; name an empty folder")
    return kept


def _read_or_make(certificate: Path, key: Path, make: Callable[[], Shown]) -> Shown:
    if certificate.exists() and key.exists():
        return Shown(certificate.read_bytes(), key.read_bytes())
    if certificate.exists() or key.exists():
        raise ValueError(f"it holds one of {certificate.name} and {key.name} only; name an empty folder")
    certificate.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = make()
    for path, pem in ((key, made.key), (certificate, made.chain)):
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(pem)
    return made


def _context(what: CertificateShape | CertificateFlaw, shown: Shown) -> ssl.SSLContext:
    context = AlertingContext(ssl.PROTOCOL_TLS_SERVER)
    if what is CertificateFlaw.SHA1:
        # OpenSSL does not show by itself what it takes for weak.
        context.set_ciphers("DEFAULT@SECLEVEL=0")
    with trustme.Blob(shown.key + shown.chain).tempfile() as file:
        context.load_cert_chain(file)
    return context
