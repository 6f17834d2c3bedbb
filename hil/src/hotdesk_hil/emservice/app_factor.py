"""The second factor at the login application: who is being asked, from which phone, how long, and the pages
meanwhile.

Must never take a user from a request: who logs in is whom the token stands for. Nobody logs in where the
factor does not say so in time: not by a late approval, not after Cancel, not while its service is off.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

from hotdesk_hil.emservice import app_pages as pages
from hotdesk_hil.emservice.app_pages import BACKSPACE, EXIT, SUBMIT, Field, Page, SoftKey
from hotdesk_hil.emservice.app_request import Asked
from hotdesk_hil.emservice.clock import Clock
from hotdesk_hil.emservice.cluster import User, fold
from hotdesk_hil.emservice.codes import AppCode, AppRefused
from hotdesk_hil.emservice.emcc import Visitor
from hotdesk_hil.emservice.second_factor import (
    FactorAnswer,
    FactorUnavailable,
    Outcome,
    PushImpossible,
    SecondFactor,
    Started,
)
from hotdesk_hil.emservice.traces import Traces

TOKEN_SECONDS = 120
"""How long after the PIN a login may be completed."""
PUSH_SECONDS = 60
"""How long a person has to answer a push."""
PUSH_LIMIT = 3
PUSH_LIMIT_SECONDS = 600
"""Pushes that a user gets within so many seconds."""
CODE_LIMIT = 3
"""Wrong codes until the login is over."""
POLL_SECONDS = 3
"""After how many seconds the phone asks again."""
WAITING_KEPT = 10_000
TITLE = "Second Factor"

_T = TypeVar("_T")

log = logging.getLogger("hotdesk_hil.emservice")


class Asking(NamedTuple):
    """Who is asked for a second factor at which phone, and until when by the service's clock."""

    user: str
    device: str
    until: float


@dataclass(eq=False)
class Waiting:
    """A person whose PIN was right, and who is asked for the second factor. The token is in `repr` never."""

    user: User | Visitor
    device: str
    remote: str | None
    asked: Asked
    until: float
    thread: str
    token: str = field(repr=False)
    starting: asyncio.Task[Started] | None = field(default=None, repr=False)
    push_until: float = 0.0
    wrong_codes: int = 0


class FactorSteps:
    """The steps between PIN and login. `admit` logs a user in, or lets him choose a profile first."""

    def __init__(
        self,
        factor: SecondFactor,
        clock: Clock,
        path: str,
        admit: Callable[[User | Visitor, Asked], Awaitable[Page]],
        traces: Traces,
    ) -> None:
        self._factor = factor
        self._clock = clock
        self._path = path
        self._admit = admit
        self._traces = traces
        self._waiting: dict[str, Waiting] = {}
        self._pushes: dict[str, deque[float]] = {}

    def reset(self) -> None:
        """Forgets who is being asked and who was."""
        self._waiting.clear()
        self._pushes.clear()

    def user_of(self, token: str) -> str:
        """Returns the user of a token; empty for an unknown one."""
        waiting = self._waiting.get(token)
        return "" if waiting is None else waiting.user.id

    def asking(self) -> list[Asking]:
        """Returns who is being asked now: until the end of the push, or for a code of the token."""
        now = self._clock.now()
        return [
            Asking(one.user.id, one.asked.device, one.push_until if now < one.push_until else one.until)
            for one in list(self._waiting.values())
            if now < one.until
        ]

    async def begin(self, user: User | Visitor, asked: Asked) -> Page:
        """Asks a person whose PIN is right; one who is being asked at this phone already is not asked
        twice.
        """
        now = self._clock.now()
        self._waiting = {token: one for token, one in self._waiting.items() if now < one.until}
        for one in list(self._waiting.values()):
            if (one.user.id, one.device, one.remote) == (user.id, fold(asked.device), asked.remote):
                if one.starting is not None and now < one.push_until:
                    return await self._show(one, asked)
                # Nothing is under way: the PIN begins anew.
                self._end(one)
        while len(self._waiting) >= WAITING_KEPT:
            del self._waiting[next(iter(self._waiting))]
        waiting = Waiting(
            user,
            fold(asked.device),
            asked.remote,
            # Without the PIN, which has done its work.
            replace(asked, pins={}),
            now + TOKEN_SECONDS,
            self._traces.thread,
            secrets.token_urlsafe(16),
        )
        self._waiting[waiting.token] = waiting
        return await self._start(waiting, asked)

    async def step(self, asked: Asked) -> Page:
        """Carries out a request with a token: to ask again, to type a code, to cancel."""
        waiting = self._of(asked)
        self._traces.go_on(waiting.thread)
        if asked.cancel:
            self._end(waiting)
            self._traces.second_factor(waiting.user.id, asked.device, "cancelled")
            return self._text("Cancelled.", EXIT, detail="cancelled at the phone")
        if asked.again:
            if waiting.starting is not None and self._clock.now() < waiting.push_until:
                return await self._show(waiting, asked)
            return await self._start(waiting, asked)
        if "otp" in asked.pins:
            return await self._check_code(waiting, asked)
        if asked.enter_code:
            return self._code_form(waiting, asked, "Enter the code", detail=None)
        return await self._show(waiting, asked)

    def _of(self, asked: Asked) -> Waiting:
        waiting = self._waiting.get(asked.factor_token or "")
        if waiting is None or self._clock.now() >= waiting.until:
            what = f"the token of the second factor is used, unknown or older than {TOKEN_SECONDS} s"
            raise AppRefused(AppCode.AUTHENTICATION, what)
        if (fold(asked.device), asked.remote) != (waiting.device, waiting.remote):
            raise AppRefused(AppCode.AUTHENTICATION, "the token of the second factor is another phone's")
        return waiting

    def _end(self, waiting: Waiting) -> None:
        """Ends a token: whatever the factor says from now on, it logs nobody in."""
        self._waiting.pop(waiting.token, None)

    # Asking the person

    async def _start(self, waiting: Waiting, asked: Asked) -> Page:
        if not self._factor.pushes:
            return self._code_form(waiting, asked, "Enter the code", detail="asked for a code")
        now = self._clock.now()
        pushes = self._pushes.setdefault(fold(waiting.user.id), deque())
        while pushes and pushes[0] <= now - PUSH_LIMIT_SECONDS:
            pushes.popleft()
        if len(pushes) >= PUSH_LIMIT:
            minutes = max(1, round((pushes[0] + PUSH_LIMIT_SECONDS - now) / 60))
            waiting.starting = None
            detail = f"{PUSH_LIMIT} pushes in {PUSH_LIMIT_SECONDS // 60} minutes: no further one is sent"
            return self._ask_for_code(
                waiting, asked, f"Too many requests. Try again in {minutes} min.", detail
            )
        pushes.append(now)
        waiting.push_until = min(now + PUSH_SECONDS, waiting.until)
        seconds = int(waiting.push_until - now)
        # A task of its own: a phone that hangs up, or asks twice, does not send it a second time.
        start = self._factor.start(waiting.user.id, asked.device, seconds)
        waiting.starting = asyncio.get_running_loop().create_task(_told(start))
        waiting.starting.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await self._show(waiting, asked)

    async def _show(self, waiting: Waiting, asked: Asked) -> Page:
        """Returns the page of a challenge as it is now; the person is in where the factor says so in time."""
        if waiting.starting is None:
            return self._code_form(waiting, asked, "Enter the code", detail=None)
        try:
            started = await asyncio.shield(waiting.starting)
            if self._clock.now() >= waiting.push_until:
                # Not asked: an approval that comes now comes too late.
                return self._expired(waiting, asked, FactorAnswer(Outcome.EXPIRED))
            answer = await _told(self._factor.poll(started))
            self._traces.second_factor(waiting.user.id, asked.device, answer.outcome.value)
        except PushImpossible as error:
            waiting.starting = None
            words = f"A push is not possible{_number(error.code)}."
            return self._ask_for_code(waiting, asked, words, error.detail)
        except FactorUnavailable as error:
            return self._unavailable(waiting, error)
        return await self._decided(waiting, asked, started, answer)

    async def _decided(self, waiting: Waiting, asked: Asked, started: Started, answer: FactorAnswer) -> Page:
        if waiting.token not in self._waiting:
            # Cancelled, or logged in by a code, while the factor was asked.
            raise AppRefused(AppCode.AUTHENTICATION, "the token of the second factor has been used")
        now = self._clock.now()
        if answer.outcome is Outcome.EXPIRED or now >= waiting.push_until:
            return self._expired(waiting, asked, answer)
        if answer.outcome is Outcome.PENDING:
            return self._wait(waiting, asked, started, int(waiting.push_until - now), answer)
        self._end(waiting)
        if answer.outcome is Outcome.APPROVED:
            return await self._admit(waiting.user, replace(waiting.asked, base=asked.base))
        words = _WORDS[answer.outcome] + _number(answer.code)
        return self._text(words, EXIT, code=AppCode.AUTHENTICATION, detail=_detail(answer))

    def _wait(
        self, waiting: Waiting, asked: Asked, started: Started, seconds: int, answer: FactorAnswer
    ) -> Page:
        keys = [SoftKey("Cancel", self._url(waiting, asked, cancel="true"))]
        if self._factor.takes_codes:
            keys.insert(0, SoftKey("Code", self._url(waiting, asked, enter="code")))
        lines = ["Approve on your mobile", f"{seconds} s left"]
        title = TITLE
        if started.number is not None:
            # In the title, and in a line of its own: an object of text has no larger letters.
            title = f"Number: {started.number}"
            lines[:1] = ["Choose this number on your mobile:", f"* * *   {started.number}   * * *"]
        body = pages.text("\n".join(lines), title=title, soft_keys=keys)
        refresh = f"{POLL_SECONDS}; url={self._url(waiting, asked)}"
        return Page(body, refresh, detail=_detail(answer), expired=True)

    def _expired(self, waiting: Waiting, asked: Asked, answer: FactorAnswer) -> Page:
        waiting.starting = None
        keys = [SoftKey("Again", self._url(waiting, asked, again="true")), EXIT]
        if self._factor.takes_codes:
            keys.insert(1, SoftKey("Code", self._url(waiting, asked, enter="code")))
        words = _WORDS[Outcome.EXPIRED] + _number(answer.code)
        detail = _detail(answer._replace(outcome=Outcome.EXPIRED))
        return self._text(words, *keys, code=AppCode.AUTHENTICATION, detail=detail)

    def _unavailable(self, waiting: Waiting, error: FactorUnavailable) -> Page:
        self._end(waiting)
        # What the person can tell the administrator; the log has the reason beside it.
        number = secrets.token_hex(3)
        log.error("second factor %s: %s", number, error.detail)
        words = f"Second factor is not available{_number(error.code)}.\nNobody was logged in. Log: {number}"
        detail = f"second factor is not available, log {number}: {error.detail}"
        return self._text(words, EXIT, code=AppCode.AUTHENTICATION, detail=detail)

    # Codes

    async def _check_code(self, waiting: Waiting, asked: Asked) -> Page:
        if not self._factor.takes_codes:
            raise AppRefused(AppCode.AUTHENTICATION, "the second factor takes no codes")
        code = asked.pins["otp"].strip()
        if not code:
            return self._code_form(waiting, asked, "Enter the code", detail=None)
        if waiting.wrong_codes >= CODE_LIMIT:
            raise AppRefused(AppCode.AUTHENTICATION, f"{CODE_LIMIT} wrong codes")
        # Counted before it is known, so that codes sent side by side are no more tries.
        waiting.wrong_codes += 1
        try:
            answer = await _told(self._factor.check_code(waiting.user.id, code))
        except FactorUnavailable as error:
            return self._unavailable(waiting, error)
        if waiting.token not in self._waiting or self._clock.now() >= waiting.until:
            raise AppRefused(
                AppCode.AUTHENTICATION, "the token of the second factor has been used, or is over"
            )
        if answer.outcome is Outcome.APPROVED:
            self._end(waiting)
            return await self._admit(waiting.user, replace(waiting.asked, base=asked.base))
        words = _WORDS.get(answer.outcome, "Code is not accepted") + _number(answer.code)
        if waiting.wrong_codes >= CODE_LIMIT:
            self._end(waiting)
            return self._text(words, EXIT, code=AppCode.AUTHENTICATION, detail=_detail(answer))
        return self._code_form(waiting, asked, words, detail=_detail(answer), code=AppCode.AUTHENTICATION)

    def _ask_for_code(self, waiting: Waiting, asked: Asked, words: str, detail: str) -> Page:
        keys = [EXIT]
        if self._factor.takes_codes:
            keys.insert(0, SoftKey("Code", self._url(waiting, asked, enter="code")))
        else:
            self._end(waiting)
        return self._text(words, *keys, code=AppCode.AUTHENTICATION, detail=f"second factor: {detail}")

    def _code_form(
        self, waiting: Waiting, asked: Asked, prompt: str, *, detail: str | None, code: int | None = None
    ) -> Page:
        if not self._factor.takes_codes:
            raise AppRefused(AppCode.AUTHENTICATION, "the second factor takes no codes")
        body = pages.form(
            TITLE,
            prompt,
            self._url(waiting, asked),
            [Field("Code", "otp", "N")],
            [SUBMIT, BACKSPACE, SoftKey("Cancel", self._url(waiting, asked, cancel="true"))],
        )
        return Page(body, code=code, detail=detail, expired=True)

    def _text(self, words: str, *keys: SoftKey, detail: str, code: int | None = None) -> Page:
        return Page(pages.text(words, title=TITLE, soft_keys=keys), code=code, detail=detail, expired=True)

    def _url(self, waiting: Waiting, asked: Asked, **more: str) -> str:
        return asked.url(self._path, device=asked.device, mfa=waiting.token, **more)


_WORDS = {
    Outcome.DENIED: "Request denied",
    Outcome.EXPIRED: "No answer",
    Outcome.CHANGED: "Another request took its place",
    Outcome.NOT_MET: "Not accepted",
    Outcome.WRONG_CODE: "Code is wrong",
}


async def _told(asking: Awaitable[_T]) -> _T:
    """Awaits a factor; whatever fails in it is `FactorUnavailable`, since no failure may let anybody in."""
    try:
        return await asking
    except FactorUnavailable:
        raise
    except Exception as error:
        # Its type alone: its text is the factor's own, and may hold what was typed.
        raise FactorUnavailable(f"the factor failed: {type(error).__name__}") from None


def _number(code: str | None) -> str:
    return "" if code is None else f" ({code})"


def _detail(answer: FactorAnswer) -> str:
    return (
        f"second factor: {answer.outcome.value}{_number(answer.code)}{answer.detail and ': '}{answer.detail}"
    )
