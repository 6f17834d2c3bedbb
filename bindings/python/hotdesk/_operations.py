"""What a client does, without doing it: each operation is a generator that yields what is to be sent or how
long to wait, is told what became of it, and returns the result.

No socket, no clock, no thread: `Client` and `AsyncClient` drive the same generators. Nothing is ever sent
again that may have happened: code 26 and connections that failed before a byte was sent are, a lost answer
is followed by a query.
"""

import random
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

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
)
from .errors import AnswerLost, BrokenAnswer, Error, Refused, ServiceRefused, TransportError, Unreachable

BUSY = 26
ANOTHER_USER = 18
NOBODY_LOGGED_IN = 19

Duration: TypeAlias = int | Literal["indefinite"] | None


@dataclass(frozen=True)
class Send:
    """Post `form` to the service at `endpoint`, an index."""

    endpoint: int
    form: bytes

    def __repr__(self) -> str:
        return f"Send(endpoint={self.endpoint})"


@dataclass(frozen=True)
class Wait:
    """Do nothing for some seconds."""

    seconds: float


@dataclass(frozen=True)
class Answered:
    """An HTTP answer came, complete."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Failed:
    """No complete answer came; `error` is `Unreachable` where nothing was sent."""

    error: TransportError


Effect: TypeAlias = Send | Wait
Outcome: TypeAlias = Answered | Failed | None
T = TypeVar("T")
Steps: TypeAlias = Generator[Effect, Outcome, T]
_Answer: TypeAlias = (
    Success | Failure | DeviceUserResults | UserDevicesResults | DeviceProfileResults | CheckUserResults
)


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
    """The operations of one cluster: who asks, how many services there are, and which of them answered
    last.
    """

    def __init__(
        self, app: AppInfo, endpoints: int, retry: Retry, on_busy: Callable[[], None] | None
    ) -> None:
        self._app = app
        self._endpoints = endpoints
        self._retry = retry
        self._on_busy = on_busy
        self._current = 0

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
            return row.user is not None and row.user.casefold() == user.casefold()

        yield from self._change(request.to_form(), device, done)

    def logout(self, device: str) -> Steps[None]:
        """Log out whoever is on the device; after a lost answer ask whether somebody still is."""
        request = Logout(app=self._app, device_name=device)
        yield from self._change(request.to_form(), device, lambda row: row.status == "loggedOut")

    def logout_all(self) -> Steps[None]:
        """Log everybody out; no query can say afterwards whether a lost answer was a success."""
        try:
            answer = yield from self._exchange(LogoutAll(app=self._app).to_form())
        except Unreachable:
            raise
        except TransportError as error:
            raise AnswerLost(
                f"{error.message}; look on the service whether everybody is logged out"
            ) from error
        _succeed(answer)

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
        answer = yield from self._ask(DeviceUserQuery(app=self._app, devices=devices).to_form())
        return _rows(answer, DeviceUserResults, "devices", len(devices))

    def user_devices(self, users: Sequence[str]) -> Steps[list[UserDevices]]:
        """Ask on which devices the users are."""
        answer = yield from self._ask(UserDevicesQuery(app=self._app, users=users).to_form())
        return _rows(answer, UserDevicesResults, "users", len(users))

    def device_profiles(self, users: Sequence[str]) -> Steps[list[UserProfiles]]:
        """Ask which device profiles the users have."""
        answer = yield from self._ask(DeviceProfileQuery(app=self._app, users=users).to_form())
        return _rows(answer, DeviceProfileResults, "users", len(users))

    def check_user(self, users: Sequence[str]) -> Steps[list[UserCheck]]:
        """Ask whether the users exist."""
        answer = yield from self._ask(CheckUser(app=self._app, users=users).to_form())
        return _rows(answer, CheckUserResults, "users", len(users))

    def _change(self, form: bytes, device: str, done: Callable[[DeviceResult], bool]) -> Steps[None]:
        try:
            answer = yield from self._exchange(form)
        except Unreachable:
            raise
        except TransportError as error:
            try:
                (row,) = yield from self.device_users([device])
            except Error as query:
                what = f"{error.message}; whether it is done is not known, for the query failed, too: {query}"
                raise AnswerLost(what) from error
            if not done(row):
                what = f"{error.message}; the service shows that it is not done"
                raise AnswerLost(what, done=False) from error
        else:
            _succeed(answer)

    def _ask(self, form: bytes) -> Steps[_Answer]:
        """Send a query; it changes nothing, so it is sent again whatever became of it."""
        for attempt in range(self._retry.attempts):
            try:
                answer = yield from self._exchange(form)
            except Unreachable:
                raise
            except TransportError:
                if attempt + 1 >= min(3, self._retry.attempts):
                    raise
                yield self._retry.wait(attempt)
            else:
                if isinstance(answer, Failure):
                    raise ServiceRefused(answer.code, answer.text)
                return answer
        raise AssertionError("the last attempt returns or raises")

    def _exchange(self, form: bytes) -> Steps[_Answer]:
        """Send a request until it may have happened; return the answer that is no 26.

        Raises `Unreachable` where it was never sent, another `TransportError` where it may have happened.
        """
        attempt = 0
        while True:
            answer = yield from self._post(form, last=attempt + 1 >= self._retry.attempts)
            if answer is not None:
                return answer
            yield self._retry.wait(attempt)
            attempt += 1

    def _post(self, form: bytes, *, last: bool) -> Steps[_Answer | None]:
        """Try each service once, the one that answered last first; return `None` where it is to be tried
        again.
        """
        error: Unreachable | None = None
        for _ in range(self._endpoints):
            outcome = yield Send(self._current, form)
            if isinstance(outcome, Failed):
                if not isinstance(outcome.error, Unreachable):
                    raise outcome.error
                error = outcome.error
                self._current = (self._current + 1) % self._endpoints
                continue
            assert isinstance(outcome, Answered), outcome
            answer = _read(outcome)
            if isinstance(answer, Failure) and answer.code == BUSY and not last:
                if self._on_busy is not None:
                    self._on_busy()
                return None
            return answer
        if error is not None and (last or not error.retry):
            raise error
        return None


def _read(answered: Answered) -> _Answer:
    if answered.status != 200:
        raise BrokenAnswer(
            f"the service answered with HTTP status {answered.status}; only 200 is an answer of Extension "
            f"Mobility"
        )
    try:
        message = parse(answered.body)
    except Refused as refused:
        raise BrokenAnswer(f"the answer is no message of Extension Mobility: {refused}") from None
    if not isinstance(message, _Answer):
        raise BrokenAnswer("the service sent a request instead of an answer; check the address")
    return message


def _succeed(answer: _Answer) -> None:
    if isinstance(answer, Failure):
        raise ServiceRefused(answer.code, answer.text)
    if not isinstance(answer, Success):
        raise AnswerLost("the service answered a request with rows; look on it whether it was carried out")


def _rows(answer: object, kind: type, name: str, asked: int) -> list:  # type: ignore[type-arg]
    if not isinstance(answer, kind):
        wanted = kind.__name__
        raise BrokenAnswer(f"the service answered with {type(answer).__name__}, not with {wanted}; check it")
    rows = list(getattr(answer, name))
    if len(rows) != asked:
        raise BrokenAnswer(f"the service answered {len(rows)} rows where {asked} were asked for; check it")
    return rows
