"""How messages get to a service over httpx: addresses, time-outs, and which failures mean that nothing was
sent.

It never follows a redirect, never uses a proxy of the environment, never asks for or reads a content coding,
and never puts a credential anywhere but into the body, which no frame holds as a plain local.
"""

import ipaddress
import socket
import ssl
import time
import unicodedata
import weakref
from collections.abc import AsyncIterator, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from ._operations import Answered, Failed, Message
from ._tls import Trust, refusal, wants_certificate
from .errors import AnswerLost, BrokenAnswer, CertificateRefused, Unreachable

PATH = "/emservice/EMServiceServlet"
TLS_PORT = 8443
PLAIN_PORT = 8080
ANSWER_BYTES = 64 * 1024 * 1024
KEPT_SECONDS = 5.0
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    # A small answer may unfold to a large one, and the service has no need to fold any.
    "Accept-Encoding": "identity",
}


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
    given = service if "://" in service else f"https://{_bracketed(service)}"
    _check_characters(given)
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
    host = _host(parts.hostname)
    port = port or (TLS_PORT if parts.scheme == "https" else PLAIN_PORT)
    path = parts.path if parts.path not in ("", "/") else PATH
    return f"{parts.scheme}://{host}:{port}{path}"


def _bracketed(service: str) -> str:
    """Put an IPv6 address that stands alone into brackets."""
    try:
        return f"[{ipaddress.IPv6Address(service)}]"
    except ValueError:
        return service


def _check_characters(given: str) -> None:
    """Refuse what cannot stand in an address, and name it: much of it cannot be seen."""
    for one in given:
        if one.isspace() or not one.isprintable() or one in "\"'<>\\^`{|}":
            raise ValueError(f"the address of a service cannot hold {_named(one)}")
        # Letters, their marks and digits may be of any script: such names are sent in their ASCII form.
        if not one.isascii() and unicodedata.category(one)[0] not in "LMN":
            raise ValueError(f"the address of a service cannot hold {_named(one)}")


def _named(one: str) -> str:
    name = unicodedata.name(one, "a control character")
    seen = f"'{one}', " if one.isprintable() and not one.isspace() else ""
    return f"{seen}U+{ord(one):04X} ({name})"


def _host(name: str) -> str:
    """Return a host as it can stand in a URL; raise `ValueError` where it can be none."""
    if ":" in name:
        try:
            return f"[{ipaddress.IPv6Address(name.partition('%')[0])}]"
        except ValueError:
            raise ValueError(f"{name!r} is no IPv6 address") from None
    labels = name.removesuffix(".").split(".")
    if "" in labels:
        raise ValueError(f"the host {name!r} has an empty part between its dots")
    for label in labels:
        for one in label:
            if one.isascii() and not (one.isalnum() or one in "-_"):
                raise ValueError(f"the host {name!r} cannot hold {_named(one)}")
    try:
        # As httpx does it: a name that it cannot write must be told here, not when a request is sent.
        written = httpx.URL(f"https://{name}").raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        written = ""
    if not written or any(len(label) > 63 for label in written.split(".")):
        raise ValueError(f"the host {name!r} is no name that can be looked up")
    return written


def place(url: str) -> str:
    """Return the host and port of a URL, as they are said to people."""
    return urlsplit(url).netloc


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


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The form of a message on its way: what shows the variables of a frame shows nothing of it."""

    def __init__(self, message: Message) -> None:
        self._form = message.to_form()

    def __len__(self) -> int:
        return len(self._form)

    def __iter__(self) -> Iterator[bytes]:
        yield self._form

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._form

    def __repr__(self) -> str:
        return f"<Body of {len(self)} bytes>"


def request(client: "httpx.Client | httpx.AsyncClient", url: str, message: Message) -> httpx.Request:
    """Return the request that posts a message."""
    body = Body(message)
    made = client.build_request("POST", url, headers={"Content-Length": str(len(body))})
    made.stream = body
    return made


class SyncTransport(httpx.HTTPTransport):
    """A transport whose reads and writes end at a deadline: time-outs of httpx start anew with each byte."""

    def __init__(self, trust: Trust, concurrency: int) -> None:
        super().__init__(verify=trust.context, trust_env=False)
        self._backend = _Backend()
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust.context,
            max_connections=concurrency,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=self._backend,
        )

    def abandon(self) -> None:
        """Close the sockets without a word to the service: they are another process's, too."""
        for stream in list(self._backend.streams):
            stream.close()


_deadline: ContextVar[float] = ContextVar("_deadline")


def start_clock(timeouts: Timeouts) -> None:
    """Start the time that a whole answer may take on a `SyncTransport`, in the thread that calls."""
    _deadline.set(time.monotonic() + timeouts.answer)


class _Backend(httpcore.SyncBackend):
    def __init__(self) -> None:
        self.streams: weakref.WeakSet[_Stream] = weakref.WeakSet()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        stream = super().connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self.streams)


def _left(timeout: float | None, error: type[Exception]) -> float:
    """Return how long the next step may take; raise where the time is over, whatever there is to read."""
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise error("the time for the whole answer is over")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, streams: "weakref.WeakSet[_Stream]") -> None:
        self._stream = stream
        self._streams = streams
        streams.add(self)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        connection: socket.socket = self._stream.get_extra_info("socket")
        left = memoryview(buffer)
        del buffer
        try:
            while left:
                connection.settimeout(_left(timeout, httpcore.WriteTimeout))
                left = left[connection.send(left) :]
        except TimeoutError:
            raise httpcore.WriteTimeout("the service does not take the request") from None
        except OSError as error:
            raise httpcore.WriteError(error) from error

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._streams)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)


class AnswerReader:
    """Collects an answer, which is bounded by what comes over the wire."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._where = place(str(response.url))
        self._body = bytearray()

    def read(self) -> Answered | Failed:
        """Collect what comes; return it, or why it is none."""
        if failed := self._start():
            return failed
        for chunk in self._response.iter_raw():
            if failed := self._add(chunk):
                return failed
        return self._answered()

    async def aread(self) -> Answered | Failed:
        """Collect what comes; return it, or why it is none."""
        if failed := self._start():
            return failed
        async for chunk in self._response.aiter_raw():
            if failed := self._add(chunk):
                return failed
        return self._answered()

    def _start(self) -> Failed | None:
        codings = self._response.headers.get("content-encoding", "").replace(",", " ").lower().split()
        # What becomes of another status is told by the status.
        if self._response.status_code == 200 and set(codings) - {"identity"}:
            what = f"{self._where} sent a content coding that nobody asked for; check what is between"
            return Failed(BrokenAnswer(what, self._where))
        length = self._response.headers.get("content-length", "")
        return self._too_long() if length.isdigit() and int(length[:20]) > ANSWER_BYTES else None

    def _add(self, chunk: bytes) -> Failed | None:
        self._body += chunk
        return self._too_long() if len(self._body) > ANSWER_BYTES else None

    def _too_long(self) -> Failed:
        return Failed(
            AnswerLost(f"the answer of {self._where} is longer than {ANSWER_BYTES} bytes", None, self._where)
        )

    def _answered(self) -> Answered:
        status = self._response.status_code
        location = self._location() if 300 <= status < 400 else None
        return Answered(status, bytes(self._body), location=location, date=self._response.headers.get("date"))

    def _location(self) -> str | None:
        """Return the host that a redirect points to; the rest may be long and hold tokens."""
        try:
            parts = urlsplit(self._response.headers.get("location", ""))
        except ValueError:
            return None
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def failed(error: httpx.HTTPError | OSError, url: str, trust: Trust) -> Failed:
    """Sort a failure: was anything sent? A `TimeoutError` is the end of the time for the whole answer."""
    where = place(url)
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        if refused := refusal(error, where, trust):
            return Failed(refused)
        if isinstance(error, httpx.ConnectTimeout):
            what = f"{where} did not accept a connection in time; is the address right?"
        else:
            what = f"{where} cannot be connected to; is the address right, does the service run?"
        return Failed(Unreachable(what, where))
    if wants_certificate(error):
        refused = refusal(error, where, trust)
        assert isinstance(refused, CertificateRefused)
        return Failed(refused)
    if isinstance(error, (httpx.ReadTimeout, httpx.WriteTimeout, TimeoutError)):
        return Failed(AnswerLost(f"{where} did not answer in time", None, where))
    return Failed(AnswerLost(f"the connection to {where} broke before the answer was complete", None, where))
