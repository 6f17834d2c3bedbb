"""The HTTP side: one servlet path on aiohttp, each request read, carried out or struck by a fault, recorded.

Must never let a certificate or PIN into a record, a log line or an address.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import unquote
from weakref import WeakSet

from aiohttp import web

from hotdesk_hil.emservice import answers, document
from hotdesk_hil.emservice.arrivals import Arrivals
from hotdesk_hil.emservice.codes import Code, Refused
from hotdesk_hil.emservice.document import Document
from hotdesk_hil.emservice.faults import CONTENT_TYPE, Fault, answer_bytes
from hotdesk_hil.emservice.records import RequestRecord, elsewhere, shortened
from hotdesk_hil.emservice.rules import Faults
from hotdesk_hil.emservice.service import CHANGES, Origin, Service, Slots
from hotdesk_hil.emservice.traces import Traces

PATH = "/emservice/EMServiceServlet"
METHODS = ("GET", "POST")
"""The methods that the servlet does not refuse."""
BODY_LIMIT = 2 * 1024 * 1024
"""Bytes of the largest form body that is read, Tomcat's default for a POST."""
FORM = "application/x-www-form-urlencoded"

_ANYWHERE = Origin()

log = logging.getLogger("hotdesk_hil.emservice")


class Late(Exception):
    """The body of a request has not come in time: `arrived` bytes of `announced` (None: chunks) are there."""

    def __init__(self, arrived: int, announced: int | None) -> None:
        super().__init__(arrived, announced)
        self.arrived = arrived
        self.announced = announced


class _Anywhere(web.PlainResource):
    """Every path that no other resource takes, the `*` of OPTIONS included."""

    def _match(self, path: str) -> dict[str, str]:  # noqa: ARG002 (any)
        return {}


class Servlet:
    """Answers the requests of one service.

    `record` is called once a request, before its answer is sent, with the documents of both.

    `lenient` tells, at each request, whether a looser document than the DTD's is taken; `is_stopped`, whether
    the web server runs without the service. `others` are paths of other servlets beside it, and
    `at_start` is called in the server's loop, `at_end` when it stops.
    """

    def __init__(
        self,
        service: Service,
        slots: Slots,
        faults: Faults,
        record: Callable[[RequestRecord, bytes | None, bytes | None], None],
        lenient: Callable[[], bool],
        arrivals: Arrivals,
        traces: Traces,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._service = service
        self._lenient = lenient
        self._is_stopped = is_stopped
        self.others: dict[str, Callable[[web.Request, str], Awaitable[web.StreamResponse]]] = {}
        self.at_start: list[Callable[[], None]] = []
        self.at_end: list[Callable[[], Awaitable[None]]] = []
        self._slots = slots
        self._seconds = service.cluster.service.operation_seconds
        self._faults = faults
        self._record = record
        self._arrivals = arrivals
        self._traces = traces
        self._stopping = asyncio.Event()
        self._struck: WeakSet[asyncio.Transport] = WeakSet()

    def application(self) -> web.Application:
        """Returns the aiohttp application: the servlet's path; the rest is 404, and other methods are 403."""
        application = web.Application()
        application.router.add_post(PATH, self._answer)
        application.router.add_get(PATH, self._answer, allow_head=False)
        anywhere = _Anywhere("/")
        anywhere.add_route("*", self._elsewhere)
        application.router.register_resource(anywhere)
        application.on_startup.append(self._start)
        application.on_cleanup.append(self._end)
        return application

    async def _start(self, _application: web.Application) -> None:
        for start in self.at_start:
            start()

    async def _end(self, _application: web.Application) -> None:
        for end in self.at_end:
            try:
                await end()
            except Exception as error:
                # The others end all the same. Its type alone: a site's own factor may be among them.
                log.error("what the service held could not be given back: %s", type(error).__name__)

    def stop(self) -> None:
        """Ends what is being held open, so that the server can stop."""
        self._stopping.set()
        self._slots.clear()
        for connection in self._struck:
            connection.abort()  # drops what a client has not read

    async def _elsewhere(self, request: web.Request) -> web.StreamResponse:
        """Answers what the servlet's own path and methods do not match as they are written."""
        path = _normalized(request.rel_url.raw_path)
        other = self.others.get(path)
        if path != PATH and other is None:
            return self._refuse(request, HTTPStatus.NOT_FOUND, f"the service is at {PATH}")
        if request.method not in METHODS:
            return self._refuse(request, HTTPStatus.FORBIDDEN, "the service takes POST and GET")
        return await self._answer(request) if other is None else await other(request, path)

    # What other servlets need of this one

    def arrived(self, request: web.Request) -> None:
        """Tells that a request is whole."""
        self._arrivals.arrived(request.protocol)

    def refuse_large(self, request: web.Request) -> web.Response:
        """Answers a body that is too large."""
        why = f"the form holds more than {BODY_LIMIT} bytes"
        return self._refuse(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)

    def cut(self, request: web.Request, late: Late) -> web.Response:
        """Answers a body that has not come in time."""
        self._arrivals.cut_body(_request_line(request), late.arrived, late.announced)
        self._arrivals.arrived(request.protocol)
        return self._cut(request)

    def _refuse(self, request: web.Request, status: HTTPStatus, why: str) -> web.Response:
        self._arrivals.arrived(request.protocol)
        record = elsewhere(self._service.clock.now(), _request_line(request), status, why)
        self._record(record, None, None)
        return web.Response(status=status, text=f"{status.value}: {why}\n")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self._is_stopped():
            return self._refuse(request, HTTPStatus.SERVICE_UNAVAILABLE, "the EM service is stopped")
        xml: bytes | None = None
        asked: Document | None = None
        refused: Refused | None = None
        try:
            xml = await self._document(request)
            asked = self._read(xml)
        except Refused as error:
            refused = error
        except Late as late:
            return self.cut(request, late)
        finally:
            self._arrivals.arrived(request.protocol)
        fault = self._faults.take(asked)
        self._traces.service_asked()
        self._traces.service_reads(asked)
        executed = fault is None or fault.executed
        body = b""
        if asked is not None and executed:
            try:
                body = self._carry_out(asked, request)
                self._traces.service_done(asked)
            except Refused as error:
                refused = error
        if refused is not None:
            app_id = "" if asked is None else asked.app_id
            declared = asked is None or not asked.is_query
            body = answers.failure(str(refused.code.value), refused.text(app_id), declared=declared)
            self._traces.service_refused(refused.code.value, refused.text(app_id))
        self._record(self._describe(asked, refused, fault), xml, body)
        in_progress = asked is not None and executed and asked.operation in CHANGES
        if in_progress and self._seconds > 0 and (refused is None or refused.code is not Code.BUSY):
            await asyncio.sleep(self._seconds)
        if fault is not None:
            await self.strike(fault, request, fault.reword(body, asked))
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    def _cut(self, request: web.Request) -> web.Response:
        """Answers 408 and closes; aiohttp by itself would wait for the rest once more."""
        if request.transport is not None:
            text = {"Content-Type": "text/plain"}
            body = b"408: the request is not whole\n"
            request.transport.write(answer_bytes(body, HTTPStatus.REQUEST_TIMEOUT.value, text))
            request.transport.close()
        return web.Response()  # meets a closing connection and is dropped

    def _describe(
        self, asked: Document | None, refused: Refused | None, fault: Fault | None
    ) -> RequestRecord:
        code, detail = (None, None) if refused is None else (int(refused.code), shortened(refused.detail))
        name = None if fault is None else type(fault).__name__
        executed = fault is None or fault.executed
        now = self._service.clock.now()
        if asked is None:
            return RequestRecord(None, (), (), None, code, now, executed, name, detail)
        return RequestRecord(
            asked.operation, asked.devices, asked.users, asked.app_id, code, now, executed, name, detail
        )

    async def _document(self, request: web.Request) -> bytes:
        """Returns the text of the parameter `xml`: of the address, else of the form, as servlets do."""
        xml = None
        if "?" in request.raw_path:
            parameters = request.raw_path.partition("?")[2]
            xml = document.form_field(parameters.encode("utf-8", "surrogateescape"), "xml")
        if xml is None:
            if request.method != "POST":
                raise Refused(Code.PARSING, "the address has no parameter xml")
            # As a rule there is no parameter behind it, and nothing to be taken apart.
            if request.headers.get("Content-Type") != FORM and request.content_type != FORM:
                raise Refused(Code.PARSING, f"send the document as the field xml of a form ({FORM})")
            xml = document.form_field(await self.body(request), "xml")
            if xml is None:
                raise Refused(Code.PARSING, "the form has no field xml")
        return xml

    def _read(self, xml: bytes) -> Document:
        asked = document.read(xml, lenient=self._lenient())
        if b"%" in xml:
            cluster = self._service.cluster
            users = tuple(cluster.decoded(user, asked.login_type) for user in asked.users)
            asked = asked._replace(users=users)
        return asked

    async def body(self, request: web.Request) -> bytes:
        """Reads the body; aiohttp's `read` copies it once more, and asks once more when it is all there."""
        content = request.content
        if content.is_eof():
            body = content.read_nowait()
        else:
            body = b""
            try:
                async with asyncio.timeout(self._arrivals.await_body(request.protocol)):
                    while len(body) <= BODY_LIMIT and not content.at_eof():
                        body += await content.readany()
            except TimeoutError:
                raise Late(len(body), request.content_length) from None
        if len(body) > BODY_LIMIT:
            raise Refused(Code.PARSING, f"the form holds more than {BODY_LIMIT} bytes")
        return body

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

    async def strike(
        self, fault: Fault, request: web.Request, body: bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        """Puts a fault on the connection, and closes it."""
        connection = request.transport
        if connection is None:  # the client has gone
            return
        self._struck.add(connection)
        await fault.strike(connection, body, self._stopping, headers)
        # What aiohttp writes after this meets a closing connection and is dropped.
        connection.close()


def _request_line(request: web.Request) -> str:
    # Without the query: it may hold a certificate.
    return f"{request.method} {request.rel_url.raw_path}"


def _normalized(path: str) -> str:
    """Returns a path as a servlet container reads it: without parameters (`;…`), empty and dot segments."""
    parts: list[str] = []
    segments = [unquote(part.partition(";")[0]) for part in path.split("/")]
    for part in segments:
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    if any("/" in part or "\\" in part for part in parts):  # a separator in an escape separates nothing
        return path
    folder = segments[-1] in ("", ".", "..") and parts
    return "/" + "/".join(parts) + ("/" if folder else "")
