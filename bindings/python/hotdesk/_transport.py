"""How bytes get to a service over httpx: addresses, TLS, time-outs, and which failures mean that nothing was
sent.

It never follows a redirect, never uses a proxy of the environment, and never puts a credential anywhere but
into the body.
"""

import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from ._operations import Answered, Failed, Outcome
from .errors import AnswerLost, CertificateRefused, TransportError, Unreachable

PATH = "/emservice/EMServiceServlet"
TLS_PORT = 8443
PLAIN_PORT = 8080
ANSWER_BYTES = 64 * 1024 * 1024
KEPT_SECONDS = 5.0
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Timeouts:
    """Seconds that a phase may take: connect, send, each wait for a part of the answer.

    `answer` is for all of it, from the start of the request to the end of the answer.
    """

    connect: float = 5.0
    write: float = 10.0
    read: float = 30.0
    answer: float = 120.0

    def for_httpx(self) -> httpx.Timeout:
        """Return what httpx watches; the whole is watched here."""
        return httpx.Timeout(connect=self.connect, write=self.write, read=self.read, pool=None)


def address(service: str, *, allow_http: bool) -> str:
    """Return the URL of a service given as host, host:port or URL; raise `ValueError` where it is none.

    HTTP, which shows every credential to whoever listens, must be asked for by `allow_http`.
    """
    given = service if "://" in service else f"https://{service}"
    no_address = ValueError("a service is a host, host:port, or a URL that starts with https://")
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        raise no_address from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise no_address
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("the address of a service holds no user, password, query or fragment")
    if parts.scheme == "http" and not allow_http:
        raise ValueError(
            "http shows every credential to whoever listens; use https, or ask for http (allow_http, --http)"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = port or (TLS_PORT if parts.scheme == "https" else PLAIN_PORT)
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
    except OSError as error:
        raise ValueError(f"cannot read {pem}: {error.strerror}") from None


def trust(urls: list[str], ca: str | PathLike[str] | None) -> ssl.SSLContext:
    """Return the TLS settings of a client of services.

    Reading the system's authorities takes long, so a client of http alone trusts none.
    """
    secure = ca is not None or any(url.startswith("https:") for url in urls)
    return verification(ca) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def settings(timeouts: Timeouts) -> dict[str, Any]:
    """Return the arguments of a client of httpx but its transport."""
    return {
        "timeout": timeouts.for_httpx(),
        "headers": HEADERS,
        "trust_env": False,
        "follow_redirects": False,
    }


def limits(concurrency: int) -> httpx.Limits:
    """Return how many connections there may be, and how long they are kept."""
    return httpx.Limits(max_connections=concurrency, keepalive_expiry=KEPT_SECONDS)


class SyncTransport(httpx.HTTPTransport):
    """A transport whose reads end at a deadline: the time-outs of httpx start anew with each byte."""

    def __init__(self, verify: ssl.SSLContext, concurrency: int) -> None:
        super().__init__(verify=verify, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=verify,
            max_connections=concurrency,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=_Backend(),
        )


_deadline: ContextVar[float] = ContextVar("_deadline")


def start_clock(timeouts: Timeouts) -> None:
    """Start the time that a whole answer may take on a `SyncTransport`, in the thread that calls."""
    _deadline.set(time.monotonic() + timeouts.answer)


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(host, port, timeout, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        # Not zero: that would be no time-out but a socket that does not wait.
        left = max(0.001, _deadline.get() - time.monotonic())
        return self._stream.read(max_bytes, left if timeout is None else min(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)


class AnswerReader:
    """Collects an answer, which is bounded."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._body = bytearray()

    def read(self) -> Outcome:
        """Collect what comes; return it, or why it is none."""
        for chunk in self._response.iter_bytes():
            if failed := self._add(chunk):
                return failed
        return self._answered()

    async def aread(self) -> Outcome:
        """Collect what comes; return it, or why it is none."""
        async for chunk in self._response.aiter_bytes():
            if failed := self._add(chunk):
                return failed
        return self._answered()

    def _add(self, chunk: bytes) -> Failed | None:
        self._body += chunk
        if len(self._body) > ANSWER_BYTES:
            return Failed(AnswerLost(f"the answer is longer than {ANSWER_BYTES} bytes"))
        return None

    def _answered(self) -> Answered:
        return Answered(self._response.status_code, bytes(self._body))


def failed(error: httpx.HTTPError | TimeoutError, url: str) -> Failed:
    """Sort a failure: was anything sent? A `TimeoutError` is the end of the time for the whole answer."""
    where = urlsplit(url).netloc
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        return Failed(_not_sent(error, where))
    if isinstance(error, (httpx.ReadTimeout, TimeoutError)):
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
