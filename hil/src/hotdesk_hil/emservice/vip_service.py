"""A double of VIP User Services: the SOAP that public fixtures show, a mobile for each user, and faults.

It answers pushes, polls and codes by its own state. Must never be a kinder service than the real one: it
counts pushes, expires them, lets a later one take the place of an earlier one, and takes a code once.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from aiohttp import web
from lxml import etree

from hotdesk_hil.emservice.vip_factor import AUTHENTICATION, NAMESPACE, QUERY, SOAP

PUSHES_IN_A_ROW = 5
"""Pushes without an approval in between, after which pushes are locked."""
LOCK_SECONDS = 3600
DEFAULT_TIMEOUT = 300
_START_SECONDS = 10.0
_REQUEST_ID = re.compile(r"[A-Za-z0-9_]{4,40}")
_MESSAGES = {
    "0000": "Success",
    "6003": "User does not exist.",
    "6008": "User does not have any enabled credential for the given credential type.",
    "6009": "Authentication failed.",
    "600B": "Schema validation failed.",
    "600D": "Operation not allowed in current state of credential.",
    "6040": "Mobile push request sent",
    "6041": "Unable to find mobile push enabled credentials.",
    "7000": "Mobile push request approved by user",
    "7001": "Mobile push request in progress",
    "7002": "Mobile push request denied by user",
    "7003": "Mobile push request changed",
    "7004": "Mobile push request expired",
    "7005": "Mobile push request not found",
}


@dataclass
class VipUser:
    """A user of VIP: the code that the credential shows, None for none, and whether it takes pushes."""

    code: str | None = field(default=None, repr=False)
    push: bool = True
    credential: str = "SYMC21519954"


class VipRequest(NamedTuple):
    """What arrived: the operation, its user or transaction, and the status it got. Codes are not kept."""

    operation: str
    about: str
    status: str


@dataclass
class VipFault:
    """What the service does in place of its answer, `times` (None: until it is taken away).

    `status` (with `message` and `detail`) is the answer's own; `inner` with `detail` that of the
    transaction in the answer to a poll; `body` the whole answer, with `http_status`; `silent` no answer at
    all; `request_id` and `transaction_id` stand in the answer in place of the right ones. `operation`
    limits it, as `PollPushStatus`.
    """

    status: str | None = None
    message: str | None = None
    detail: str | None = None
    inner: str | None = None
    body: bytes | None = None
    http_status: int = 200
    silent: bool = False
    request_id: str | None = None
    transaction_id: str | None = None
    operation: str | None = None
    times: int | None = 1


SOAP_FAULT = VipFault(
    body=(
        f'<S:Envelope xmlns:S="{SOAP}"><S:Body><S:Fault><faultcode>S:Server</faultcode>'
        "<faultstring>Internal error</faultstring></S:Fault></S:Body></S:Envelope>"
    ).encode(),
    http_status=500,
    times=None,
)
"""A fault of SOAP, as a service sends that cannot read a request."""


@dataclass
class _Push:
    user: str
    until: float
    status: str = "7001"
    detail: str | None = None
    number: str | None = None


class VipService:
    """VIP User Services on this machine, in a thread of its own.

    ```python
    with VipService({"john": VipUser(code="123456")}) as vip:
        service = EmService("clusters/demo.toml", second_factor=VipFactor(vip.url))
        ...
        vip.approve("john")
    ```

    With `number_challenge` the mobile has the person choose a number.
    """

    def __init__(self, users: dict[str, VipUser] | None = None, *, number_challenge: bool = False) -> None:
        self.users = {name.casefold(): user for name, user in (users or {}).items()}
        self.number_challenge = number_challenge
        self.faults: list[VipFault] = []
        self.requests: list[VipRequest] = []
        self.port = 0
        self._pushes: dict[str, _Push] = {}
        self._in_a_row: dict[str, int] = {}
        self._locked: dict[str, float] = {}
        self._ahead = 0.0
        self._arrived = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address above the services."""
        return f"http://127.0.0.1:{self.port}/vipuserservices"

    def __enter__(self) -> VipService:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listens, at the port it had before if there was one."""
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="vip", daemon=True)
        self._thread.start()
        if not started.wait(_START_SECONDS) or self._loop is None:
            raise RuntimeError("the double of VIP did not start")

    def stop(self) -> None:
        """Stops; whoever asks is refused a connection."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join()
            self._loop = self._thread = None

    # The mobile

    def approve(self, user: str) -> None:
        """Taps approve for the newest push."""
        self._decide(user, "7000")

    def deny(self, user: str) -> None:
        """Taps deny for the newest push."""
        self._decide(user, "7002")

    def choose(self, user: str, number: str) -> None:
        """Chooses a number for the newest push."""
        push = self._newest(user)
        if number == push.number:
            self._decide(user, "7000")
        else:
            self._decide(user, "7002", "7141")

    def decide(self, user: str, status: str, detail: str | None = None) -> None:
        """Gives the newest push any status, late or not."""
        push = self._newest(user)
        push.status, push.detail = status, detail

    def advance(self, seconds: float) -> None:
        """Moves the clock forward: pushes expire."""
        self._ahead += seconds

    def pushes(self, user: str) -> int:
        """Returns how many pushes went to a user."""
        return sum(push.user == user.casefold() for push in self._pushes.values())

    def wait_for(self, operation: str, count: int = 1, timeout: float = 10.0) -> VipRequest:
        """Waits until so many requests of an operation have arrived; raises `TimeoutError`."""

        def arrived() -> list[VipRequest]:
            return [request for request in self.requests if request.operation == operation]

        with self._arrived:
            if not self._arrived.wait_for(lambda: len(arrived()) >= count, timeout):
                raise TimeoutError(f"{len(arrived())} {operation} within {timeout} s, not {count}")
            return arrived()[count - 1]

    def _newest(self, user: str) -> _Push:
        found = [push for push in self._pushes.values() if push.user == user.casefold()]
        if not found:
            raise KeyError(f"no push went to {user!r}")
        return found[-1]

    def _decide(self, user: str, status: str, detail: str | None = None) -> None:
        push = self._newest(user)
        self._expire()
        if push.status != "7001":
            return  # it is over: the mobile shows no such request any more
        push.status, push.detail = status, detail
        if status == "7000":
            self._in_a_row.pop(push.user, None)

    def _now(self) -> float:
        return time.monotonic() + self._ahead

    def _expire(self) -> None:
        for push in self._pushes.values():
            if push.status == "7001" and self._now() >= push.until:
                push.status, push.detail = "7004", None

    # The service

    def _run(self, started: threading.Event) -> None:
        async def serve() -> None:
            self._stopped = asyncio.Event()
            self._loop = asyncio.get_running_loop()
            application = web.Application()
            for service in (AUTHENTICATION, QUERY):
                application.router.add_post(f"/vipuserservices/{service}", self._answer)
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", self.port)
            await site.start()
            self.port = runner.addresses[0][1]
            started.set()
            await self._stopped.wait()
            await runner.cleanup()

        asyncio.run(serve())

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        asked = self._read(body, request.path.rpartition("/")[2])
        operation = "unreadable" if asked is None else etree.QName(asked).localname.removesuffix("Request")
        fault = self._fault(operation)
        answer = etree.Element(f"{{{NAMESPACE}}}{operation}Response", nsmap={None: NAMESPACE})
        if asked is None:
            status, about = self._refuse(answer, "600B"), ""
        else:
            about = _text(asked, "userId") or _text(asked, "transactionId")
            request_id = (
                fault.request_id if fault is not None and fault.request_id else _text(asked, "requestId")
            )
            _add(answer, "requestId", request_id)
            if fault is not None and fault.status is not None:
                status = self._refuse(answer, fault.status, fault.detail, fault.message)
            else:
                status = self._operations[operation](self, asked, answer, fault)
        with self._arrived:
            self.requests.append(VipRequest(operation, about, status))
            self._arrived.notify_all()
        if fault is not None and fault.silent:
            await self._stopped.wait()
        if fault is not None and fault.body is not None:
            return web.Response(body=fault.body, status=fault.http_status, content_type="text/xml")
        envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"S": SOAP})
        etree.SubElement(envelope, f"{{{SOAP}}}Body").append(answer)
        content = etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)
        status_of_http = 200 if fault is None else fault.http_status
        return web.Response(body=content, status=status_of_http, content_type="text/xml")

    def _fault(self, operation: str) -> VipFault | None:
        for fault in self.faults:
            if fault.operation in (None, operation):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                return fault
        return None

    def _read(self, body: bytes, service: str) -> etree._Element | None:
        """Returns the request, None for one that breaks the schema."""
        try:
            root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:
            return None
        content = root.find(f"{{{SOAP}}}Body")
        if content is None or len(content) != 1:
            return None
        asked = content[0]
        operation = etree.QName(asked).localname.removesuffix("Request")
        at = QUERY if operation == "PollPushStatus" else AUTHENTICATION
        needs = {
            "AuthenticateUserWithPush": ("userId", "pushAuthData"),
            "AuthenticateUser": ("userId", "otpAuthData"),
            "PollPushStatus": ("transactionId",),
        }.get(operation)
        whole = needs is not None and all(asked.find(f"{{{NAMESPACE}}}{name}") is not None for name in needs)
        good = etree.QName(asked).namespace == NAMESPACE and at == service
        return asked if whole and good and _REQUEST_ID.fullmatch(_text(asked, "requestId")) else None

    def _refuse(
        self, answer: etree._Element, status: str, detail: str | None = None, message: str | None = None
    ) -> str:
        _add_status(answer, status, detail, message)
        return status

    def _push(self, asked: etree._Element, answer: etree._Element, _fault: VipFault | None) -> str:
        name = _text(asked, "userId").casefold()
        user = self.users.get(name)
        if user is None:
            return self._refuse(answer, "6003")
        if not user.push:
            return self._refuse(answer, "6041")
        if self._in_a_row.get(name, 0) >= PUSHES_IN_A_ROW:
            self._locked[name] = self._now() + LOCK_SECONDS
            self._in_a_row.pop(name)
        if self._locked.get(name, 0.0) > self._now():
            _add_status(answer, "600D", None)
            _add(answer, "detailMessage", "All push-enabled credentials are throttled")
            return "600D"
        self._expire()
        for push in self._pushes.values():
            if push.user == name and push.status == "7001":
                push.status = "7003"
        self._in_a_row[name] = self._in_a_row.get(name, 0) + 1
        number = f"{secrets.randbelow(90) + 10}" if self.number_challenge else None
        transaction = secrets.token_hex(8)
        until = self._now() + _timeout(asked)
        self._pushes[transaction] = _Push(name, until, detail="7140" if number else None, number=number)
        self._refuse(answer, "6040")
        _add(answer, "transactionId", transaction)
        sent = _add(answer, "pushDetail")
        _add(sent, "pushCredentialId", user.credential)
        _add(sent, "pushSent", "true")
        if number is not None:
            _add(answer, "numbersChallengeValue", number)
        return "6040"

    def _poll(self, asked: etree._Element, answer: etree._Element, fault: VipFault | None) -> str:
        self._expire()
        transaction = _text(asked, "transactionId")
        push = self._pushes.get(transaction)
        status, detail = ("7005", None) if push is None else (push.status, push.detail)
        if fault is not None and fault.inner is not None:
            status, detail = fault.inner, fault.detail
        self._refuse(answer, "0000")
        inner = _add(answer, "transactionStatus")
        shown = fault.transaction_id if fault is not None and fault.transaction_id else transaction
        _add(inner, "transactionId", shown)
        _add_status(inner, status, detail, None if fault is None else fault.message)
        return status

    def _code(self, asked: etree._Element, answer: etree._Element, _fault: VipFault | None) -> str:
        user = self.users.get(_text(asked, "userId").casefold())
        given = asked.findtext(f"{{{NAMESPACE}}}otpAuthData/{{{NAMESPACE}}}otp") or ""
        if user is None:
            return self._refuse(answer, "6003")
        if user.code is None:
            return self._refuse(answer, "6008")
        if not secrets.compare_digest(given.encode(), user.code.encode()):
            _add_status(answer, "6009", "49B5")
            _add(answer, "detailMessage", "Failed with an invalid OTP")
            return "6009"
        user.code = secrets.token_hex(8)  # it was used, and is none any more
        self._refuse(answer, "0000")
        _add(answer, "credentialId", user.credential)
        _add(answer, "credentialType", "STANDARD_OTP")
        return "0000"

    _operations: ClassVar[dict[str, Callable[..., str]]] = {
        "AuthenticateUserWithPush": _push,
        "PollPushStatus": _poll,
        "AuthenticateUser": _code,
    }


def _timeout(asked: etree._Element) -> float:
    for pair in asked.iter(f"{{{NAMESPACE}}}requestParameters"):
        if _text(pair, "Key") == "request.timeout" and _text(pair, "Value").isdecimal():
            return float(_text(pair, "Value"))
    return DEFAULT_TIMEOUT


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    child.text = text
    return child


def _add_status(parent: etree._Element, status: str, detail: str | None, message: str | None = None) -> None:
    _add(parent, "status", status)
    _add(parent, "statusMessage", message or _MESSAGES.get(status.upper(), "Status"))
    if detail is not None:
        _add(parent, "detail", detail)


def _text(element: etree._Element, tag: str) -> str:
    return (element.findtext(f"{{{NAMESPACE}}}{tag}") or "").strip()
