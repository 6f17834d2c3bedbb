"""How bytes get to a service over httpx: addresses, TLS, time-outs, and which failures mean that nothing was
sent.

It never follows a redirect, never uses a proxy of the environment, and never puts a credential anywhere but
into the body.
"""

import ssl
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from ._operations import Answered, Failed, Outcome
from .errors import AnswerLost, CertificateRefused, TransportError, Unreachable

PATH = "/emservice/EMServiceServlet"
TLS_PORT = 8443
PLAIN_PORT = 8080
ANSWER_BYTES = 64 * 1024 * 1024
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Timeouts:
    """Seconds that a phase may take: connect, send, each wait for a part of the answer, and the whole
    answer.
    """

    connect: float = 5.0
    write: float = 10.0
    read: float = 30.0
    answer: float = 120.0

    def for_httpx(self) -> httpx.Timeout:
        """Return what httpx watches; the whole answer is watched here."""
        return httpx.Timeout(connect=self.connect, write=self.write, read=self.read, pool=None)


def address(service: str, *, allow_http: bool) -> str:
    """Return the URL of a service given as host, host:port or URL; raise `ValueError` where it is none.

    HTTP, which shows every credential to whoever listens, must be asked for by `allow_http`.
    """
    given = service if "://" in service else f"https://{service}"
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("a service is a host, host:port, or a URL that starts with https://")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("the address of a service holds no user, password, query or fragment")
    if parts.scheme == "http" and not allow_http:
        raise ValueError("http shows every credential to whoever listens; use https, or ask for http")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or (TLS_PORT if parts.scheme == "https" else PLAIN_PORT)
    path = parts.path if parts.path not in ("", "/") else PATH
    return f"{parts.scheme}://{host}:{port}{path}"


def verification(ca: str | PathLike[str] | None) -> ssl.SSLContext:
    """Return the TLS settings: certificate and name are checked, against `ca` (a PEM file) alone if given."""
    if ca is None:
        return ssl.create_default_context()
    pem = Path(ca)
    try:
        return ssl.create_default_context(cafile=str(pem))
    except ssl.SSLError:
        raise ValueError(f"{pem} holds no certificate in PEM form") from None


def settings(
    urls: list[str], timeouts: Timeouts, ca: str | PathLike[str] | None, concurrency: int
) -> dict[str, object]:
    """Return the arguments of a client of httpx."""
    secure = ca is not None or any(url.startswith("https:") for url in urls)
    return {
        # Reading the system's authorities takes long; a client of http alone trusts none.
        "verify": verification(ca) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        "timeout": timeouts.for_httpx(),
        "limits": httpx.Limits(max_connections=concurrency, keepalive_expiry=5.0),
        "headers": HEADERS,
        "trust_env": False,
        "follow_redirects": False,
    }


class AnswerReader:
    """Collects an answer; it is bounded in bytes and in time."""

    def __init__(self, response: httpx.Response, timeouts: Timeouts) -> None:
        self._response = response
        self._deadline = time.monotonic() + timeouts.answer
        self._body = bytearray()

    def read(self, chunks: Iterator[bytes]) -> Outcome:
        """Collect what comes; return it, or why it is none."""
        for chunk in chunks:
            if failed := self._add(chunk):
                return failed
        return Answered(self._response.status_code, bytes(self._body))

    async def aread(self, chunks: AsyncIterator[bytes]) -> Outcome:
        """Collect what comes; return it, or why it is none."""
        async for chunk in chunks:
            if failed := self._add(chunk):
                return failed
        return Answered(self._response.status_code, bytes(self._body))

    def _add(self, chunk: bytes) -> Failed | None:
        self._body += chunk
        if len(self._body) > ANSWER_BYTES:
            return Failed(AnswerLost(f"the answer is longer than {ANSWER_BYTES} bytes"))
        if time.monotonic() > self._deadline:
            return Failed(AnswerLost("the answer did not end in time"))
        return None


def failed(error: httpx.HTTPError, url: str) -> Failed:
    """Sort a failure of httpx: was anything sent?"""
    where = urlsplit(url).netloc
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        return Failed(_not_sent(error, where))
    if isinstance(error, httpx.ReadTimeout):
        return Failed(AnswerLost(f"{where} did not answer in time"))
    return Failed(AnswerLost(f"the connection to {where} broke before the answer was complete"))


def _not_sent(error: BaseException, where: str) -> TransportError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CertificateRefused(f"the certificate of {where} is refused: {_why(cause)}")
        if isinstance(cause, ssl.SSLError):
            return Unreachable(f"{where} does not speak TLS as it should; is it a port for http?")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable(f"{where} did not accept a connection in time; is the address right?")
    return Unreachable(f"{where} cannot be connected to; is the address right, does the service run?")


def _why(error: ssl.SSLCertVerificationError) -> str:
    # Numbers of X509_V_ERR_ in OpenSSL.
    expired, not_yet, other_name, other_address = 10, 9, 62, 64
    if error.verify_code == expired:
        return "it has expired; it must be renewed"
    if error.verify_code == not_yet:
        return "it is not valid yet; check the clock of this machine"
    if error.verify_code in (other_name, other_address):
        return "it is for another name; use the name that it was made for"
    return "it is not trusted; give the CA that signed it"
