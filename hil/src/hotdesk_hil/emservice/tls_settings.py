"""How a service speaks TLS: the table `[tls]` of a cluster file, and the certificates that it can show.

Names and values only, so that a service without TLS needs no cryptography.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class CertificateShape(Enum):
    """A certificate that a client may take: how it is made.

    Those of the authority name the host, `localhost`, this machine and its loopback addresses as subject
    alternative names. `COMMON_NAME_ONLY` and `SELF_SIGNED`, the shape of a call manager's own, have a common
    name alone: the host, or `localhost` where that is an address.
    """

    P256 = "P-256"
    P384 = "P-384"
    RSA_2048 = "RSA-2048"
    RSA_4096 = "RSA-4096"
    INTERMEDIATE = "intermediate"
    CHAIN_OF_SIX = "chain of six"
    COMMON_NAME_ONLY = "common name only"
    SELF_SIGNED = "self-signed"


class CertificateFlaw(Enum):
    """What is wrong with a certificate.

    `WRONG_USAGE` is for clients (extended key usage), `NO_INTERMEDIATE` lacks its issuer, `ISSUER_NOT_CA` was
    issued with another server's certificate, and with `WRONG_KEY` the service has the certificate alone.
    """

    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    WRONG_NAME = "wrong name"
    UNKNOWN_CA = "unknown CA"
    WRONG_USAGE = "wrong usage"
    NO_INTERMEDIATE = "no intermediate"
    ISSUER_NOT_CA = "issuer not CA"
    SHA1 = "SHA-1"
    WRONG_KEY = "wrong key"


class TlsVersion(Enum):
    """Which versions of TLS the service speaks: one, or both."""

    TLS_1_2 = "1.2"
    TLS_1_3 = "1.3"
    ANY = "any"


@dataclass(frozen=True)
class TlsSettings:
    """What the port with TLS shows and asks for.

    `certificate` may be a flawed one: every handshake shows it then; the fault `BadCertificate` is for some
    of them. With `client_certificate` a client must show one of the same authority.
    """

    certificate: CertificateShape | CertificateFlaw = CertificateShape.P256
    version: TlsVersion = TlsVersion.ANY
    client_certificate: bool = False


CERTIFICATES: tuple[CertificateShape | CertificateFlaw, ...] = (*CertificateShape, *CertificateFlaw)
"""Every certificate that the service can show."""
