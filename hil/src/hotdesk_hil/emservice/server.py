"""The HTTP side: one servlet path on aiohttp, each request read, carried out or struck by a fault, recorded.

Must never let a certificate or PIN into a record, a log line or an address.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from typing import NamedTuple
from weakref import WeakSet

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from hotdesk_hil.emservice import answers, document
from hotdesk_hil.emservice.codes import Code, Refused
from hotdesk_hil.emservice.document import Document
from hotdesk_hil.emservice.faults import CONTENT_TYPE, Fault
from hotdesk_hil.emservice.rules import Faults
from hotdesk_hil.emservice.service import CHANGES, Origin, Service, Slots

PATH = "/emservice/EMServiceServlet"
BODY_LIMIT = 2 * 1024 * 1024
"""Bytes of the largest form body that is read, Tomcat's default for a POST."""
FORM = "application/x-www-form-urlencoded"

_ANYWHERE = Origin()

log = logging.getLogger("hotdesk_hil.emservice")
http_log = logging.getLogger("hotdesk_hil.emservice.http")
"""What aiohttp has to say."""


def _without_content(record: logging.LogRecord) -> bool:
    """Takes the bytes out of a line about bad HTTP: they may be the rest of a form, certificate included."""
    if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
        record.exc_info = None
        record.msg += ": not HTTP"
    return True


http_log.addFilter(_without_content)


class RequestRecord(NamedTuple):
    """One request as the service saw it, without its certificate.

    `operation` is None where the document could not be read. `code` is the answer's code, None for success
    and for a request that a fault kept from being carried out (`executed` False). `at` is the service's
    clock in seconds since the epoch; `fault` the name of the fault that struck.
    """

    operation: str | None
    devices: tuple[str, ...]
    users: tuple[str, ...]
    app_id: str | None
    code: int | None
    at: float
    executed: bool = True
    fault: str | None = None

    def __str__(self) -> str:
        words = [self.operation or "unreadable", *self.devices, *self.users]
        if self.app_id is not None:
            words.append(f"by {self.app_id}")
        if not self.executed:
            outcome = "not carried out"
        elif self.code is None:
            outcome = "success"
        else:
            outcome = f"[{self.code}] {Code(self.code).label}"
        # A name may hold a line feed; a log line is one line.
        line = f"{' '.join(words)}: {outcome}".encode("unicode_escape").decode("ascii")
        return line if self.fault is None else f"{line} ({self.fault})"


class Servlet:
    """Answers the requests of one service; `record` is called once a request, before its answer is sent.

    `lenient` tells, at each request, whether a looser document than the DTD's is taken.
    """

    def __init__(
        self,
        service: Service,
        slots: Slots,
        faults: Faults,
        record: Callable[[RequestRecord], None],
        lenient: Callable[[], bool],
    ) -> None:
        self._service = service
        self._lenient = lenient
        self._slots = slots
        self._seconds = service.cluster.service.operation_seconds
        self._faults = faults
        self._record = record
        self._stopping = asyncio.Event()
        self._struck: WeakSet[asyncio.Transport] = WeakSet()

    def application(self) -> web.Application:
        """Returns the aiohttp application: the servlet's path; the rest is 404 or 405, as from Tomcat."""
        application = web.Application()
        application.router.add_post(PATH, self._post)
        return application

    def stop(self) -> None:
        """Ends what is being held open, so that the server can stop."""
        self._stopping.set()
        self._slots.clear()
        for connection in self._struck:
            connection.abort()  # drops what a client has not read

    async def _post(self, request: web.Request) -> web.StreamResponse:
        asked: Document | None = None
        refused: Refused | None = None
        try:
            asked = await self._read(request)
        except Refused as error:
            refused = error
        fault = self._faults.take(asked)
        executed = fault is None or fault.executed
        answer = b""
        if asked is not None and executed:
            try:
                answer = self._carry_out(asked, request)
            except Refused as error:
                refused = error
        if refused is not None:
            answer = answers.failure(refused)
        record = self._describe(asked, refused, fault)
        log.info("%s", record)
        self._record(record)
        in_progress = asked is not None and executed and asked.operation in CHANGES
        if in_progress and self._seconds > 0 and (refused is None or refused.code is not Code.BUSY):
            await asyncio.sleep(self._seconds)
        if fault is not None:
            await self._strike(fault, request, answer)
        return web.Response(body=answer, headers={"Content-Type": CONTENT_TYPE})

    def _describe(
        self, asked: Document | None, refused: Refused | None, fault: Fault | None
    ) -> RequestRecord:
        code = None if refused is None else int(refused.code)
        name = None if fault is None else type(fault).__name__
        executed = fault is None or fault.executed
        now = self._service.clock.now()
        if asked is None:
            return RequestRecord(None, (), (), None, code, now, executed, name)
        return RequestRecord(
            asked.operation, asked.devices, asked.users, asked.app_id, code, now, executed, name
        )

    async def _read(self, request: web.Request) -> Document:
        # As a rule there is no parameter behind it, and nothing to be taken apart.
        if request.headers.get("Content-Type") != FORM and request.content_type != FORM:
            raise Refused(Code.PARSING, f"send the document as the field xml of a form ({FORM})")
        xml = document.form_field(await _body(request), "xml")
        if xml is None:
            raise Refused(Code.PARSING, "the form has no field xml")
        return document.read(xml, lenient=self._lenient())

    def _carry_out(self, asked: Document, request: web.Request) -> bytes:
        origin = _ANYWHERE
        if self._service.asks_origin:  # else not looked up: it costs as much as reading the form
            origin = Origin(request.remote, "Via" in request.headers)
        changes = asked.operation in CHANGES
        if changes:
            self._slots.take()
        try:
            return self._service.carry_out(asked, origin)
        except sqlite3.Error as error:
            log.error("state file: %s", error)
            raise Refused(Code.DATABASE, f"the state file cannot be used: {error}") from error
        finally:
            if changes and self._seconds > 0:
                # By the clock alone: a client that leaves does not free the slot.
                asyncio.get_running_loop().call_later(self._seconds, self._slots.give_back)
            elif changes:
                self._slots.give_back()

    async def _strike(self, fault: Fault, request: web.Request, answer: bytes) -> None:
        connection = request.transport
        if connection is None:  # the client has gone
            return
        self._struck.add(connection)
        await fault.strike(connection, answer, self._stopping)
        # What aiohttp writes after this meets a closing connection and is dropped.
        connection.close()


async def _body(request: web.Request) -> bytes:
    """Reads the body; aiohttp's `read` copies it once more, and asks once more when it is all there."""
    content = request.content
    body = content.read_nowait() if content.is_eof() else b""
    while len(body) <= BODY_LIMIT and not content.at_eof():
        body += await content.readany()
    if len(body) > BODY_LIMIT:
        raise Refused(Code.PARSING, f"the form holds more than {BODY_LIMIT} bytes")
    return body
