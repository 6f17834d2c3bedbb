"""TLS to a service: which certificates are accepted, and why one is not.

Certificate, name and dates are always checked, and by the same rules on every version of Python. Nothing is
sent before they were. What is said of a refused certificate is taken from it, so it is escaped.
"""

import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._shown import shown
from .errors import CertificateRefused, TransportError, Unreachable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_CHAIN = "_hotdesk_chain"
"""The attribute of an OpenSSL error that holds the certificates that the service showed, as DER."""


@dataclass(frozen=True)
class Trust:
    """Whom a client believes: TLS settings, and the file that they were made from."""

    context: ssl.SSLContext
    ca: Path | None = None

    @property
    def where(self) -> str:
        """Where certificates are trusted."""
        return "this system" if self.ca is None else str(self.ca)

    def certificates(self) -> "list[Certificate]":
        """Return the certificates of the file, none where it cannot be read any more."""
        from cryptography import x509

        if self.ca is None:
            return []
        try:
            data = self.ca.read_bytes()
            if b"-----BEGIN" in data:
                return x509.load_pem_x509_certificates(data)
            return [x509.load_der_x509_certificate(data)]
        except (OSError, ValueError):
            return []


def trust(
    urls: Iterable[str], ca: str | PathLike[str] | None, context: ssl.SSLContext | None = None
) -> Trust:
    """Return whom a client of services believes; raise `ValueError` where that would be anybody.

    Reading the system's authorities takes long, so a client of http alone trusts none.
    """
    if context is not None:
        if ca is not None:
            raise ValueError("give ca or ssl_context, not both; load the authority into the context")
        if context.verify_mode != ssl.CERT_REQUIRED or not context.check_hostname:
            raise ValueError("the ssl_context must check certificate and name: CERT_REQUIRED, check_hostname")
        return Trust(context)
    if ca is not None:
        return Trust(_named(Path(ca)), Path(ca))
    if any(url.startswith("https:") for url in urls):
        context = _context()
        context.load_default_certs()
        return Trust(context)
    return Trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = _Socket
    context.sslobject_class = _Object
    # CPython 3.13 is strict where 3.12 was not, and call managers make certificates that are not strict:
    # without Basic Constraints, without key identifiers. A certificate that is named is an anchor, whoever
    # signed it.
    context.verify_flags |= ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    # Older call managers write their name into the subject alone; that counts where there is no other name.
    context.hostname_checks_common_name = True
    return context


def _named(ca: Path) -> ssl.SSLContext:
    """Return settings that trust the certificates of a file, PEM or DER, alone."""
    try:
        data = ca.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot read {ca}: {error.strerror}") from None
    context = _context()
    try:
        if b"-----BEGIN" in data:
            # Comments between certificates may be in any encoding.
            context.load_verify_locations(cadata=data.decode("ascii", "replace").replace("\ufffd", "?"))
        else:
            context.load_verify_locations(cadata=data)
    except (ssl.SSLError, ValueError):
        raise ValueError(f"{ca} holds no certificate in PEM or DER form") from None
    return context


class _Socket(ssl.SSLSocket):
    """A socket that keeps what certificates were shown, for the one that says why they are refused."""

    # `block` is handed on as it comes: gevent's socket has no such argument.
    def do_handshake(self, *arguments: bool, **keywords: bool) -> None:
        try:
            super().do_handshake(*arguments, **keywords)
        except ssl.SSLCertVerificationError as error:
            setattr(error, _CHAIN, _chain(self))
            raise


class _Object(ssl.SSLObject):
    """As `_Socket`, for asyncio."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except ssl.SSLCertVerificationError as error:
            setattr(error, _CHAIN, _chain(self))
            raise


def _chain(connection: Any) -> list[bytes]:  # noqa: ANN401
    """Return the certificates that were shown, the service's own first."""
    if hasattr(connection, "get_unverified_chain"):  # since CPython 3.13
        return list(connection.get_unverified_chain() or [])
    native: Any = getattr(connection, "_sslobj", None)
    if not hasattr(native, "get_unverified_chain"):
        return []
    chain: Sequence[Any] = native.get_unverified_chain() or []
    der = 2  # _ssl.ENCODING_DER
    return [certificate.public_bytes(der) for certificate in chain]


def refusal(error: BaseException, where: str, trusted: Trust) -> TransportError | None:
    """Return what a failure of TLS is, `None` where it is none; nothing was carried out."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = _why(cause, trusted)
            return CertificateRefused(f"the certificate of {where} is refused: {why}", where)
        if isinstance(cause, ssl.SSLError):
            return _not_spoken(cause.reason or str(cause), where)
    return None


def wants_certificate(error: BaseException) -> bool:
    """Tell whether the service refused because this side showed no certificate that it takes.

    With TLS 1.3 that comes with the first read; the service did not look at the request before.
    """
    return any(
        isinstance(cause, ssl.SSLError) and _in(cause.reason or str(cause), _CLIENT_CERTIFICATE)
        for cause in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterable[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


_CLIENT_CERTIFICATE = (
    "CERTIFICATE_REQUIRED",
    "BAD_CERTIFICATE",
    "ALERT_UNKNOWN_CA",
    "ALERT_CERTIFICATE_UNKNOWN",
)
_OTHER_VERSION = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE", "WRONG_SSL_VERSION")
_NO_AGREEMENT = ("HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "INSUFFICIENT_SECURITY", "WRONG_CIPHER_RETURNED")


def _in(reason: str, words: Sequence[str]) -> bool:
    spelled = reason.upper().replace(" ", "_")
    return any(word in spelled for word in words)


def _not_spoken(reason: str, where: str) -> TransportError:
    """Return what is wrong where the two sides did not come to terms."""
    if _in(reason, _CLIENT_CERTIFICATE):
        return CertificateRefused(
            f"{where} wants a certificate of this client; give one by ssl_context, or use a port that wants "
            f"none",
            where,
        )
    if _in(reason, _OTHER_VERSION):
        return Unreachable(
            f"{where} and this client share no version of TLS: its TLS is too old (1.2 is the oldest that is "
            f"spoken here) or too new; change the minimum TLS version on the service",
            where,
        )
    if _in(reason, _NO_AGREEMENT):
        return Unreachable(
            f"{where} ended the TLS handshake: it shares no cipher with this client, or wants a certificate "
            f"of it",
            where,
        )
    if _in(reason, ("DH_KEY_TOO_SMALL", "KEY_TOO_SMALL", "BAD_ECPOINT")):
        return Unreachable(f"the key that {where} offers in the TLS handshake is too short", where)
    return Unreachable(f"{where} does not speak TLS as it should; is it a port for http?", where)


# Numbers of X509_V_ERR_ in OpenSSL.
_NOT_YET, _EXPIRED = 9, 10
_OTHER_NAME = (62, 64)
_USAGE = 26
_INVALID_CA = (24, 79, 32, 25)
_KEY, _CA_KEY, _DIGEST = 66, 67, 68
_UNTRUSTED = (2, 7, 18, 19, 20, 21, 27, 28, 30, 31)
_CRITICAL = 34


def _why(error: ssl.SSLCertVerificationError, trusted: Trust) -> str:
    """Say why a certificate is refused, and what to do."""
    shows, holds = _parsed(getattr(error, _CHAIN, ())), trusted.certificates()
    code = error.verify_code
    if code == _EXPIRED:
        return "it has expired" + _when([*shows, *holds], late=True) + "; it must be renewed"
    if code == _NOT_YET:
        return (
            "it is not valid yet" + _when([*shows, *holds], late=False) + "; check the clock of this machine"
        )
    if code in _OTHER_NAME:
        names = _names(shows[0]) if shows else ""
        is_for = (
            f": it is for {names}; use one of its names" if names else "; use the name that it was made for"
        )
        return "it is for another name" + is_for
    if code == _USAGE:
        usage = _usage(shows[0]) if shows else ""
        return (
            "it may not be used by a server"
            + (f", only for {usage}" if usage else "")
            + "; it must be made anew"
        )
    if code in _INVALID_CA:
        return "a certificate that signed it may not sign others; the service needs one of a real authority"
    if code in (_KEY, _CA_KEY):
        whose = "its key" if code == _KEY else "the key of the authority that signed it"
        bits = _bits(shows[0]) if shows and code == _KEY else ""
        return f"{whose} is too short{bits}; a certificate with RSA of 2048 bits or more must be made"
    if code == _DIGEST:
        return "it is signed with a digest that is too weak (SHA-1 or MD5); it must be made anew"
    if code in _UNTRUSTED:
        return "it is not trusted" + _untrusted(shows, holds, trusted)
    if code == _CRITICAL:
        return "it has a critical extension that this Python does not know"
    return error.verify_message


def _parsed(chain: Iterable[bytes]) -> "list[Certificate]":
    from cryptography import x509

    try:
        return [x509.load_der_x509_certificate(der) for der in chain]
    except ValueError:
        return []


def _untrusted(shows: "list[Certificate]", holds: "list[Certificate]", trusted: Trust) -> str:
    """Follow the signatures as far as they go, and say what is missing there."""
    if not shows:
        return "; give the CA that signed it"
    at = shows[0]
    seen = 0
    while at.issuer != at.subject and seen < len(shows):
        seen += 1
        above = next((one for one in shows if one.subject == at.issuer and one is not at), None)
        if above is None:
            break
        at = above
    own = at.issuer == at.subject
    same_name = [one for one in holds if one.subject == at.issuer]
    if same_name:
        held, kind = same_name[0], "certificate" if own and at is shows[0] else "authority"
        now = f", not the one of {at.not_valid_before_utc:%Y-%m-%d} that is in use" if own else ""
        return (
            f": {trusted.where} holds another {kind} of the same name, {_name(held)}, made on "
            f"{held.not_valid_before_utc:%Y-%m-%d}{now}; it was renewed: export it again"
        )
    if own and at is shows[0]:
        return (
            f": it is self-signed by {_name(at)}; if its SHA-256 fingerprint {_fingerprint(at)} is that of "
            f"the call manager, give the certificate itself as the CA (ca, --ca)"
        )
    if own:
        return (
            f": the authority {_name(at)} signed it, which {trusted.where} does not hold; give the CA that "
            f"signed it"
        )
    return (
        f": {_name(at)} is signed by {_issuer(at)}, whose certificate the service does not send and "
        f"{trusted.where} does not hold; an intermediate may be missing on the service; give the CA that "
        f"signed it"
    )


def _name(certificate: "Certificate") -> str:
    return _text(certificate.subject)


def _issuer(certificate: "Certificate") -> str:
    return _text(certificate.issuer)


def _text(name: Any) -> str:  # noqa: ANN401
    from cryptography.x509.oid import NameOID

    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    text = common[0].value if common else name.rfc4514_string()
    return f"'{shown(str(text))}'" if text else "one without a name"


def _names(certificate: "Certificate") -> str:
    """Return whom a certificate is for: its alternative names, or else its own name."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return _name(certificate)
    names = found.get_values_for_type(x509.DNSName)
    names += [str(ip) for ip in found.get_values_for_type(x509.IPAddress)]
    most = 5
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(shown, names[:most])) + more


def _usage(certificate: "Certificate") -> str:
    from cryptography import x509

    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    return ", ".join(getattr(usage, "_name", usage.dotted_string) for usage in usages)


def _bits(certificate: "Certificate") -> str:
    size = getattr(certificate.public_key(), "key_size", None)
    return f" ({size} bits)" if size else ""


def _when(certificates: "list[Certificate]", *, late: bool) -> str:
    """Return the day that is over or has not come."""
    from datetime import datetime, timezone

    now = datetime.now(timezone.utc)
    for one in certificates:
        if late and one.not_valid_after_utc < now:
            return f" on {one.not_valid_after_utc:%Y-%m-%d}"
        if not late and one.not_valid_before_utc > now:
            return f", but from {one.not_valid_before_utc:%Y-%m-%d} on"
    return ""


def _fingerprint(certificate: "Certificate") -> str:
    from cryptography.hazmat.primitives import hashes

    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()
