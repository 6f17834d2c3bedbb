"""How the service misbehaves on demand: what a fault is, when it strikes, and what then goes over the socket.

A fault writes to the connection itself, past the HTTP server, so that any broken answer can be sent. Must
never change what the service decided: `executed` alone says whether a request is carried out.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

Framing = Literal["length", "chunked", "close"]
"""How the end of an answer's body is told: Content-Length, chunks, or the end of the connection."""

CONTENT_TYPE = "text/xml;charset=UTF-8"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A way to misbehave. `executed`: the request is carried out and committed before the fault strikes.

    Where it is not, the service has no answer of its own: a fault that sends it sends an empty body.
    """

    executed: bool = True

    async def strike(self, connection: asyncio.Transport, body: bytes, stopping: asyncio.Event) -> None:
        """Puts the fault on the connection and ends it; `body` is the service's own answer.

        Returns when nothing more is to be sent, at the latest when `stopping` is set.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class CutAnswer(Fault):
    """The first `after` bytes of the answer, status line and headers counted, then the connection closes."""

    after: int

    async def strike(self, connection: asyncio.Transport, body: bytes, stopping: asyncio.Event) -> None:
        connection.write(answer_bytes(body)[: self.after])


@dataclass(frozen=True)
class CloseWithoutAnswer(Fault):
    """The connection closes; not a byte is answered."""

    async def strike(self, connection: asyncio.Transport, body: bytes, stopping: asyncio.Event) -> None:
        return


@dataclass(frozen=True)
class Silence(Fault):
    """The connection stays open and silent until the client closes it or the service stops."""

    async def strike(self, connection: asyncio.Transport, body: bytes, stopping: asyncio.Event) -> None:
        await stopping.wait()


@dataclass(frozen=True)
class Answer(Fault):
    """An answer of the test's own. `body` None: the service's answer, in another frame.

    `headers` replace ours of the same name, whatever their case; a wrong Content-Length goes out as it is.
    `status` is any number; the phrase beside it is the standard one.
    """

    body: bytes | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    framing: Framing = "length"

    async def strike(self, connection: asyncio.Transport, body: bytes, stopping: asyncio.Event) -> None:
        own = body if self.body is None else self.body
        connection.write(answer_bytes(own, self.status, self.headers, self.framing))


@dataclass(frozen=True)
class Dribble(Fault):
    """The whole answer in segments of `size` bytes, each in a packet of its own, `pause` seconds apart."""

    size: int = 1
    pause: float = 0.001
    framing: Framing = "length"

    async def strike(self, connection: asyncio.Transport, body: bytes, stopping: asyncio.Event) -> None:
        wire = answer_bytes(body, framing=self.framing)
        for start in range(0, len(wire), self.size):
            if connection.is_closing() or stopping.is_set():
                return
            connection.write(wire[start : start + self.size])
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self.pause)


def answer_bytes(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None, framing: Framing = "length"
) -> bytes:
    """Returns an HTTP/1.1 answer as it goes over the wire; the connection closes after it."""
    lines = {"content-type": f"Content-Type: {CONTENT_TYPE}", "connection": "Connection: close"}
    if framing == "length":
        lines["content-length"] = f"Content-Length: {len(body)}"
    elif framing == "chunked":
        lines["transfer-encoding"] = "Transfer-Encoding: chunked"
        body = _chunks(body)
    for name, value in (headers or {}).items():
        lines[name.lower()] = f"{name}: {value}"
    known = {item.value: item.phrase for item in HTTPStatus}
    head = "\r\n".join([f"HTTP/1.1 {status} {known.get(status, 'Status')}", *lines.values(), "", ""])
    return head.encode() + body


def _chunks(body: bytes, size: int = 16) -> bytes:
    """Returns the body in chunks small enough that a short answer has several."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


@dataclass
class FaultRule:
    """When a fault strikes: at most `left` more times (None: always), for one operation (None: for any)."""

    fault: Fault
    left: int | None
    operation: str | None

    def matches(self, operation: str | None) -> bool:
        """Tells whether the rule is for this request; `operation` None: it could not be read."""
        return self.operation is None or self.operation == operation


class Faults:
    """The faults in waiting, first in first out; safe to use from any thread.

    ```python
    service.faults.add(CutAnswer(after=40), operation="login")     # the next login's answer is cut
    service.faults.add(Answer(b"<html/>", status=503, executed=False), times=None)
    service.faults.clear()
    ```
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[FaultRule] = []

    def add(self, fault: Fault, times: int | None = 1, operation: str | None = None) -> None:
        """Lets `fault` strike the next `times` requests (None: until cleared), of `operation` if given."""
        if times is not None and times < 1:
            raise ValueError("times is at least 1, or None for until cleared")
        with self._lock:
            self._rules.append(FaultRule(fault, times, operation))

    def clear(self) -> None:
        """Takes every fault back."""
        with self._lock:
            self._rules.clear()

    @property
    def waiting(self) -> int:
        """The number of rules that may still strike."""
        with self._lock:
            return len(self._rules)

    def take(self, operation: str | None) -> Fault | None:
        """Returns the fault for this request and counts it, None where none matches."""
        with self._lock:
            rule = next((rule for rule in self._rules if rule.matches(operation)), None)
            if rule is None:
                return None
            if rule.left is not None:
                rule.left -= 1
                if rule.left == 0:
                    self._rules.remove(rule)
            return rule.fault
