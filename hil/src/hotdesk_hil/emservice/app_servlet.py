"""The HTTP side of the login application: each request read, carried out or struck by a fault, recorded.

Must never let a PIN into a record, a log line or a page. A phone sends it in the URL, which nothing keeps.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from aiohttp import web

from hotdesk_hil.emservice import app_pages, app_request
from hotdesk_hil.emservice.app_pages import Page
from hotdesk_hil.emservice.app_request import Asked
from hotdesk_hil.emservice.codes import AppCode, Code, Refused, label_of
from hotdesk_hil.emservice.faults import CONTENT_TYPE, Fault, PretendSuccess, Refuse
from hotdesk_hil.emservice.login_app import APP_PATH, CHANGE_PATH, LoginApp, shown
from hotdesk_hil.emservice.records import RequestRecord, shortened
from hotdesk_hil.emservice.rules import Faults
from hotdesk_hil.emservice.server import FORM, Late, Servlet
from hotdesk_hil.emservice.traces import Traces

log = logging.getLogger("hotdesk_hil.emservice")


class AppServlet:
    """Answers the requests of phones; `record` is called once a request, before its page is sent."""

    def __init__(
        self,
        servlet: Servlet,
        app: LoginApp,
        faults: Faults,
        record: Callable[[RequestRecord, bytes | None, bytes | None], None],
        now: Callable[[], float],
        traces: Traces,
    ) -> None:
        self._servlet = servlet
        self._app = app
        self._faults = faults
        self._record = record
        self._now = now
        self._traces = traces
        servlet.others[APP_PATH] = self._answer
        servlet.others[CHANGE_PATH] = self._answer

    async def _answer(self, request: web.Request, path: str) -> web.StreamResponse:
        query = request.raw_path.partition("?")[2]
        body = b""
        try:
            if request.method == "POST" and request.content_type == FORM:
                body = await self._servlet.body(request)
        except Refused:
            return self._servlet.refuse_large(request)
        except Late as late:
            return self._servlet.cut(request, late)
        self._servlet.arrived(request)
        asked = self._app.with_user(
            app_request.read(
                query,
                body,
                base=f"{request.scheme}://{request.host}",
                changes=path == CHANGE_PATH,
                remote=request.remote,
                via="Via" in request.headers,
            )
        )
        self._log(asked, request)
        fault = self._faults.take(asked.document)
        executed = fault is None or fault.executed
        page = await self._app.answer(asked) if executed else None
        if page is not None and page.code is not None and page.code >= _FIRST_CODE:
            # A smaller code is the service's, which has its own line.
            self._traces.app_refused(shown(page.code, is_logout=asked.operation == app_request.LOGOUT))
        self._record(self._describe(asked, page, fault), self._shown(query, body), page.body if page else b"")
        if fault is not None:
            page = self._reworded(asked, page, fault)
        headers = {} if page is None or page.refresh is None else {"Refresh": page.refresh}
        if page is not None and page.expired:
            headers["Expires"] = _PAST
        content = b"" if page is None else page.body
        if fault is not None:
            await self._servlet.strike(fault, request, content, headers)
        return web.Response(body=content, headers={"Content-Type": CONTENT_TYPE, **headers})

    def _log(self, asked: Asked, request: web.Request) -> None:
        self._traces.begin()
        if asked.operation not in (app_request.CHANGE, app_request.FACTOR):
            # Changing a PIN is another application's; the steps of a second factor belong to their login.
            language = request.headers.get("Accept-Language", "null")
            charset = request.headers.get("Accept-Charset", "null")
            self._traces.app_asked(asked.log_line(shortened(language), shortened(charset)))
        for note in asked.notes:
            log.warning("the login application: %s (%s)", note, request.remote)

    def _describe(self, asked: Asked, page: Page | None, fault: Fault | None) -> RequestRecord:
        document = asked.document
        return RequestRecord(
            asked.operation,
            document.devices,
            document.users,
            None,
            None if page is None else page.code,
            self._now(),
            page is not None,
            None if fault is None else type(fault).__name__,
            None if page is None or page.detail is None else shortened(page.detail),
            page=None if page is None else page.shown,
        )

    def _shown(self, query: str, body: bytes) -> bytes:
        """Returns the parameters for whoever watches, PINs masked."""
        parts = [app_request.masked(part) for part in (query, body.decode("utf-8", "replace")) if part]
        return "&".join(parts).encode()

    def _reworded(self, asked: Asked, page: Page | None, fault: Fault) -> Page | None:
        """Returns the page that a fault has sent in place of the application's own."""
        if isinstance(fault, Refuse):
            return Page(app_pages.text(_words(asked, fault)))
        if isinstance(fault, PretendSuccess):
            return self._app.done(asked, _SUCCESS.get(asked.operation, "Login successful."))
        return None if page is None else page._replace(body=fault.reword(page.body, None))


_FIRST_CODE = min(AppCode)
_PAST = "Thu, 01 Jan 1998 00:00:00 GMT"
"""Phones take no date before 1970 for one."""
_SUCCESS = {app_request.LOGOUT: "Logout successful.", app_request.CHANGE: "PIN change is complete."}


def _words(asked: Asked, fault: Refuse) -> str:
    """Returns what a screen shows of a code that a fault made up."""
    if fault.text is not None:
        return fault.text
    code = "" if fault.code is None else str(fault.code)
    if code.isascii() and code.isdecimal() and len(code) < 6:
        return shown(int(code), is_logout=asked.operation == app_request.LOGOUT)
    return f"Login is unavailable ({code})" if code else label_of(Code.UNKNOWN)
