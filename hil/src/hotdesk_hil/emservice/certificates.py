"""Certificates of every shape that the service can show, right ones and flawed ones.

Must never write a private key anywhere: who asks for a certificate gets its key with it, in memory.
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hotdesk_hil.emservice.tls_settings import CertificateFlaw, CertificateShape

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_BEGIN, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
_PAST = datetime(2002, 1, 1, tzinfo=UTC)
_CHAIN_LENGTH = 6
# The algorithm of a signature with RSA, in DER: what tells SHA-256 from SHA-1 is the last byte.
_RSA_SHA256 = bytes.fromhex("06092a864886f70d01010b")
_RSA_SHA1 = bytes.fromhex("06092a864886f70d010105")


@dataclass(frozen=True)
class Shown:
    """What a server shows: its certificate with the issuers that it sends, and the key that it signs with."""

    chain: bytes
    key: bytes

    def __repr__(self) -> str:
        return "<Shown>"


@dataclass(frozen=True)
class _Issuer:
    """Who issues: `sent` is what a server sends of the way to the root, which is not part of it."""

    name: x509.Name
    key: Key
    sent: tuple[x509.Certificate, ...] = ()


class Maker:
    """Makes certificates of one authority for the service at `host`, which has `names`."""

    def __init__(self, authority: trustme.CA, host: str, names: Sequence[str]) -> None:
        self._root = _issuer_of(authority)
        self._common_name = common_name(host)
        self._host = host
        self._names = names

    def make(self, what: CertificateShape | CertificateFlaw) -> Shown:
        """Makes a certificate; `SELF_SIGNED` is a new one each time."""
        root, key = self._root, _p256()
        match what:
            case CertificateShape.P256:
                return self._server(root, key)
            case CertificateShape.P384:
                return self._server(root, ec.generate_private_key(ec.SECP384R1()))
            case CertificateShape.RSA_2048:
                return self._server(root, _rsa())
            case CertificateShape.RSA_4096:
                return self._server(root, _rsa(4096))
            case CertificateShape.INTERMEDIATE:
                return self._server(_below(root, _p256()), key)
            case CertificateShape.CHAIN_OF_SIX:
                issuer = root
                for _ in range(_CHAIN_LENGTH - 1):
                    issuer = _below(issuer, _rsa())
                return self._server(issuer, _rsa())
            case CertificateShape.COMMON_NAME_ONLY:
                return _shown(key, _certificate(root, key, self._common_name), root)
            case CertificateShape.SELF_SIGNED:
                return self_signed(self._common_name)
            case CertificateFlaw.EXPIRED:
                return self._server(root, key, end=_PAST)
            case CertificateFlaw.NOT_YET_VALID:
                return self._server(root, key, begin=datetime.now(UTC) + timedelta(days=365 * 50))
            case CertificateFlaw.WRONG_NAME:
                other = "somewhere.else.example"
                return _shown(key, _certificate(root, key, other, [other]), root)
            case CertificateFlaw.UNKNOWN_CA:
                return self._server(_issuer_of(trustme.CA()), key)
            case CertificateFlaw.WRONG_USAGE:
                return self._server(root, key, usage=ExtendedKeyUsageOID.CLIENT_AUTH)
            case CertificateFlaw.NO_INTERMEDIATE:
                issuer = _below(root, _p256())
                return self._server(_Issuer(issuer.name, issuer.key), key)
            case CertificateFlaw.ISSUER_NOT_CA:
                return self._server(_below(root, _p256(), is_ca=False), key)
            case CertificateFlaw.SHA1:
                # The certificate in the middle, for the authority itself signs with an elliptic curve.
                issuer = _below(root, _rsa())
                signed = _certificate(issuer, key, self._host, self._names)
                return _shown(key, _with_sha1(signed, issuer.key), issuer)
            case CertificateFlaw.WRONG_KEY:
                return Shown(self._server(root, key).chain, _key_of_a_liar(key))

    def _server(
        self,
        issuer: _Issuer,
        key: Key,
        *,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
        begin: datetime = _BEGIN,
        end: datetime = _END,
    ) -> Shown:
        certificate = _certificate(issuer, key, self._host, self._names, usage=usage, begin=begin, end=end)
        return _shown(key, certificate, issuer)


def common_name(host: str) -> str:
    """Returns the common name of a certificate without other names; no call manager has an address there."""
    return "localhost" if _address(host) is not None else host


def name_in(shown: Shown) -> str:
    """Returns the common name of a certificate; raises `ValueError` where that cannot be read."""
    (name,) = x509.load_pem_x509_certificate(shown.chain).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(name.value)


def self_signed(name: str) -> Shown:
    """Makes a certificate as a call manager makes its own: RSA-2048, a common name and no other."""
    key = _rsa()
    issuer = _Issuer(_name(name), key)
    return _shown(key, _certificate(issuer, key, name, usage=None), issuer)


def _issuer_of(authority: trustme.CA) -> _Issuer:
    certificate = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    key = serialization.load_pem_private_key(authority.private_key_pem.bytes(), password=None)
    if not isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
        raise ValueError("the authority's key is neither RSA nor on an elliptic curve")
    return _Issuer(certificate.subject, key)


def _below(issuer: _Issuer, key: Key, *, is_ca: bool = True) -> _Issuer:
    """Makes an issuer whose certificate `issuer` has signed; with `is_ca` false it must not issue."""
    name = f"Intermediate {len(issuer.sent) + 1}"
    usage = None if is_ca else ExtendedKeyUsageOID.SERVER_AUTH
    certificate = _certificate(issuer, key, name, usage=usage, is_ca=is_ca)
    return _Issuer(certificate.subject, key, (certificate, *issuer.sent))


def _certificate(
    issuer: _Issuer,
    key: Key,
    name: str,
    names: Sequence[str] = (),
    *,
    usage: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.SERVER_AUTH,
    begin: datetime = _BEGIN,
    end: datetime = _END,
    is_ca: bool | None = None,
) -> x509.Certificate:
    """Returns a certificate, without basic constraints where `is_ca` is None."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general(name) for name in names]), critical=False
        )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if is_ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    return builder.sign(issuer.key, hashes.SHA256())


def _with_sha1(certificate: x509.Certificate, key: Key) -> x509.Certificate:
    """Signs a certificate again, with SHA-1, which the library that made it does not."""
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("signs with RSA alone")
    body = certificate.tbs_certificate_bytes.replace(_RSA_SHA256, _RSA_SHA1)
    signature = key.sign(body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 (the flaw itself)
    whole = certificate.public_bytes(serialization.Encoding.DER)
    whole = whole.replace(certificate.tbs_certificate_bytes, body).replace(_RSA_SHA256, _RSA_SHA1)
    return x509.load_der_x509_certificate(whole.replace(certificate.signature, signature))


def _key_of_a_liar(key: Key) -> bytes:
    """Returns another private key that says its public part is that of `key`.

    OpenSSL compares the public parts alone where it is given a certificate and a key.
    """
    other = _p256()
    whole = other.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    lie = whole.replace(_point(other), _point(key))
    return b"-----BEGIN EC PRIVATE KEY-----\n" + base64.encodebytes(lie) + b"-----END EC PRIVATE KEY-----\n"


def _point(key: Key) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _shown(key: Key, certificate: x509.Certificate, issuer: _Issuer) -> Shown:
    chain = (certificate, *issuer.sent)
    return Shown(
        b"".join(item.public_bytes(serialization.Encoding.PEM) for item in chain),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ),
    )


def _p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _rsa(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
