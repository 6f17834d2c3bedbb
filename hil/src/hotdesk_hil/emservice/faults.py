"""How the service misbehaves on demand: what a fault is, and what then goes over the socket.

A fault writes to the connection itself, past the HTTP server, so that any broken answer can be sent. When it
strikes is rules.py's. Must never change what the service decided: `executed` alone says whether a request is
carried out.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field
from http import HTTPStatus
from typing import Literal

from hotdesk_hil.emservice import answers
from hotdesk_hil.emservice.codes import Code, text_of
from hotdesk_hil.emservice.disguise import Form, disguise
from hotdesk_hil.emservice.document import Document
from hotdesk_hil.emservice.tls_settings import CertificateFlaw

Framing = Literal["length", "chunked", "close"]
"""How the end of an answer's body is marked: Content-Length, chunks, or the end of the connection."""

Version = Literal["1.0", "1.1"]
"""The HTTP version that an answer's first line names."""

CONTENT_TYPE = "text/xml;charset=UTF-8"
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A way to misbehave. `executed`: the request is carried out and committed before the fault strikes.

    Where it is not, the service has no answer of its own: a fault that sends it sends an empty body.
    """

    executed: bool = True

    def reword(self, own: bytes, asked: Document | None) -> bytes:
        """Returns the body that is sent; `own` is the service's, `asked` what was asked if it is read."""
        return own

    async def strike(
        self,
        connection: asyncio.Transport,
        body: bytes,
        stopping: asyncio.Event,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Puts the fault on the connection and ends it; `body` is what `reword` returned.

        `headers` are those that the answer has besides the usual ones.

        Returns when nothing more is to be sent, at the latest when `stopping` is set.
        """
        connection.write(answer_bytes(body, headers=headers))


@dataclass(frozen=True)
class CutAnswer(Fault):
    """The first `after` bytes of the answer, status line and headers counted, then the connection closes."""

    after: int

    async def strike(
        self,
        connection: asyncio.Transport,
        body: bytes,
        stopping: asyncio.Event,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        connection.write(answer_bytes(body, headers=headers)[: self.after])


@dataclass(frozen=True)
class CloseWithoutAnswer(Fault):
    """The connection closes; not a byte is answered."""

    async def strike(
        self,
        connection: asyncio.Transport,
        body: bytes,
        stopping: asyncio.Event,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        return


@dataclass(frozen=True)
class Silence(Fault):
    """The connection stays open and silent until the client closes it or the service stops."""

    async def strike(
        self,
        connection: asyncio.Transport,
        body: bytes,
        stopping: asyncio.Event,
        headers: Mapping[str, str] | None = None,
    ) -> None:
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
    version: Version = "1.1"

    async def strike(
        self,
        connection: asyncio.Transport,
        body: bytes,
        stopping: asyncio.Event,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        own = body if self.body is None else self.body
        own_headers = {**(headers or {}), **self.headers}
        connection.write(answer_bytes(own, self.status, own_headers, self.framing, self.version))


@dataclass(frozen=True)
class Refuse(Fault):
    """A failure with this code; `text` None is the text that the service has for it.

    `code` is any number, also one that no table knows; a text goes out as it is, None leaves the attribute
    out. The request is not carried out unless `executed` says so.
    """

    code: int | str | None
    text: str | None = None
    _: KW_ONLY
    executed: bool = False

    def reword(self, own: bytes, asked: Document | None) -> bytes:
        code = None if self.code is None else str(self.code)
        known = {str(int(item)): item for item in Code}.get(code or "")
        text = self.text
        if text is None:
            app_id = "appid" if asked is None else asked.app_id
            text = "made up by a fault" if known is None else text_of(known, app_id)
        return answers.failure(code, text, declared=asked is None or not asked.is_query)


@dataclass(frozen=True)
class PretendSuccess(Fault):
    """`<success/>` for a request that is not carried out."""

    _: KW_ONLY
    executed: bool = False

    def reword(self, own: bytes, asked: Document | None) -> bytes:
        return answers.success()


@dataclass(frozen=True)
class Disguise(Fault):
    """The service's own answer in another form: CDATA, UTF-16, cut, 10 MB, an entity bomb, and others."""

    form: Form

    def __post_init__(self) -> None:
        if not self.executed:
            raise ValueError("Disguise changes the service's own answer: the request is carried out")

    def reword(self, own: bytes, asked: Document | None) -> bytes:
        return disguise(own, self.form)


@dataclass(frozen=True)
class WrongLength(Fault):
    """The service's own answer with a Content-Length that is `by` bytes too large, or too small."""

    by: int

    async def strike(
        self,
        connection: asyncio.Transport,
        body: bytes,
        stopping: asyncio.Event,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        told = max(0, len(body) + self.by)
        connection.write(answer_bytes(body, headers={**(headers or {}), "Content-Length": str(told)}))


@dataclass(frozen=True)
class Delay(Fault):
    """The service's own answer, `seconds` late; not a byte before."""

    seconds: float

    async def strike(
        self,
        connection: asyncio.Transport,
        body: bytes,
        stopping: asyncio.Event,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), self.seconds)
        if not stopping.is_set():
            connection.write(answer_bytes(body, headers=headers))


@dataclass(frozen=True)
class ResetAnswer(Fault):
    """The first `after` bytes of the answer, then the connection is reset (RST)."""

    after: int

    async def strike(
        self,
        connection: asyncio.Transport,
        body: bytes,
        stopping: asyncio.Event,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        connection.write(answer_bytes(body, headers=headers)[: self.after])
        reset(connection)


@dataclass(frozen=True)
class Dribble(Fault):
    """The whole answer in segments of `size` bytes, each in a packet of its own, `pause` seconds apart."""

    size: int = 1
    pause: float = 0.001
    framing: Framing = "length"

    async def strike(
        self,
        connection: asyncio.Transport,
        body: bytes,
        stopping: asyncio.Event,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        wire = answer_bytes(body, headers=headers, framing=self.framing)
        for start in range(0, len(wire), self.size):
            if connection.is_closing() or stopping.is_set():
                return
            connection.write(wire[start : start + self.size])
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self.pause)


class ConnectionFault:
    """A way to misbehave before a request is read; nothing is carried out, and no request is recorded."""


@dataclass(frozen=True)
class RefuseConnection(ConnectionFault):
    """Nothing listens while it waits: connections are refused.

    The kernel refuses them and tells nobody, so they are in no counter and no record, and cannot be struck by
    count or probability: add it with `times=None`, and remove it. `ResetConnection` is seen and counted.
    """


@dataclass(frozen=True)
class ResetConnection(ConnectionFault):
    """The connection is accepted and reset (RST) at once."""


@dataclass(frozen=True)
class AcceptInSilence(ConnectionFault):
    """The connection is accepted; nothing is read or said until the client leaves or the service stops."""


@dataclass(frozen=True)
class BadCertificate(ConnectionFault):
    """The TLS handshake shows a certificate that a client must not take. Plain connections do not see it."""

    flaw: CertificateFlaw


KINDS: dict[str, type[Fault | ConnectionFault]] = {
    kind.__name__: kind
    for kind in (
        CutAnswer,
        CloseWithoutAnswer,
        Silence,
        Answer,
        Dribble,
        Refuse,
        PretendSuccess,
        Disguise,
        WrongLength,
        Delay,
        ResetAnswer,
        RefuseConnection,
        ResetConnection,
        AcceptInSilence,
        BadCertificate,
    )
}
"""Every fault by its name."""


def reset(connection: asyncio.Transport) -> None:
    """Ends a connection with RST instead of FIN."""
    below = connection.get_extra_info("socket")
    if below is not None and not connection.is_closing():
        below.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    connection.abort()


def answer_bytes(
    body: bytes,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    framing: Framing = "length",
    version: Version = "1.1",
) -> bytes:
    """Returns an HTTP answer as it goes over the wire; the connection closes after it."""
    lines = {"content-type": f"Content-Type: {CONTENT_TYPE}", "connection": "Connection: close"}
    if framing == "length":
        lines["content-length"] = f"Content-Length: {len(body)}"
    elif framing == "chunked":
        lines["transfer-encoding"] = "Transfer-Encoding: chunked"
        body = _chunks(body)
    for name, value in (headers or {}).items():
        lines[name.lower()] = f"{name}: {value}"
    known = {item.value: item.phrase for item in HTTPStatus}
    head = "\r\n".join([f"HTTP/{version} {status} {known.get(status, 'Status')}", *lines.values(), "", ""])
    return head.encode() + body


def _chunks(body: bytes, size: int = 16) -> bytes:
    """Returns the body in chunks small enough that a short answer has several."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])
