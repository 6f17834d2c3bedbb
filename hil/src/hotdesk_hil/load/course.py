"""The course of a run, as the master steers it: phase after phase, the check behind each, and its end.

A run ends when every desk is through, when something shows that it cannot succeed, or when its time is over,
whichever comes first. Must never send a request for a desk: those are the crews'.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field

from hotdesk.client import Attempt

from hotdesk_hil.load.check import Check, check, expected
from hotdesk_hil.load.counters import Control, ControlError, Counters
from hotdesk_hil.load.crew import Plan, Sent
from hotdesk_hil.load.desks import Desk
from hotdesk_hil.load.phases import NIGHT
from hotdesk_hil.load.phone import Closed, Miss, Service, log_out_all, outcome
from hotdesk_hil.load.tally import Phase, Tally

GRACE = 60.0
"""Seconds that what is under way may take when the time is over: an exchange and the query behind it."""
PROGRESS = 5.0
"""Seconds between two lines about the progress."""

log = logging.getLogger("hotdesk-load")


@dataclass
class Done:
    """A phase that is over: how long it took, what its desks did, what the service says of them."""

    name: str
    seconds: float
    counts: Phase
    check: Check | None = None


@dataclass
class Outcome:
    """What a run came to."""

    desks: int
    phases: list[Done] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    stopped: tuple[str, str] | None = None
    """Why the run ended before its end: who is to blame, and why."""
    counters: tuple[Counters, Counters] | str = "not read: no --control"
    """The service's counters before and after, or why they are not known."""
    in_progress: int = 0
    """The highest Requests In Progress that was seen."""
    ended: bool = False

    def reached(self, phases: Sequence[str]) -> bool:
        """Tells whether every desk went through every phase, and the service agrees."""
        return (
            self.ended
            and self.stopped is None
            and [done.name for done in self.phases] == list(phases)
            and all(done.counts.through == self.desks for done in self.phases)
            and all(
                done.check is not None and done.check.failed is None and not done.check.wrong
                for done in self.phases
            )
        )


class Course:
    """One run. `total` returns the counts of all processes, `say` tells them `begin PHASE` or `close`.

    `trouble` returns why the run cannot go on, None where it can: a worker is gone, or has other desks.
    """

    def __init__(
        self,
        plan: Plan,
        desks: Sequence[Desk],
        service: Service,
        seconds: float,
        total: Callable[[], Tally],
        say: Callable[[str], None],
        trouble: Callable[[], str | None],
        sent: Sent,
        control: Control | None = None,
    ) -> None:
        self.outcome = Outcome(len(desks))
        self._plan = plan
        self._desks = desks
        self._service = service
        self._seconds = seconds
        self._total = total
        self._say = say
        self._trouble = trouble
        self._sent = sent
        self._control = control
        self._own = Tally()
        self._told = 0.0

    def run(self) -> Iterator[None]:
        """Yields while it waits; ends when the run has."""
        deadline = time.monotonic() + self._seconds
        before = self._counters()
        manned = yield from self._until(lambda: self._now().desks >= len(self._desks), deadline, "phones")
        if manned:
            for phase in self._plan.phases:
                if not (yield from self._phase(phase, deadline)):
                    break
        self._say("close")
        grace = time.monotonic() + GRACE
        while not self._idle() and time.monotonic() < grace and self._trouble() is None:
            yield
        for done in self.outcome.phases:
            if done.check is None and self.outcome.stopped is not None and self.outcome.stopped[0] == "time":
                done.check = check(self._service, expected(done.name, self._desks))
        self._after(before)
        self.outcome.ended = True

    def _phase(self, phase: str, deadline: float) -> Generator[None, None, bool]:
        start = time.monotonic()
        if phase == NIGHT and (miss := self._log_out_all(deadline)) is not None:
            self.outcome.stopped = (miss.party, f"logoutAll: {miss.what}")
            return False
        self._say(f"begin {phase}")
        complete = yield from self._until(
            lambda: self._now().phase(phase).over >= len(self._desks), deadline, phase
        )
        done = Done(phase, time.monotonic() - start, self._now().phase(phase))
        self.outcome.phases.append(done)
        if complete:
            done.check = check(self._service, expected(phase, self._desks))
        return complete

    def _until(
        self, condition: Callable[[], bool], deadline: float, phase: str
    ) -> Generator[None, None, bool]:
        """Waits for a condition; returns False where the run must end before it holds."""
        while not condition():
            if (fatal := self._now().fatal) is not None:
                self.outcome.stopped = fatal
            elif (trouble := self._trouble()) is not None:
                self.outcome.stopped = ("load", trouble)
            elif time.monotonic() > deadline:
                self.outcome.stopped = ("time", f"--run-time was over during {phase}")
            else:
                self._progress(phase)
                yield
                continue
            return False
        return True

    def _log_out_all(self, deadline: float) -> Miss | None:
        never = threading.Event()

        def wait(seconds: float) -> None:
            if time.monotonic() + seconds > deadline:
                raise Closed
            never.wait(seconds)

        def attempted(attempt: Attempt) -> None:
            what = outcome(attempt)
            self._own.sent(attempt.operation, what)
            self._sent(attempt.operation, attempt.seconds, what)

        try:
            return log_out_all(self._service, wait, attempted)
        except Closed:
            return Miss("service", "code 26 (busy) until the run's time was over")

    def _now(self) -> Tally:
        tally = self._total()
        tally.add(self._own)
        return tally

    def _idle(self) -> bool:
        """Tells whether every desk that began a phase is through with it."""
        now = self._now()
        return all(now.phase(done.name).over >= now.desks for done in self.outcome.phases)

    def _progress(self, phase: str) -> None:
        counters = self._counters()
        if isinstance(counters, Counters):
            self.outcome.in_progress = max(self.outcome.in_progress, counters.in_progress)
        if time.monotonic() - self._told < PROGRESS:
            return
        self._told = time.monotonic()
        now = self._now()
        if phase in self._plan.phases:
            counts = now.phase(phase)
            busy = sum(
                n for each in now.requests.values() for what, n in each.items() if what.startswith("code 26")
            )
            log.info(
                "%s: %d of %d through, %d missed; busy answers so far: %d",
                phase, counts.through, len(self._desks), counts.missed.total(), busy,
            )  # fmt: skip
        else:
            log.info("%d of %d phones are there", now.desks, len(self._desks))

    def _counters(self) -> Counters | str | None:
        if self._control is None:
            return None
        try:
            return self._control.counters()
        except ControlError as error:
            return str(error)

    def _after(self, before: Counters | str | None) -> None:
        self.outcome.tally = self._now()
        for done in self.outcome.phases:
            done.counts = self.outcome.tally.phase(done.name)
        after = self._counters()
        if isinstance(before, str) or isinstance(after, str):
            self.outcome.counters = f"not read: {before if isinstance(before, str) else after}"
        elif before is not None and after is not None:
            self.outcome.counters = (before, after)
