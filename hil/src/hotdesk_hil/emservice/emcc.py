"""Cross Cluster (EMCC): people of other clusters at phones here, and people of this cluster at phones
elsewhere.

Each simulator is both sides. As the visiting cluster it finds who knows a user, and has the PIN checked
there; as the home cluster it checks PIN, rights and limits, and gives profile and duration. The two speak
JSON over HTTP: the wire of real clusters is not public. Must never keep a PIN, nor check one of another
cluster here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import aiohttp
from aiohttp import web

from hotdesk_hil.emservice.app_pins import Pins
from hotdesk_hil.emservice.bodies import whole_body
from hotdesk_hil.emservice.changes import LOGIN, LOGOUT, Change, Session
from hotdesk_hil.emservice.cluster import Device, MultipleLogin, RemoteCluster, User, fold
from hotdesk_hil.emservice.codes import AppCode, AppRefused, Code
from hotdesk_hil.emservice.document import Document
from hotdesk_hil.emservice.faults import Fault
from hotdesk_hil.emservice.records import RequestRecord, shortened
from hotdesk_hil.emservice.rules import Faults
from hotdesk_hil.emservice.server import Servlet
from hotdesk_hil.emservice.service import END_OF_LOGIN, Service
from hotdesk_hil.emservice.traces import Traces

EMCC_PATH = "/emservice/EmccServlet"
DEFAULT_CLUSTER_ID = "StandAloneCluster"
"""The cluster ID of a cluster whose administrator has not set one: it cannot take part."""
FIND, CHECK, ENTER, LEAVE = OPERATIONS = ("emccFind", "emccAuthenticate", "emccLogin", "emccLogout")
"""What clusters ask of each other, as records and faults name it."""
REMOTE_SECONDS = 4.0
"""How long another cluster may take to answer."""
GRANT_SECONDS = 240
GRANTS_KEPT = 10_000
_ANSWER_LIMIT = 1024 * 1024
_MIXED = 1

log = logging.getLogger("hotdesk_hil.emservice")


class Visitor(NamedTuple):
    """A user of another cluster whose PIN was right there: what a login here needs."""

    id: str
    profiles: tuple[str, ...]
    default_profile: str | None
    home: RemoteCluster
    grant: str
    minutes: int | None


class Found(NamedTuple):
    """A cluster that knows a user, and what it says of itself."""

    home: RemoteCluster
    answer: dict[str, Any]


class Guest(NamedTuple):
    """A user of this cluster at a phone of another: its log-out address is there, percent-encoded.

    `grant` tells this login from others on that phone.
    """

    user: str
    cluster: str
    logout_address: str
    grant: str


class NoAnswer(Exception):
    """Another cluster did not answer as it should."""


class Emcc:
    """Both sides of Cross Cluster of one simulator. `remotes` are the clusters that this one knows."""

    def __init__(
        self, service: Service, pins: Pins, remotes: dict[str, RemoteCluster], traces: Traces
    ) -> None:
        self._service = service
        self._traces = traces
        self._pins = pins
        self._remotes = remotes
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._grants: dict[str, tuple[User, str, float]] = {}
        # Of each visited phone the home cluster, and the grant of the login.
        self._visits: dict[str, tuple[RemoteCluster, str]] = {}
        self._guests: dict[str, Guest] = {}
        service.store.watchers.append(self._changed)

    async def close(self) -> None:
        """Closes its connections."""
        self._loop = None
        for task in self._tasks:
            task.cancel()
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def reset(self) -> None:
        """Forgets who visits."""
        self._grants.clear()
        self._visits.clear()
        self._guests.clear()

    def is_visited(self, device: str) -> bool:
        """Tells whether a user of another cluster is on a phone."""
        return fold(device) in self._visits

    def guest(self, device: str) -> Guest | None:
        """Returns who of this cluster is on a phone of another one."""
        return self._guests.get(fold(device))

    # The visiting cluster

    async def authenticate(
        self, user: str, login_type: str | None, pin: str, device: Device | None, name: str
    ) -> Visitor:
        """Has a user found, and the PIN checked, in the home cluster; raises `AppRefused` with the code."""
        thread = self._traces.thread
        self._traces.home_wanted(user)
        try:
            return await self._authenticated(user, login_type, pin, device, name)
        except AppRefused as refused:
            self._traces.service_refused(refused.code, refused.detail)
            raise
        finally:
            self._traces.go_on(thread)

    async def _authenticated(
        self, user: str, login_type: str | None, pin: str, device: Device | None, name: str
    ) -> Visitor:
        if not self._remotes:
            raise AppRefused(Code.EMCC_NO_REMOTE, f"no remote cluster has {user}: this one knows none")
        found = await self._find(user, login_type)
        modes = (1 if device is None else device.security_mode, found.answer.get("securityMode"))
        try:
            self._check_home(found, *modes)
        except AppRefused:
            self._traces.security_modes(*modes)
            raise
        asked = {
            "cluster": self._service.cluster.service.cluster_id,
            "user": user,
            "loginType": login_type,
            "pin": pin,
            "device": name,
            "request": self._traces.number,
            "model": "" if device is None else device.model,
        }
        answer = await self._ask(found.home, CHECK, asked)
        self._traces.security_modes(*modes)
        profiles = answer.get("profiles")
        grant, minutes = answer.get("grant"), answer.get("minutes")
        if not isinstance(profiles, list) or not isinstance(grant, str):
            raise AppRefused(Code.EMCC_NO_ANSWER, f"{found.home.id} answers without a profile")
        default = answer.get("default")
        return Visitor(
            str(answer.get("user")), tuple(map(str, profiles)), default, found.home, grant, minutes
        )

    async def login(self, visitor: Visitor, profile: str, device: str, logout_address: str) -> None:
        """Logs a visitor in, at home and then here; raises `AppRefused` where either refuses."""
        thread = self._traces.thread
        self._traces.service_asked()
        try:
            session = await self._entered(visitor, profile, device, logout_address)
            now = self._service.clock.now()
            self._visits[fold(session.device)] = (visitor.home, visitor.grant)
            self._traces.visitor_enters(visitor.id)
            with self._service.store.lock:
                self._service.store.change([Change(now, LOGIN, session, f"EMCC of {visitor.home.id}")])
        except AppRefused as refused:
            self._traces.service_refused(refused.code, refused.detail)
            raise
        finally:
            self._traces.go_on(thread)

    async def _entered(self, visitor: Visitor, profile: str, device: str, logout_address: str) -> Session:
        """Logs a visitor in at home, and returns the session here."""
        session = self._session_of(visitor, profile, device)
        asked = {
            "grant": visitor.grant,
            "cluster": self._service.cluster.service.cluster_id,
            "device": device,
            "request": self._traces.number,
            "profile": profile,
            "logoutAddress": quote(logout_address, safe=""),
        }
        await self._ask(visitor.home, ENTER, asked)
        try:
            # Looked at again: the home cluster has taken its time.
            session = self._session_of(visitor, profile, device)
        except AppRefused:
            self._tell(visitor.home, session.device, visitor.grant)
            raise
        return session

    def _session_of(self, visitor: Visitor, profile: str, name: str) -> Session:
        """Checks the phone, and returns the session that a login makes."""
        # The login application has refused phones that are not of this cluster.
        device = self._service.cluster.devices[fold(name)]
        if not device.extension_mobility:
            raise AppRefused(Code.LOGOUT_DISABLED, f"enable Extension Mobility on {device.name}")
        there = next((one for one in self._service.sessions() if fold(one.device) == fold(name)), None)
        if there is not None and fold(there.user) != fold(visitor.id):
            raise AppRefused(Code.ANOTHER_USER, f"log out the user of {device.name} first")
        now = self._service.clock.now()
        ends_at = None if visitor.minutes is None else now + visitor.minutes * 60
        return Session(device.name, visitor.id, profile, ends_at)

    async def _find(self, user: str, login_type: str | None) -> Found:
        silent = []
        for remote in list(self._remotes.values()):
            try:
                answer = await self._post(remote, FIND, {"user": user, "loginType": login_type})
            except NoAnswer as error:
                silent.append(f"{remote.id}: {error}")
                continue
            count = answer.get("users")
            if isinstance(count, int) and count > 1:
                raise AppRefused(Code.NUMBER_SHARED, f"{user} belongs to several users of {remote.id}")
            if count == 1:
                self._traces.home_found(user, remote.url)
                return Found(remote, answer)
        if silent:
            # The user may be there.
            raise AppRefused(Code.EMCC_NO_ANSWER, f"no cluster that answers has {user}; {'; '.join(silent)}")
        raise AppRefused(Code.USER_UNKNOWN, f"no cluster has {user}")

    def _check_home(self, found: Found, mode: int, home_mode: object) -> None:
        """Checks what the home cluster says of itself against the security mode of the phone."""
        own, home, answer = self._service.cluster.service, found.home, found.answer
        cluster_id, version = str(answer.get("cluster")), str(answer.get("version"))
        if cluster_id in ("", DEFAULT_CLUSTER_ID):
            raise AppRefused(Code.EMCC_CLUSTER_NOT_VALID, f"{home.id} has no cluster ID of its own")
        if cluster_id != home.id:
            raise AppRefused(
                Code.EMCC_CLUSTER_ID, f"{home.id} calls itself {cluster_id}: correct the cluster view"
            )
        if not home.emcc:
            raise AppRefused(Code.EMCC_NOT_ALLOWED, f"EMCC is off for the remote cluster {home.id}")
        if _number(version) < _number(own.emcc_oldest_version):
            raise AppRefused(Code.EMCC_REMOTE_VERSION, f"{home.id} has version {version}")
        if home_mode == _MIXED and not own.emcc_mixed_mode:
            raise AppRefused(Code.EMCC_REMOTE_SECURITY, f"{home.id} runs in mixed mode")
        if mode > 1 and home_mode != _MIXED:
            what = f"the phone's security mode is {mode}, and {home.id} is not in mixed mode"
            raise AppRefused(Code.EMCC_DEVICE_SECURITY, what)

    async def _ask(self, home: RemoteCluster, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await self._post(home, operation, asked)
        except NoAnswer as error:
            raise AppRefused(Code.EMCC_NO_ANSWER, f"{home.id}: {error}") from None
        code = answer.get("code")
        if isinstance(code, int):
            raise AppRefused(code, f"{home.id}: {answer.get('detail')}")
        return answer

    async def _post(self, remote: RemoteCluster, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        url = f"{remote.url.rstrip('/')}{EMCC_PATH}"
        try:
            async with self._client().post(url, json={"operation": operation, **asked}) as answer:
                content = await whole_body(answer, _ANSWER_LIMIT)
                status = answer.status
        except TimeoutError:
            raise NoAnswer(f"no answer within {REMOTE_SECONDS:g} s") from None
        except (aiohttp.ClientError, ValueError) as error:
            raise NoAnswer(type(error).__name__) from None
        try:
            read = None if content is None else json.loads(content)
        except ValueError:
            read = None
        if status != 200 or not isinstance(read, dict):
            raise NoAnswer(f"status {status}, and no answer that can be read")
        return read

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._loop = asyncio.get_running_loop()
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=REMOTE_SECONDS),
                connector=aiohttp.TCPConnector(force_close=True),
            )
        return self._session

    # The home cluster

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Answers another cluster."""
        if operation == CHECK:
            self._traces.home_asked(_origin(asked), _text(asked, "user"))
        elif operation == ENTER:
            self._traces.service_asked()
        try:
            return self._operations[operation](self, asked)
        except AppRefused as refused:
            if operation in (CHECK, ENTER):
                self._traces.service_refused(refused.code, refused.detail)
            return {"code": refused.code, "detail": refused.detail}

    def _found(self, asked: dict[str, Any]) -> dict[str, Any]:
        own = self._service.cluster.service
        called = self._service.cluster.called(_text(asked, "user"), asked.get("loginType"))
        return {
            "users": len(called),
            "cluster": own.cluster_id,
            "version": own.version,
            "securityMode": own.security_mode,
        }

    def _check(self, asked: dict[str, Any]) -> dict[str, Any]:
        own, device = self._service.cluster.service, _text(asked, "device")
        visiting = self._visiting(asked)
        if not own.emcc_configured:
            raise AppRefused(Code.EMCC_CONFIGURATION, "the EMCC feature parameters are not set")
        called = self._service.cluster.called(_text(asked, "user"), asked.get("loginType"))
        if len(called) != 1:
            code = Code.NUMBER_SHARED if called else Code.USER_UNKNOWN
            raise AppRefused(code, f"{len(called)} users are called so")
        user = called[0]
        if not user.emcc:
            raise AppRefused(Code.EMCC_NOT_ACTIVATED, f"EMCC is not enabled for {user.id}")
        try:
            self._pins.check(user, _text(asked, "pin"))
        except AppRefused as refused:
            raise AppRefused(Code.CANNOT_AUTHORIZE, refused.detail) from None
        if self._service.must_change_pin(user):
            raise AppRefused(Code.EMCC_CHANGE_PIN, f"{user.id} must change the PIN first")
        if fold(device) in self._service.cluster.devices:
            raise AppRefused(Code.EMCC_DUPLICATE_DEVICE, f"{device} is a device of this cluster, too")
        if own.emcc_models and _text(asked, "model") not in own.emcc_models:
            raise AppRefused(
                Code.EMCC_DEVICE, f"no EMCC template for the model {_text(asked, 'model') or '?'}"
            )
        if not user.profiles:
            raise AppRefused(AppCode.PROFILE_ABSENT, f"associate a device profile with {user.id}")
        now = self._service.clock.now()
        self._grants = {token: grant for token, grant in self._grants.items() if now < grant[2]}
        while len(self._grants) >= GRANTS_KEPT:
            del self._grants[next(iter(self._grants))]
        grant = secrets.token_urlsafe(16)
        self._grants[grant] = (user, f"{fold(device)} {visiting}", now + GRANT_SECONDS)
        return {
            "grant": grant,
            "user": user.id,
            "profiles": list(user.profiles),
            "default": user.default_profile,
            "minutes": own.maximum_login_minutes,
        }

    def _enter(self, asked: dict[str, Any]) -> dict[str, Any]:
        visiting, device = self._visiting(asked), _text(asked, "device")
        user, bound, until = self._grants.pop(_text(asked, "grant"), (None, "", 0.0))
        now = self._service.clock.now()
        if user is None or now >= until or bound != f"{fold(device)} {visiting}":
            raise AppRefused(Code.CANNOT_AUTHORIZE, "the PIN was not given, or too long ago")
        profile = _text(asked, "profile")
        if fold(profile) not in map(fold, user.profiles):
            raise AppRefused(Code.PROFILE_NOT_FOUND, f"{profile} is not a device profile of {user.id}")
        own = self._service.cluster.service
        if fold(device) not in self._guests and len(self._guests) >= own.emcc_dummy_devices:
            raise AppRefused(Code.EMCC_NO_DUMMY, f"all {own.emcc_dummy_devices} EMCC devices are in use")
        elsewhere = [
            one
            for one in self._service.sessions()
            if fold(one.user) == fold(user.id) and fold(one.device) != fold(device)
        ]
        if elsewhere and own.multiple_login_behavior is MultipleLogin.NOT_ALLOWED:
            raise AppRefused(Code.ELSEWHERE, f"log {user.id} out on {elsewhere[0].device} first")
        cause = f"EMCC at {visiting}"
        changes = []
        if own.multiple_login_behavior is MultipleLogin.AUTO_LOGOUT:
            changes = [Change(now, LOGOUT, one, cause) for one in elsewhere]
        minutes = own.maximum_login_minutes
        ends_at = None if minutes is None else now + minutes * 60
        changes.append(Change(now, LOGIN, Session(device, user.id, profile, ends_at), cause))
        self._traces.home_entered(_origin(asked), user.id)
        address = _text(asked, "logoutAddress")
        self._guests[fold(device)] = Guest(user.id, visiting, address, _text(asked, "grant"))
        with self._service.store.lock:
            self._service.store.change(changes)
        return {"done": True}

    def _leave(self, asked: dict[str, Any]) -> dict[str, Any]:
        visiting, device = self._visiting(asked), _text(asked, "device")
        guest = self._guests.get(fold(device))
        # Another login there may have taken its place meanwhile.
        if guest is None or (guest.cluster, guest.grant) != (visiting, _text(asked, "grant")):
            return {"done": False}
        # Before the change, so that the phone is not asked to log out once more.
        del self._guests[fold(device)]
        with self._service.store.lock:
            there = self._service.store.on_device(device)
            if there is not None:
                now = self._service.clock.now()
                self._service.store.change([Change(now, LOGOUT, there, f"log-out at {visiting}")])
        return {"done": True}

    def _visiting(self, asked: dict[str, Any]) -> str:
        """Returns the cluster ID of who asks, which must be known here."""
        remote = self._remotes.get(fold(_text(asked, "cluster")))
        if remote is None:
            raise AppRefused(Code.EMCC_VISITING_CLUSTER, "the visiting cluster is not in the cluster view")
        if not remote.emcc:
            raise AppRefused(Code.EMCC_NOT_ALLOWED, f"EMCC is off for the remote cluster {remote.id}")
        return remote.id

    _operations: dict[str, Callable[[Emcc, dict[str, Any]], dict[str, Any]]] = {  # noqa: RUF012
        FIND: _found,
        CHECK: _check,
        ENTER: _enter,
        LEAVE: _leave,
    }

    # A log-out on one side ends it on the other

    def _changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.kind != LOGOUT:
                continue
            key = fold(change.session.device)
            visit = self._visits.pop(key, None)
            if visit is not None:
                self._tell(visit[0], change.session.device, visit[1])
            guest = self._guests.pop(key, None)
            # A login whose time is over ends there by itself, and somebody else may be on the phone by now.
            if guest is not None and change.cause != END_OF_LOGIN:
                self._later(self._log_out(guest))

    def _tell(self, home: RemoteCluster, device: str, grant: str) -> None:
        own = self._service.cluster.service.cluster_id
        self._later(self._told(home, {"cluster": own, "device": device, "grant": grant}))

    async def _told(self, home: RemoteCluster, asked: dict[str, Any]) -> None:
        try:
            await self._post(home, LEAVE, asked)
        except NoAnswer as error:
            log.warning("the log-out on %s was not told to %s: %s", asked["device"], home.id, error)

    async def _log_out(self, guest: Guest) -> None:
        try:
            async with self._client().get(unquote(guest.logout_address)):
                pass
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("%s was not logged out at %s: %s", guest.user, guest.cluster, type(error).__name__)

    def open(self) -> None:
        """Takes the running loop, in which the other clusters are told what happens here."""
        self._loop = asyncio.get_running_loop()

    def _later(self, telling: Awaitable[None]) -> None:
        """Does it in the service's loop; a change may come from any thread, and while nothing runs."""
        loop = self._loop

        def start() -> None:
            task = asyncio.ensure_future(telling)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        if loop is None or loop.is_closed():
            telling.close()  # type: ignore[attr-defined]
        else:
            loop.call_soon_threadsafe(start)


class EmccServlet:
    """The HTTP side of the home cluster: each request read, carried out or struck by a fault, recorded."""

    def __init__(
        self,
        servlet: Servlet,
        emcc: Emcc,
        faults: Faults,
        record: Callable[[RequestRecord, bytes | None, bytes | None], None],
        now: Callable[[], float],
    ) -> None:
        self._servlet, self._emcc, self._faults, self._record, self._now = servlet, emcc, faults, record, now
        servlet.others[EMCC_PATH] = self._answer

    async def _answer(self, request: web.Request, _path: str) -> web.StreamResponse:
        body = await self._servlet.body(request)
        self._servlet.arrived(request)
        try:
            asked = json.loads(body)
        except ValueError:
            asked = None
        operation = asked.get("operation") if isinstance(asked, dict) else None
        if not isinstance(asked, dict) or operation not in OPERATIONS:
            return web.Response(status=400, text="400: no request of another cluster\n")
        devices, users = (tuple(filter(None, [_text(asked, name)])) for name in ("device", "user"))
        fault = self._faults.take(Document(operation, "", "", devices=devices, users=users))
        executed = fault is None or fault.executed
        answer = self._emcc.answer(operation, asked) if executed else {}
        self._record(self._described(operation, devices, users, answer, fault), None, None)
        content = json.dumps(answer).encode()
        if fault is not None:
            await self._servlet.strike(fault, request, fault.reword(content, None))
        return web.Response(body=content, content_type="application/json")

    def _described(
        self,
        operation: str,
        devices: tuple[str, ...],
        users: tuple[str, ...],
        answer: dict[str, Any],
        fault: Fault | None,
    ) -> RequestRecord:
        detail = answer.get("detail")
        return RequestRecord(
            operation,
            devices,
            users,
            None,
            answer.get("code"),
            self._now(),
            fault is None or fault.executed,
            None if fault is None else type(fault).__name__,
            None if detail is None else shortened(detail),
        )


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    return value if isinstance(value, str) else ""


def _origin(asked: dict[str, Any]) -> str:
    """Returns who asks, as lines name it: the number of the request there, and the cluster."""
    number = asked.get("request")
    return f"{number if isinstance(number, int) else 0} : {_text(asked, 'cluster')}"


def _number(version: str) -> tuple[int, ...]:
    """Returns a version in an order; what is none comes before all."""
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
