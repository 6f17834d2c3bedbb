"""The control interface: what a test or a person may see and change of a running service, over HTTP and JSON.

It listens on the loopback address only and asks for a token; openapi.py describes it. It also hands out the
web page, which holds no data itself. Must never show a PIN, a certificate or the token.
"""

from __future__ import annotations

import asyncio
import hmac
import sqlite3
from collections.abc import Callable
from dataclasses import MISSING, asdict, fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hotdesk_hil.emservice import checking, openapi
from hotdesk_hil.emservice.disguise import Form
from hotdesk_hil.emservice.faults import ConnectionFault, Fault, RefuseConnection
from hotdesk_hil.emservice.login_app import Outage
from hotdesk_hil.emservice.rules import RULE_KINDS, FaultRule
from hotdesk_hil.emservice.tls_settings import CertificateFlaw
from hotdesk_hil.emservice.totals import Total
from hotdesk_hil.provisioning.faults import FileFault

if TYPE_CHECKING:
    from hotdesk_hil.emservice.simulator import EmService

SHOWN = 50
"""Requests and events that `/state` holds."""
SESSIONS_SHOWN = 200
"""Sessions that `/state` holds, which the page asks for each second; `/sessions` has all."""
BODY_LIMIT = 1024 * 1024
_OPEN = {
    "/": ("page.html", "text/html"),
    "/page.js": ("page.js", "text/javascript"),
    "/page.css": ("page.css", "text/css"),
}
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class _Wrong(Exception):
    """What was sent is wrong: `status` and the text of the answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Control:
    """The control interface of one service."""

    def __init__(self, service: EmService, token: str) -> None:
        self._service = service
        self._token = token.encode()

    def application(self) -> web.Application:
        """Returns the aiohttp application."""
        application = web.Application(client_max_size=BODY_LIMIT, middlewares=[self._guard])
        for path in _OPEN:
            application.router.add_get(path, self._page)
        application.router.add_get("/openapi.json", self._openapi)
        application.router.add_get("/state", self._state)
        application.router.add_get("/sessions", self._sessions)
        application.router.add_put("/sessions/{device}", self._login)
        application.router.add_delete("/sessions/{device}", self._logout)
        application.router.add_get("/events", self._events)
        application.router.add_get("/requests", self._requests)
        application.router.add_get("/counters", self._counters)
        application.router.add_get("/faults", self._faults)
        application.router.add_post("/faults", self._add_fault)
        application.router.add_delete("/faults", self._clear_faults)
        application.router.add_delete("/faults/{id}", self._remove_fault)
        application.router.add_get("/clock", self._clock)
        application.router.add_post("/clock", self._advance)
        application.router.add_put("/accounts/{account}/secret", self._change_secret)
        application.router.add_get("/locks", self._locks)
        application.router.add_delete("/locks/{user}", self._unlock)
        application.router.add_get("/outages", self._outages)
        application.router.add_put("/outages", self._set_outages)
        application.router.add_get("/lenient", self._lenient)
        application.router.add_put("/lenient", self._set_lenient)
        application.router.add_post("/reset", self._reset)
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[..., Any]) -> web.StreamResponse:
        """Asks for the token, and turns what is wrong into an answer."""
        if request.path not in _OPEN and request.path != "/openapi.json":
            kind, _, given = request.headers.get("Authorization", "").partition(" ")
            right = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self._token)
            if kind.lower() != "bearer" or not right:
                headers = {"WWW-Authenticate": "Bearer"}
                return _json({"error": "send the header Authorization: Bearer TOKEN"}, 401, headers)
        try:
            return await handler(request)
        except _Wrong as wrong:
            return _json({"error": str(wrong)}, wrong.status)
        except web.HTTPNotFound:
            return _json({"error": f"{request.path} is not here; /openapi.json names what is"}, 404)
        except web.HTTPMethodNotAllowed as error:
            allowed = ", ".join(sorted(error.allowed_methods))
            what = f"{request.path} takes {allowed}, not {request.method}"
            return _json({"error": what}, 405, {"Allow": allowed})
        except sqlite3.Error as error:
            return _json({"error": f"the state file cannot be used: {error}"}, 503)
        except web.HTTPRequestEntityTooLarge:
            return _json({"error": f"the body holds more than {BODY_LIMIT} bytes"}, 413)

    # What every browser may have: it holds no data

    async def _page(self, request: web.Request) -> web.Response:
        name, kind = _OPEN[request.path]
        text = (files("hotdesk_hil.emservice") / "page" / name).read_text(encoding="utf-8")
        return web.Response(text=text, content_type=kind, charset="utf-8", headers=_PAGE_HEADERS)

    async def _openapi(self, _request: web.Request) -> web.Response:
        return _json(openapi.document())

    # State. Calls that wait for the state's lock, or for the service's loop, run beside that loop.

    async def _state(self, _request: web.Request) -> web.Response:
        service = self._service

        def look() -> dict[str, Any]:
            sessions = service.session_rows()
            return {
                "url": service.url,
                "tls_url": service.tls_url,
                "app_url": service.app_url,
                "app_tls_url": service.app_tls_url,
                "provisioning_url": service.provisioning_url,
                "tftp_url": service.tftp_url,
                "lenient": service.lenient,
                "clock": {"now": service.clock.now()},
                "counters": asdict(service.counters),
                "traffic": asdict(service.traffic),
                "pins": service.pin_counters._asdict(),
                "locks": _lock_rows(service),
                "outages": _outage_names(service),
                "second_factor": [asking._asdict() for asking in service.asking()],
                "totals": [_total(total) for total in service.totals],
                "last_minute": service.last_minute,
                "logged_in": len(sessions),
                "sessions": [session._asdict() for session in sessions[:SESSIONS_SHOWN]],
                "faults": [_rule(rule) for rule in service.faults.rules],
                "requests": [record._asdict() for record in service.requests[: -SHOWN - 1 : -1]],
                "events": [event._asdict() for event in service.newest_events(SHOWN)],
            }

        return _json(await asyncio.to_thread(look))

    async def _sessions(self, _request: web.Request) -> web.Response:
        return _json([session._asdict() for session in await asyncio.to_thread(self._service.session_rows)])

    async def _login(self, request: web.Request) -> web.Response:
        body = await _body(request, openapi.NEW_SESSION)
        device = request.match_info["device"]

        def put() -> dict[str, Any]:
            self._service.login(device, body["user"], body.get("profile"))
            rows = self._service.session_rows()
            return next(row for row in rows if row.device.casefold() == device.casefold())._asdict()

        try:
            return _json(await asyncio.to_thread(put))
        except KeyError as error:
            raise _Wrong(404, error.args[0]) from None

    async def _logout(self, request: web.Request) -> web.Response:
        try:
            await asyncio.to_thread(self._service.logout, request.match_info["device"])
        except KeyError as error:
            raise _Wrong(404, error.args[0]) from None
        return web.Response(status=204)

    async def _events(self, request: web.Request) -> web.Response:
        after, limit = _number(request, "after", 0), _number(request, "limit", openapi.PAGE_LIMIT)
        events = await asyncio.to_thread(self._service.events, after, limit)
        return _json([event._asdict() for event in events])

    async def _requests(self, request: web.Request) -> web.Response:
        limit = _number(request, "limit", openapi.PAGE_LIMIT)
        return _json([record._asdict() for record in self._service.requests[: -limit - 1 : -1]])

    async def _counters(self, _request: web.Request) -> web.Response:
        return _json(asdict(self._service.counters))

    # Faults

    async def _faults(self, _request: web.Request) -> web.Response:
        return _json([_rule(rule) for rule in self._service.faults.rules])

    async def _add_fault(self, request: web.Request) -> web.Response:
        body = await _body(request, openapi.NEW_RULE)
        fault = _fault(body.pop("fault"))
        try:
            rule = await asyncio.to_thread(lambda: self._service.faults.add(fault, **body))
        except ValueError as error:
            raise _Wrong(409, str(error)) from None
        return _json(_rule(rule), 201)

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        await asyncio.to_thread(self._service.faults.clear)
        return web.Response(status=204)

    async def _remove_fault(self, request: web.Request) -> web.Response:
        number = _checked_number("id", request.match_info["id"])
        try:
            await asyncio.to_thread(self._service.faults.remove, number)
        except KeyError:
            raise _Wrong(404, f"no fault {number} waits") from None
        return web.Response(status=204)

    # Accounts, settings, clock and reset

    async def _change_secret(self, request: web.Request) -> web.Response:
        body = await _body(request, openapi.NEW_SECRET)
        account = request.match_info["account"]
        try:
            await asyncio.to_thread(self._service.change_secret, account, body["secret"])
        except KeyError as error:
            raise _Wrong(404, error.args[0]) from None
        except ValueError as error:
            raise _Wrong(400, f"secret: {error}") from None
        return web.Response(status=204)

    async def _locks(self, _request: web.Request) -> web.Response:
        return _json(_lock_rows(self._service))

    async def _unlock(self, request: web.Request) -> web.Response:
        try:
            self._service.unlock(request.match_info["user"])
        except KeyError as error:
            raise _Wrong(404, error.args[0]) from None
        return web.Response(status=204)

    async def _outages(self, _request: web.Request) -> web.Response:
        return _json({"outages": _outage_names(self._service)})

    async def _set_outages(self, request: web.Request) -> web.Response:
        body = await _body(request, openapi.OUTAGES)
        self._service.outages = {Outage(name) for name in body["outages"]}
        return _json({"outages": _outage_names(self._service)})

    async def _lenient(self, _request: web.Request) -> web.Response:
        return _json({"lenient": self._service.lenient})

    async def _set_lenient(self, request: web.Request) -> web.Response:
        self._service.lenient = (await _body(request, openapi.LENIENT))["lenient"]
        return _json({"lenient": self._service.lenient})

    async def _clock(self, _request: web.Request) -> web.Response:
        return _json({"now": self._service.clock.now()})

    async def _advance(self, request: web.Request) -> web.Response:
        body = await _body(request, openapi.ADVANCE)
        self._service.clock.advance(body["advance"])
        return _json({"now": self._service.clock.now()})

    async def _reset(self, _request: web.Request) -> web.Response:
        await asyncio.to_thread(self._service.reset)
        return web.Response(status=204)


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(value, status=status, headers={"Cache-Control": "no-store", **(headers or {})})


async def _body(request: web.Request, schema: openapi.Schema) -> Any:
    """Returns the body where it keeps the schema; raises `_Wrong` with the place where it does not."""
    data = await request.read()
    if request.content_type != "application/json":
        raise _Wrong(400, "send application/json")
    try:
        return checking.read(data, schema)
    except ValueError as error:
        raise _Wrong(400, str(error)) from None


def _number(request: web.Request, name: str, absent: int) -> int:
    given = request.query.getall(name, [])
    if not given:
        return absent
    if len(given) > 1:
        raise _Wrong(400, f"{name}: once is enough")
    return _checked_number(name, given[0])


def _checked_number(name: str, text: str) -> int:
    low, high = openapi.PARAMETERS[name]["minimum"], openapi.PARAMETERS[name]["maximum"]
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and low <= int(text) <= high):
        raise _Wrong(400, f"{name}: is a whole number from {low} to {high}")
    return int(text)


def _lock_rows(service: EmService) -> list[dict[str, Any]]:
    return [{"user": user, "until": until} for user, until in sorted(service.locked_users().items())]


def _outage_names(service: EmService) -> list[str]:
    return sorted(outage.value for outage in service.outages)


def _fault(values: dict[str, Any]) -> Fault | ConnectionFault | FileFault:
    kind = RULE_KINDS[values.pop("kind")]
    if "form" in values:
        values["form"] = Form(values["form"])
    if "flaw" in values:
        values["flaw"] = CertificateFlaw(values["flaw"])
    if isinstance(values.get("body"), str):
        values["body"] = values["body"].encode()
    for item in fields(kind):
        # JSON tells 1.0 from 1 no better than its schema does.
        if isinstance(values.get(item.name), float) and item.type == "int":
            values[item.name] = int(values[item.name])
        if item.default is MISSING and item.default_factory is MISSING and item.name not in values:
            raise _Wrong(400, f"fault: {kind.__name__} lacks {item.name!r}")
    return kind(**values)


def _total(total: Total) -> dict[str, Any]:
    """Returns a total; what came often comes first."""
    outcomes = sorted(total.outcomes.items(), key=lambda item: -item[1])
    return {
        "operation": total.operation,
        "requests": total.requests,
        "per_second": total.per_second,
        "outcomes": [{"outcome": outcome, "requests": requests} for outcome, requests in outcomes],
    }


def _rule(rule: FaultRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "kind": type(rule.fault).__name__,
        "left": rule.left,
        # Nothing listens then, and nobody here sees who is refused.
        "struck": None if isinstance(rule.fault, RefuseConnection) else rule.struck,
        "operation": rule.operation,
        "device": rule.device,
        "user": rule.user,
        "probability": rule.probability,
        "seed": rule.seed,
    }
