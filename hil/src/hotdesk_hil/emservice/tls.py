"""The service's own certificate authority, made on first start, and the certificates that it issues.

Must never show the authority's private key: it is in its file, readable for its owner only, or in memory.
"""

from __future__ import annotations

import os
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import trustme

from hotdesk_hil.emservice.faults import CertificateFlaw
from hotdesk_hil.emservice.rules import Faults
from hotdesk_hil.emservice.state_file import StateError

CERTIFICATE_FILE = "ca.pem"
KEY_FILE = "ca.key"
_LONG_PAST = datetime(2001, 1, 1, tzinfo=UTC)
_PAST = datetime(2002, 1, 1, tzinfo=UTC)


class Authority:
    """A certificate authority for one service, kept in a folder or, with None, in memory.

    Raises `StateError` where the folder cannot be used.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.file = None if folder is None else Path(folder) / CERTIFICATE_FILE
        if folder is None:
            self._ca = trustme.CA()
            return
        try:
            self._ca = _read_or_make(Path(folder))
        except (OSError, ValueError) as error:
            raise StateError(f"{folder}: cannot be used for the certificate authority: {error}") from error

    def __repr__(self) -> str:
        return f"<Authority {self.file or 'in memory'}>"

    @property
    def certificate(self) -> str:
        """The authority's certificate (PEM): what a client must trust."""
        return self._ca.cert_pem.bytes().decode()

    def context(self, host: str, faults: Faults) -> ssl.SSLContext:
        """Returns the server side of TLS for a service at `host`, with a certificate issued now."""
        names = list(dict.fromkeys((host, "localhost", "127.0.0.1", "::1", socket.gethostname())))
        context = _context(self._ca.issue_cert(*names, common_name=host))
        bad = {
            CertificateFlaw.EXPIRED: _context(
                self._ca.issue_cert(*names, not_before=_LONG_PAST, not_after=_PAST)
            ),
            CertificateFlaw.WRONG_NAME: _context(self._ca.issue_cert("somewhere.else.example")),
            CertificateFlaw.UNKNOWN_CA: _context(trustme.CA().issue_cert(*names)),
        }

        def choose(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            fault = faults.take_handshake()
            if fault is not None:
                connection.context = bad[fault.flaw]

        # OpenSSL asks here at every handshake, also where the client names no host.
        context.sni_callback = choose
        return context


def _read_or_make(folder: Path) -> trustme.CA:
    certificate, key = folder / CERTIFICATE_FILE, folder / KEY_FILE
    if certificate.exists() and key.exists():
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    if certificate.exists() or key.exists():
        raise ValueError(f"it holds one of {CERTIFICATE_FILE} and {KEY_FILE} only; name an empty folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca = trustme.CA()
    for path, pem in ((key, ca.private_key_pem), (certificate, ca.cert_pem)):
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(pem.bytes())
    return ca


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
