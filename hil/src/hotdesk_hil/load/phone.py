"""What a phone and its person do at one desk, over the package `hotdesk`.

They wait as at a desk: while the service is busy (code 26) the phone counts down and tries again, at growing
intervals and not for ever; after that the person pauses and presses the key again, a bounded number of times.
What may have happened is asked about before anything is sent again. Each exchange has its own connection.
"""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from hotdesk import (
    AnswerLost,
    AppInfo,
    BrokenAnswer,
    CertificateRefused,
    Error,
    Secret,
    ServiceRefused,
    TransportError,
    TurnedAway,
    Unreachable,
    Unsendable,
    codes,
)
from hotdesk.bulk import ASKER
from hotdesk.client import Attempt, Client, Retry, Timeouts

from hotdesk_hil.load.desks import Desk, Person

BUSY, ANOTHER_USER, NOBODY = 26, 18, 19
COUNT_DOWNS = 5
"""How often the phone tries again by itself while the service is busy: firmware/phone/src/app/busy.rs."""
FIRST_WAIT, LONGEST_WAIT = 3.0, 30.0
"""Seconds of the first count-down; each further one is twice as long, up to the longest."""
VARY = 0.8, 1.2
"""The random factor of each count-down."""
PAUSE = 10.0, 30.0
"""Seconds until a person whose phone gave up presses the key again."""
SOMEBODY = "somebody was still logged in after everybody had been logged out"
TIMEOUTS = Timeouts(connect=5, write=10, read=15, answer=30)
ONCE = Retry(attempts=1)


@dataclass(frozen=True)
class Service:
    """How the service is reached, and who asks: an application user with proxy rights."""

    url: str
    app: AppInfo
    ca: str | None = None
    allow_http: bool = False

    def client(
        self,
        app: AppInfo | None = None,
        on_attempt: Callable[[Attempt], None] | None = None,
        retry: Retry = ONCE,
    ) -> Client:
        """Returns a client; one of a phone sends once, for its phone waits."""
        is_secure = not self.url.startswith("http:")
        return Client(
            self.url,
            app or self.app,
            ca=self.ca,
            ssl_context=_system_trust() if is_secure and self.ca is None else None,
            allow_http=self.allow_http,
            timeouts=TIMEOUTS,
            retry=retry,
            concurrency=1,
            on_attempt=on_attempt,
        )


@cache
def _system_trust() -> ssl.SSLContext:
    """Returns settings that trust this system's authorities, which take long to read, once a process."""
    return ssl.create_default_context()


@dataclass(frozen=True)
class Miss:
    """Why a person did not get what he wanted: `party` is to blame, `what` groups the same reasons."""

    party: str
    what: str
    fatal: bool = False
    """Whether it holds for every desk, so that nobody else need try."""


class Closed(Exception):
    """The run is over: nothing new is begun."""


class Phone:
    """The phone of one desk.

    `wait` waits some seconds and raises `Closed` where the run ended; `on_attempt` is called after each
    sending. `tries` is how often a person presses the key.
    """

    def __init__(
        self,
        desk: Desk,
        service: Service,
        wait: Callable[[float], None],
        on_attempt: Callable[[Attempt], None],
        tries: int,
    ) -> None:
        self._device = desk.device
        self._service = service
        self._wait = wait
        self._on_attempt = on_attempt
        self._tries = tries

    def log_in(self, person: Person) -> Miss | None:
        """Logs a person in; whoever forgot to log out is logged out first."""
        app = self._service.app
        if person.pin is not None:
            app = AppInfo(id=person.user, certificate=Secret(person.pin))

        def press() -> None:
            try:
                with self._client(app) as client:
                    client.login(self._device, person.user)
            except ServiceRefused as refused:
                if refused.code != ANOTHER_USER:
                    raise
                self._log_out_whoever()
                with self._client(app) as client:
                    client.login(self._device, person.user)

        return self._persist(press, person.user, signed_by_person=person.pin is not None)

    def log_out(self) -> Miss | None:
        """Logs out whoever is on the phone."""
        return self._persist(self._log_out_whoever, None)

    def look(self) -> Miss | None:
        """Asks who is on the phone, as it does by itself now and then; somebody is a miss."""
        found: list[str] = []

        def ask() -> None:
            user = self._who()
            found[:] = [] if user is None else [user]

        miss = self._persist(ask, None)
        return Miss("service", SOMEBODY) if miss is None and found else miss

    def _client(self, app: AppInfo | None = None) -> Client:
        return self._service.client(app, self._on_attempt)

    def _who(self) -> str | None:
        with self._client() as client:
            return client.device_users(self._device)[0].user

    def _log_out_whoever(self) -> None:
        try:
            with self._client() as client:
                client.logout(self._device)
        except ServiceRefused as refused:
            if refused.code != NOBODY:
                raise

    def _persist(
        self, press: Callable[[], None], wanted: str | None, *, signed_by_person: bool = False
    ) -> Miss | None:
        """Presses the key until the phone shows `wanted`, or the person's patience ends."""
        miss: Miss | None = None
        unsure = False
        for number in range(self._tries):
            try:
                if number > 0:
                    self._wait(random.uniform(*PAUSE))  # noqa: S311 (no secret)
                if unsure and _same(self._who(), wanted):
                    return None
                unsure = False
                self._count_down(press)
            except Closed:
                if miss is None:
                    raise
                return miss
            except Error as error:
                miss = _miss(error, signed_by_person=signed_by_person)
                unsure = unsure or isinstance(error, AnswerLost)
                if not _passes(error):
                    return miss
            else:
                return None
        return miss

    def _count_down(self, press: Callable[[], None]) -> None:
        for seconds in _count_downs():
            try:
                return press()
            except ServiceRefused as refused:
                if refused.code != BUSY:
                    raise
                busy = refused
            try:
                self._wait(seconds)
            except Closed:
                raise busy from None  # that is what he waited for
        return press()


def log_out_all(
    service: Service, wait: Callable[[float], None], on_attempt: Callable[[Attempt], None]
) -> Miss | None:
    """Logs everybody out, once; only a service that is busy is asked again."""
    try:
        for seconds in _count_downs():
            try:
                with service.client(on_attempt=on_attempt) as client:
                    client.logout_all()
            except ServiceRefused as refused:
                if refused.code != BUSY:
                    raise
                wait(seconds)
            else:
                return None
        with service.client(on_attempt=on_attempt) as client:
            client.logout_all()
    except Error as error:
        return _miss(error)
    return None


def outcome(attempt: Attempt) -> str | None:
    """Returns what became of a sending, None for success: the same text for the same reason."""
    if attempt.outcome == "answered":
        return None
    if attempt.outcome in ("refused", "busy"):
        return (
            f"code {attempt.code}: {codes.em_service[attempt.code].name}"
            if attempt.code is not None
            else "no code"
        )
    return f"{attempt.outcome}: {_without_names(attempt.error)}" if attempt.error else attempt.outcome


def _count_downs() -> Iterator[float]:
    for number in range(COUNT_DOWNS):
        yield min(FIRST_WAIT * 2**number, LONGEST_WAIT) * random.uniform(*VARY)  # noqa: S311 (no secret)


def _passes(error: Error) -> bool:
    """Tells whether it makes sense to press the key once more."""
    if isinstance(error, ServiceRefused):
        return error.code is not None and codes.em_service[error.code].who == "wait"
    return isinstance(error, TransportError) and error.retry


def _miss(error: Error, *, signed_by_person: bool = False) -> Miss:
    """Says whose fault a failure is: of who asks, of desks and cluster, of the service, of the network."""
    if isinstance(error, ServiceRefused):
        row = None if error.code is None else codes.em_service[error.code]
        what = (
            f"code {error.code}: {row.name}; {_plain(row.remedy)}"
            if row and row.name
            else f"code {error.code}"
        )
        if error.code in ASKER and signed_by_person:
            return Miss("desks", what)
        if error.code in ASKER:
            return Miss("who asks", f"{what}; check --app and its password", fatal=True)
        if row is not None and row.who in ("person", "administrator"):
            return Miss("desks", what)
        return Miss("service", what)
    if isinstance(error, Unsendable):
        return Miss("desks", f"{error.field} cannot be sent")
    if isinstance(error, CertificateRefused):
        return Miss("who asks", str(error), fatal=True)
    if isinstance(error, TurnedAway):
        return Miss("service", _without_names(error))
    if isinstance(error, Unreachable):
        return Miss("network", _without_names(error))
    if isinstance(error, AnswerLost):
        return Miss("service or network", "the answer was lost, and no query could tell what became of it")
    if isinstance(error, BrokenAnswer):
        return Miss("service", _without_names(error))
    return Miss("load", type(error).__name__)


def _without_names(error: Error) -> str:
    """Returns a text that a thousand failures of the same kind share."""
    return str(error).partition(";")[0]


def _plain(remedy: str | None) -> str:
    """Returns a remedy without the stop at its end, for a line that goes on."""
    return (remedy or "").removesuffix(".")


def _same(user: str | None, wanted: str | None) -> bool:
    if user is None or wanted is None:
        return user is wanted
    return user.casefold() == wanted.casefold()
