"""What a client does, without doing it: each operation is a generator that yields what is to be sent or how
long to wait, is told what became of it, and returns the result.

No socket, no clock, no thread: `Client` and `AsyncClient` drive the same generators. What an HTTP status says
of a request is the core's table. Nothing is ever sent again that may have happened, unless a query says that
it has not.
"""

import logging
import random
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from ._native import (
    AppInfo,
    CheckUser,
    CheckUserResults,
    DeviceProfileQuery,
    DeviceProfileResults,
    DeviceResult,
    DeviceUserQuery,
    DeviceUserResults,
    Failure,
    Login,
    Logout,
    LogoutAll,
    Success,
    UserCheck,
    UserDevices,
    UserDevicesQuery,
    UserDevicesResults,
    UserProfiles,
    parse,
    status_of_change,
)
from ._shown import shown
from .errors import (
    AnswerLost,
    BrokenAnswer,
    Error,
    Refused,
    ServiceRefused,
    TransportError,
    TurnedAway,
    Unreachable,
)

BUSY = 26
ANOTHER_USER = 18
NOBODY_LOGGED_IN = 19
LOST_QUERIES = 3
"""Rounds through all services in which the answer to a query may be lost: each can take minutes."""

Duration: TypeAlias = int | Literal["indefinite"] | None
Message: TypeAlias = (
    Login | Logout | LogoutAll | DeviceUserQuery | UserDevicesQuery | DeviceProfileQuery | CheckUser
)

log = logging.getLogger("hotdesk")


@dataclass(frozen=True)
class Send:
    """Post a message to the service at `endpoint`, an index."""

    endpoint: int
    message: Message


@dataclass(frozen=True)
class Wait:
    """Do nothing for some seconds."""

    seconds: float


@dataclass(frozen=True)
class Answered:
    """An HTTP answer came, complete; `location` is where a redirect points to, `date` the service's clock."""

    status: int
    body: bytes = field(repr=False)
    seconds: float = 0.0
    location: str | None = None
    date: str | None = None


@dataclass(frozen=True)
class Failed:
    """No complete answer came; `error` is `Unreachable` where nothing was sent."""

    error: TransportError
    seconds: float = 0.0


Effect: TypeAlias = Send | Wait
Outcome: TypeAlias = Answered | Failed | None
T = TypeVar("T")
Steps: TypeAlias = Generator[Effect, Outcome, T]
_Answer: TypeAlias = (
    Success | Failure | DeviceUserResults | UserDevicesResults | DeviceProfileResults | CheckUserResults
)


@dataclass(frozen=True)
class Attempt:
    """One sending of a message and what came of it; it never holds a secret.

    `operation` is named as in the message (`login`, `deviceUserQuery`), `number` counts its sendings within
    the call from 1, `service` is the host and port, `seconds` is how long it took. `outcome` is `answered`,
    `refused` or `busy` (with the service's `code`), `not sent`, `turned away` (not carried out, as the HTTP
    status says) or `lost` (each with the `error`). A change that was lost may have been carried out. `date`
    is the time that the answer carries, as HTTP writes it.
    """

    operation: str
    number: int
    service: str
    outcome: Literal["answered", "refused", "busy", "not sent", "turned away", "lost"]
    seconds: float
    code: int | None = None
    error: TransportError | None = None
    date: str | None = None

    def __str__(self) -> str:
        code = "" if self.code is None else f" with code {self.code}"
        why = "" if self.error is None else f": {shown(self.error.message)}"
        took = f"in {self.seconds:.3f} s"
        return f"{self.operation}, attempt {self.number}, {self.service}: {self.outcome}{code} {took}{why}"


@dataclass(frozen=True)
class Retry:
    """How often and how patiently a request is sent again that has certainly not happened.

    The n-th wait is `first * 2 ** n` seconds, at most `longest`, times a random factor from 0.5 to 1.
    """

    attempts: int = 8
    first: float = 0.25
    longest: float = 8.0

    def wait(self, attempt: int) -> Wait:
        """Return the wait before attempt `attempt + 1`."""
        seconds = min(self.longest, self.first * 2**attempt)
        return Wait(seconds * random.uniform(0.5, 1))


class Operations:
    """The operations of one cluster: who asks, which services there are, and which of them is asked first.

    The first one is left for the next by a request that saw it fail, and only as long as it still is the
    first: requests that fail side by side leave it once.
    """

    def __init__(
        self,
        app: AppInfo,
        services: Sequence[str],
        retry: Retry,
        on_busy: Callable[[], None] | None = None,
        on_attempt: Callable[[Attempt], None] | None = None,
    ) -> None:
        self._app = app
        self._services = services
        self._retry = retry
        self._on_busy = on_busy
        self._on_attempt = on_attempt
        self._first = 0

    def login(self, device: str, user: str, profile: str | None, duration: Duration) -> Steps[None]:
        """Log a user in; after a lost answer ask whether he is."""
        request = Login(
            app=self._app,
            device_name=device,
            user_id=user,
            device_profile=profile,
            exclusive_duration=duration,
        )

        def done(row: DeviceResult) -> bool:
            return row.user is not None and _key(row.user) == _key(user)

        yield from self._change(request, device, done)

    def logout(self, device: str) -> Steps[None]:
        """Log out whoever is on the device; after a lost answer ask whether somebody still is."""
        request = Logout(app=self._app, device_name=device)
        yield from self._change(request, device, lambda row: row.status == "loggedOut")

    def logout_all(self) -> Steps[None]:
        """Log everybody out; no query can say afterwards whether a lost answer was a success."""
        try:
            yield from self._exchange(_Sending(LogoutAll(app=self._app), _success))
        except Unreachable:
            raise
        except TransportError as error:
            raise AnswerLost(
                f"{error.message}; look on the service whether everybody is logged out", service=error.service
            ) from error

    def take_over(self, device: str, user: str, profile: str | None, duration: Duration) -> Steps[str | None]:
        """Log a user in; where another one is on the device, log that one out first and return his ID."""
        try:
            yield from self.login(device, user, profile, duration)
        except ServiceRefused as refused:
            if refused.code != ANOTHER_USER:
                raise
        else:
            return None
        rows = yield from self.device_users([device])
        try:
            yield from self.logout(device)
        except ServiceRefused as refused:
            # He has gone by himself in the meantime.
            if refused.code != NOBODY_LOGGED_IN:
                raise
        yield from self.login(device, user, profile, duration)
        return rows[0].user

    def device_users(self, devices: Sequence[str]) -> Steps[list[DeviceResult]]:
        """Ask who is on the devices."""
        if not devices:
            return []
        query = DeviceUserQuery(app=self._app, devices=devices)
        return (yield from self._exchange(_Sending(query, _rows(DeviceUserResults, "devices", devices))))

    def user_devices(self, users: Sequence[str]) -> Steps[list[UserDevices]]:
        """Ask on which devices the users are."""
        if not users:
            return []
        query = UserDevicesQuery(app=self._app, users=users)
        return (yield from self._exchange(_Sending(query, _rows(UserDevicesResults, "users", users))))

    def device_profiles(self, users: Sequence[str]) -> Steps[list[UserProfiles]]:
        """Ask which device profiles the users have."""
        if not users:
            return []
        query = DeviceProfileQuery(app=self._app, users=users)
        return (yield from self._exchange(_Sending(query, _rows(DeviceProfileResults, "users", users))))

    def check_user(self, users: Sequence[str]) -> Steps[list[UserCheck]]:
        """Ask whether the users exist."""
        if not users:
            return []
        query = CheckUser(app=self._app, users=users)
        return (yield from self._exchange(_Sending(query, _rows(CheckUserResults, "users", users))))

    def _change(
        self, request: Login | Logout, device: str, done: Callable[[DeviceResult], bool]
    ) -> Steps[None]:
        """Send a change; where its answer is lost, ask, and send it once more where it was not done."""
        sending = _Sending(request, _success)
        try:
            return (yield from self._exchange(sending))
        except Unreachable:
            raise
        except TransportError as error:
            lost = error
        query = self._look(device)
        if done((yield from self._settle(query, sending.at, lost))):
            return None
        refused: ServiceRefused | None = None
        try:
            return (yield from self._exchange(sending, query.at))
        except ServiceRefused as error:
            refused = error
        except TransportError as error:
            lost = error
        # The first one may have been carried out in the meantime, whatever became of the second.
        if done((yield from self._settle(query, sending.at, refused or lost))):
            return None
        if refused is not None:
            raise refused
        not_done = f"{lost.message}; {self._services[query.at]} shows that it is not done"
        raise AnswerLost(not_done, done=False, service=lost.service) from lost

    def _look(self, device: str) -> "_Sending[list[DeviceResult]]":
        query = DeviceUserQuery(app=self._app, devices=[device])
        return _Sending(query, _rows(DeviceUserResults, "devices", [device]), settles=True)

    def _settle(
        self, query: "_Sending[list[DeviceResult]]", at: int, why: TransportError | ServiceRefused
    ) -> Steps[DeviceResult]:
        """Ask what became of a change, first the service that got it."""
        try:
            (row,) = yield from self._exchange(query, at)
        except Error as error:
            what = f"{why}; whether it is done is not known, for the query failed, too"
            same = str(error) == str(why)
            raise AnswerLost(what if same else f"{what}: {error}", service=why.service) from error
        return row

    def _exchange(self, sending: "_Sending[T]", first: int | None = None) -> Steps[T]:
        """Send a message until it is answered, or a change until it may have been carried out.

        A service that fails is followed by the next one at once; when all were asked, it waits. Raises
        `ServiceRefused`, `Unreachable` where it was certainly not carried out, or another `TransportError`.
        """
        at = self._first if first is None else first
        lost_rounds = 0
        for attempt in range(self._retry.attempts):
            last = attempt + 1 == self._retry.attempts
            failures: list[TransportError | ServiceRefused] = []
            while len(failures) < len(self._services):
                try:
                    return (yield from self._send(sending, at))
                except ServiceRefused as refused:
                    if refused.code == BUSY and not last:
                        if self._on_busy is not None:
                            self._on_busy()
                        at = self._next(at)
                        break
                    if not sending.settles:
                        raise
                    failures.append(refused)
                    at = self._next(at)
                except TransportError as error:
                    if sending.changes and not isinstance(error, Unreachable):
                        raise
                    failures.append(error)
                    self._leave(at)
                    at = self._next(at)
            else:
                failed = [error for error in failures if isinstance(error, TransportError)]
                lost_rounds += any(not isinstance(error, Unreachable) for error in failed)
                hopeless = not any(error.retry for error in failed)
                if last or hopeless or lost_rounds >= LOST_QUERIES:
                    raise _all(failed) if failed else failures[-1]
                at = self._first
            wait = self._retry.wait(attempt)
            log.info("%s: again in %.3f s", sending.operation, wait.seconds)
            yield wait
        raise AssertionError("the last attempt returns or raises")

    def _send(self, sending: "_Sending[T]", at: int) -> Steps[T]:
        """Send a message to one service; return what it answers, or raise why it does not."""
        service = self._services[at]
        sending.at = at
        sending.number += 1
        outcome = yield Send(at, sending.message)
        assert outcome is not None
        attempt = partial(Attempt, sending.operation, sending.number, service, seconds=outcome.seconds)
        date = outcome.date if isinstance(outcome, Answered) else None
        try:
            if isinstance(outcome, Failed):
                raise outcome.error
            answer = _read(outcome, service)
            if isinstance(answer, Failure):
                raise ServiceRefused(answer.code, answer.text, service)
            result = sending.read(answer, service)
        except ServiceRefused as refused:
            how = "busy" if refused.code == BUSY else "refused"
            self._report(attempt(how, code=refused.code, date=date))
            raise
        except TransportError as error:
            not_carried_out = "turned away" if isinstance(error, TurnedAway) else "not sent"
            how = not_carried_out if isinstance(error, Unreachable) else "lost"
            self._report(attempt(how, error=error, date=date))
            raise
        self._report(attempt("answered", date=date))
        return result

    def _report(self, attempt: Attempt) -> None:
        expected = attempt.outcome in ("answered", "refused")
        log.log(logging.DEBUG if expected else logging.INFO, "%s", attempt)
        if self._on_attempt is not None:
            self._on_attempt(attempt)

    def _next(self, at: int) -> int:
        return (at + 1) % len(self._services)

    def _leave(self, at: int) -> None:
        if self._first == at:
            self._first = self._next(at)


@dataclass
class _Sending(Generic[T]):
    """A message on its way: how its answer is read, which service got it last, and how often it was sent.

    One that settles asks what became of a change: what one service refuses to say, another one may.
    """

    message: Message
    read: Callable[[_Answer, str], T]
    settles: bool = False
    at: int = 0
    number: int = 0

    @property
    def operation(self) -> str:
        """The name of the message's element."""
        name = type(self.message).__name__
        return name[0].lower() + name[1:]

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return isinstance(self.message, (Login, Logout, LogoutAll))


def _read(answered: Answered, service: str) -> _Answer:
    if answered.status != 200:
        what = _status(answered, service)
        if status_of_change(answered.status) == "notCarriedOut":
            raise TurnedAway(what, service)
        raise BrokenAnswer(what, service)
    try:
        message = parse(answered.body)
    except Refused as refused:
        if answered.body.lstrip()[:64].lower().startswith((b"<!doctype html", b"<html")):
            raise BrokenAnswer(
                f"{service} answered with a web page, which is no message of Extension Mobility: a login "
                f"page, or a proxy that answers instead; check the address, and what is between",
                service,
            ) from None
        raise BrokenAnswer(
            f"the answer of {service} is no message of Extension Mobility: {refused}", service
        ) from None
    if not isinstance(message, _Answer):
        raise BrokenAnswer(f"{service} sent a request instead of an answer; check the address", service)
    return message


def _status(answered: Answered, service: str) -> str:
    """Say what an HTTP status other than 200 means, and what to do."""
    status = answered.status
    said = f"{service} answered with HTTP status {status}"
    if status == 404:
        return (
            f"{said}: there is no Extension Mobility at this address; check host, port and path, and whether "
            f"the service is activated and runs on this node"
        )
    if status == 503:
        return (
            f"{said}: its web server runs, but Extension Mobility does not or is overloaded; start the "
            f"service on this node, or ask another one"
        )
    if status in (401, 403):
        return (
            f"{said}: something before Extension Mobility (a proxy, single sign-on) lets nobody pass; check "
            f"the address"
        )
    if 300 <= status < 400:
        where = f" to {shown(answered.location)}" if answered.location else ""
        return (
            f"{said}: it sends the client elsewhere{where}, as a login page or a proxy does; it is not "
            f"followed, for it would get the password; check the address"
        )
    if status in (500, 502, 504):
        return f"{said}: the service or a proxy before it failed; look into the log of this node"
    return f"{said}; only 200 is an answer of Extension Mobility; check the address"


def _all(failures: Sequence[TransportError]) -> TransportError:
    """Return the last failure, which tells of all: each service has failed in its own way."""
    *_, last = failures
    last.message = "; ".join(dict.fromkeys(error.message for error in failures))
    return last


def _success(answer: _Answer, service: str) -> None:
    if not isinstance(answer, Success):
        raise BrokenAnswer(f"{service} answered a request with {type(answer).__name__}; check it", service)


def _rows(kind: type, name: str, asked: Sequence[str]) -> Callable[[_Answer, str], list[Any]]:
    """Return what reads the rows of an answer: one for each that was asked for, in that order."""

    def read(answer: _Answer, service: str) -> list[Any]:
        if not isinstance(answer, kind):
            given = type(answer).__name__
            raise BrokenAnswer(
                f"{service} answered with {given}, not with {kind.__name__}; check it", service
            )
        rows: dict[str, Any] = {}
        wanted = [_key(one) for one in asked]
        for row in getattr(answer, name):
            key = _key(row.name if kind is DeviceUserResults else row.id)
            if key not in wanted_set:
                raise BrokenAnswer(
                    f"{service} answered about {name} that nobody asked for; check what is between", service
                )
            if rows.setdefault(key, row) != row:
                raise BrokenAnswer(
                    f"{service} answered twice and differently about one of the {name}", service
                )
        if len(rows) < len(wanted_set):
            raise BrokenAnswer(
                f"{service} answered about {len(rows)} of {len(wanted_set)} {name}; check it", service
            )
        return [rows[key] for key in wanted]

    wanted_set = {_key(one) for one in asked}
    return read


def _key(name: str) -> str:
    """Return what names are compared by: the service ignores case and the blanks around."""
    return name.strip(" \t\r\n").casefold()
