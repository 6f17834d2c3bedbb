"""The certificates of `certificates.py`: how call managers make them, and what is wrong with others."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from certificates import Case
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

HOST = "localhost"
NOW = datetime.now(timezone.utc)
LAST_YEAR, NEXT_YEAR = NOW - timedelta(365), NOW + timedelta(365)
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
CALL_MANAGER = (SERVER, CLIENT, ObjectIdentifier("1.3.6.1.5.5.7.3.5"))


class Made(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Any


def certificate(
    name: str,
    by: Made | None = None,
    *,
    names: list[str] | None = None,
    ca: bool | None = None,
    signs: bool = False,
    usages: tuple[ObjectIdentifier, ...] = (),
    identifiers: bool = False,
    dates: tuple[datetime, datetime] = (LAST_YEAR, NEXT_YEAR),
    key: Any = None,  # noqa: ANN401
    critical: bool = False,
) -> Made:
    """Make a certificate, self-signed where nobody signs it; absent extensions are left out."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    issuer = by.certificate.subject if by else _name(name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
    )
    if names is not None:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_alternative(one) for one in names]), False
        )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    if signs:
        usage = x509.KeyUsage(True, False, True, True, False, True, False, False, False)
        builder = builder.add_extension(usage, critical=False)
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    if identifiers:
        subject = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(subject, critical=False)
    if critical:
        unknown = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
        builder = builder.add_extension(unknown, critical=True)
    return Made(builder.sign((by.key if by else key), hashes.SHA256()), key)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def make() -> list[Case]:
    """Make all cases."""
    root = certificate("Company Root", ca=True, signs=True)
    intermediate = certificate("Company Issuing", root, ca=True, signs=True)
    other = certificate("Company Root", ca=True, signs=True)
    bare_root = certificate("Bare Root", signs=True)
    manager = {"signs": True, "usages": CALL_MANAGER, "identifiers": True}
    self_signed = certificate(HOST, **manager)
    leaf = certificate(HOST, root, names=[HOST], ca=False, usages=(SERVER,))
    no_name = certificate(HOST, root, usages=(SERVER,))
    deep = certificate(HOST, intermediate, names=[HOST], usages=(SERVER,))

    def one(title: str, names: str, made: Made, *ca: Made, says: str | None = None, **more: Any) -> Case:  # noqa: ANN401
        chain = [made.certificate, *(extra.certificate for extra in more.pop("chain", ()))]
        return Case(title, names, chain, made.key, [authority.certificate for authority in ca], says, **more)

    other_leaf = certificate("cucm2.example", names=["cucm2.example"], **manager)
    late = certificate(HOST, dates=(LAST_YEAR, NOW - timedelta(1)), **manager)
    early = certificate(HOST, dates=(NOW + timedelta(1), NEXT_YEAR), **manager)
    late_leaf = certificate(HOST, root, names=[HOST], dates=(LAST_YEAR, NOW - timedelta(1)))
    other_name = certificate("cucm2.example", root, names=["cucm2.example"], usages=(SERVER,))
    contradicts = certificate(HOST, root, names=["cucm2.example"], usages=(SERVER,))
    client_only = certificate(HOST, root, names=[HOST], usages=(CLIENT,))
    short = certificate(HOST, names=[HOST], key=rsa.generate_private_key(65537, 1024))
    critical = certificate(HOST, root, names=[HOST], critical=True)
    stranger = certificate("Their Root", ca=True, signs=True)
    theirs = certificate(HOST, stranger, names=[HOST])
    address = certificate("cucm1", root, names=["127.0.0.1"])
    issuer = certificate("other.example", root, names=["other.example"], ca=False)
    used = certificate(HOST, issuer, names=[HOST])
    authority = "the authority"
    return [
        one(
            "self-signed, name in CN only, keyCertSign, no Basic Constraints", "it", self_signed, self_signed
        ),
        one(
            "the same, name in SAN",
            "it",
            *[certificate(HOST, names=[HOST], **manager)] * 2,
        ),
        one("self-signed, CA:TRUE", "it", *[certificate(HOST, names=[HOST], ca=True, **manager)] * 2),
        one("self-signed, CA:FALSE", "it", *[certificate(HOST, names=[HOST], ca=False)] * 2),
        one("self-signed, as above, file in DER form", "it", self_signed, self_signed, der=True),
        one("signed by an authority, no authority key identifier", authority, leaf, root),
        one("signed by an authority, name in CN only", authority, no_name, root),
        one(
            "signed by an authority that has no Basic Constraints",
            authority,
            certificate(HOST, bare_root, names=[HOST]),
            bare_root,
        ),
        one("signed by an authority", "it (a pin)", leaf, leaf),
        one("with its intermediate", authority, deep, root, chain=(intermediate,)),
        one("without its intermediate", "the intermediate", deep, intermediate),
        one("its address in SAN, asked by address", authority, address, root, host="127.0.0.1"),
        one(
            "for another name",
            authority,
            other_name,
            root,
            says="it is for another name: it is for cucm2.example",
        ),
        one("self-signed, for another name", "it", other_leaf, other_leaf, says="it is for another name"),
        one("CN right, SAN of another name", authority, contradicts, root, says="it is for another name"),
        one("self-signed, expired", "it", late, late, says="it has expired on "),
        one("signed by an authority, expired", "it (a pin)", late_leaf, late_leaf, says="it has expired on "),
        one("self-signed, not valid yet", "it", early, early, says="it is not valid yet, but from "),
        one("self-signed", "another authority", self_signed, root, says="it is self-signed by 'localhost'"),
        one(
            "self-signed, renewed",
            "the older one",
            self_signed,
            certificate(HOST, **manager),
            says="ca.pem holds another certificate of the same name, 'localhost'",
        ),
        one(
            "signed by an authority, renewed with a new key",
            "the older authority",
            leaf,
            other,
            says="ca.pem holds another authority of the same name, 'Company Root'",
        ),
        one(
            "signed by an unknown authority",
            "another authority",
            theirs,
            root,
            says="is signed by 'Their Root'",
        ),
        one(
            "signed by an unknown authority, which is sent",
            "another authority",
            theirs,
            root,
            chain=(stranger,),
            says="the authority 'Their Root' signed it",
        ),
        one("without its intermediate", authority, deep, root, says="an intermediate may be missing"),
        one(
            "signed by a certificate that is no authority",
            authority,
            used,
            root,
            chain=(issuer,),
            says="may not sign others",
        ),
        one(
            "only for clients",
            authority,
            client_only,
            root,
            says="it may not be used by a server, only for clientAuth",
        ),
        one("RSA of 1024 bits", "it", short, short, says="its key is too short (1024 bits)"),
        one(
            "with a critical extension that nobody knows",
            authority,
            critical,
            root,
            says="critical extension",
        ),
        one("right, but TLS 1.1 only", authority, leaf, root, says="its TLS is too old", setting=_old),
        one(
            "right, wants a client certificate, TLS 1.2",
            authority,
            leaf,
            root,
            says="wants a certificate",
            setting=_wants_1_2,
        ),
        one(
            "right, wants a client certificate, TLS 1.3",
            authority,
            leaf,
            root,
            says="wants a certificate of this client",
            setting=_wants,
        ),
    ]


def _old(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1


def _wants(context: ssl.SSLContext) -> None:
    context.verify_mode = ssl.CERT_REQUIRED


def _wants_1_2(context: ssl.SSLContext) -> None:
    _wants(context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
