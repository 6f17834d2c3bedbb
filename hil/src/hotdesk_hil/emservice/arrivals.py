"""Connections whose request is not whole yet, and what never becomes a request.

A request that is not whole after a time-out is cut; bytes that are not HTTP are recorded, and TLS handshakes
that fail are counted. Must never answer, and never quote what arrived: it may be a certificate.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from time import monotonic

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from hotdesk_hil.emservice.records import RequestRecord, elsewhere

log = logging.getLogger("hotdesk_hil.emservice")


class Arrivals:
    """The connections of one running service on which a whole request has not arrived.

    `timeout` is how many seconds a request may take, from the connection or its first byte to its last.
    `cut` counts those that took longer. `handshakes_failed` counts TLS handshakes, `handshake_error` says why
    the last one failed.
    """

    def __init__(
        self, timeout: float, now: Callable[[], float], record: Callable[[RequestRecord], None]
    ) -> None:
        self.timeout = timeout
        self.cut = 0
        self.handshakes_failed = 0
        self.handshake_error: str | None = None
        self._now = now
        self._record = record
        # Oldest first.
        self._waiting: dict[web.RequestHandler, Watched] = {}
        self._handshakes = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def half_open(self) -> int:
        """The number of connections on which a TLS handshake or a whole request is being waited for."""
        return self._handshakes + len(self._waiting)

    @contextmanager
    def handshake(self) -> Iterator[None]:
        """Counts a connection as half-open while its handshake lasts; counts and logs one that fails."""
        self._handshakes += 1
        try:
            yield
        except ssl.SSLError as error:
            self._handshake_failed(error)
        finally:
            self._handshakes -= 1

    def watch(self, server: web.Server) -> asyncio.Protocol:
        """Returns the protocol for a new connection."""
        return Watched(self, server())

    def begin(self, handler: web.RequestHandler, watched: Watched) -> None:
        """Begins to wait for a request."""
        self._waiting[handler] = watched
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self.timeout, self._cut_late)

    def arrived(self, handler: web.RequestHandler) -> None:
        """Ends the wait: the request is whole, or nobody wants the rest."""
        watched = self._waiting.pop(handler, None)
        if watched is not None:
            watched.since = None

    def await_body(self, handler: web.RequestHandler) -> float:
        """Returns how many seconds the body may take; who calls cuts it then, with an answer."""
        watched = self._waiting.get(handler)
        if watched is None or watched.since is None:
            return self.timeout
        watched.in_body = True
        return max(0.0, watched.since + self.timeout - monotonic())

    def stop(self) -> None:
        """Cuts nobody any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waiting.clear()

    def reset(self) -> None:
        """Counts from the beginning."""
        self.cut = 0
        self.handshakes_failed = 0
        self.handshake_error = None

    def _handshake_failed(self, error: ssl.SSLError) -> None:
        reason = (error.reason or "handshake failed").replace("_", " ").lower()
        if error.reason == "HTTP_REQUEST":
            reason += ": this port speaks TLS; send https"
        elif "alert" in reason:
            reason += ": the client refuses the certificate or the protocol"
        self.handshakes_failed += 1
        self.handshake_error = reason
        log.info("a TLS handshake failed: %s", reason)

    def not_http(self, error: HttpProcessingError) -> None:
        """Tells of bytes that are no HTTP; the answer is 400, and the connection closes."""
        # Not its own text: that quotes what arrived.
        reason = type(error).__name__
        if "HTTPS traffic" in error.message:
            reason = "a TLS handshake; this port speaks http"
        elif "'Host'" in error.message:
            reason = "the header Host is missing, or is there twice"
        elif isinstance(error, LineTooLong):
            reason = "a line of the head is too long"
        self._record(elsewhere(self._now(), "not HTTP", HTTPStatus.BAD_REQUEST, reason))

    def cut_body(self, request_line: str, arrived: int, announced: int | None) -> None:
        """Tells of a body that did not come in time; the answer is 408, and the connection closes."""
        self.cut += 1
        told = "its last chunk" if announced is None else f"the {announced} that Content-Length names"
        what = f"{arrived} bytes of the body had arrived after {self.timeout:g} s, not {told}"
        self._record(elsewhere(self._now(), request_line, HTTPStatus.REQUEST_TIMEOUT, what))

    def _cut_late(self) -> None:
        self._timer = None
        for handler, watched in list(self._waiting.items()):
            if watched.since is None or watched.in_body:
                continue
            left = watched.since + self.timeout - monotonic()
            if left > 0:
                self._timer = asyncio.get_running_loop().call_later(left, self._cut_late)
                return
            del self._waiting[handler]
            self.cut += 1
            if watched.received:
                what = f"{watched.received} bytes had arrived after {self.timeout:g} s, not the whole head"
                self._record(elsewhere(self._now(), "half a request", None, what))
            else:
                log.info("a connection was cut: nothing had arrived after %g s", self.timeout)
            watched.close()


class Watched(asyncio.Protocol):
    """One connection: hands everything to aiohttp, and notes when a request begins."""

    def __init__(self, arrivals: Arrivals, handler: web.RequestHandler) -> None:
        self._arrivals = arrivals
        self._handler = handler
        self.since: float | None = None
        """When the request began that is waited for, None where none is."""
        self.received = 0
        """Bytes of it."""
        self.in_body = False
        """Whether its head is whole."""
        self._hand_on = handler.data_received
        # Whatever else the transport calls is aiohttp's.
        self.pause_writing = handler.pause_writing
        self.resume_writing = handler.resume_writing
        self.eof_received = handler.eof_received

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.since = monotonic()
        self._arrivals.begin(self._handler, self)
        self._handler.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self.since is None:
            self.since = monotonic()
            self.received = len(data)
            self.in_body = False
            self._arrivals.begin(self._handler, self)
        else:
            self.received += len(data)
        self._hand_on(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrivals.arrived(self._handler)
        self._handler.connection_lost(exc)

    def close(self) -> None:
        """Closes the connection."""
        self._handler.force_close()


class HttpLog(logging.LoggerAdapter):
    """What aiohttp says of one service: bad HTTP goes to `Arrivals`, the rest to the log."""

    def __init__(self, logger: logging.Logger, arrivals: Arrivals) -> None:
        super().__init__(logger)
        self._arrivals = arrivals

    def log(self, level: int, msg: object, *args: object, **kwargs: object) -> None:
        """Writes a line, or tells of bad HTTP; its bytes may be the rest of a form, certificate included."""
        error = kwargs.get("exc_info")
        if isinstance(error, HttpProcessingError):
            self._arrivals.not_http(error)
        else:
            super().log(level, msg, *args, **kwargs)
