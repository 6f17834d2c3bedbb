"""The desks of one process: each waits for its turn in a phase, does what it is to do, and is counted.

Uses `threading` alone, which Locust makes cooperative; must never talk to the master itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from hotdesk.client import Attempt

from hotdesk_hil.load.desks import Desk
from hotdesk_hil.load.phases import NIGHT, SHIFT, forgets, offset
from hotdesk_hil.load.phone import Closed, Miss, Phone, Service, outcome
from hotdesk_hil.load.tally import Tally

NOT_BEGUN = Miss("time", "the run's time was over before it had begun")

Sent = Callable[[str, float, str | None], None]
"""Called after each sending: its operation, the seconds it took, what went wrong (None: nothing)."""


@dataclass(frozen=True)
class Plan:
    """What a run is to do: its phases, the seconds over which one is spread, and how people behave."""

    phases: tuple[str, ...]
    within: float
    seed: int
    tries: int
    forgotten: float


class Crew:
    """The desks of this process. `sent` hears of each request, `person` of each wait for a login."""

    def __init__(self, plan: Plan, service: Service, sent: Sent, person: Sent) -> None:
        self.tally = Tally()
        self.changed = threading.Event()
        """Set when the master should hear the counts at once."""
        self._plan = plan
        self._service = service
        self._sent = sent
        self._person = person
        self._begun = {name: threading.Event() for name in plan.phases}
        self._since: dict[str, float] = {}
        self._closed = threading.Event()

    def begin(self, phase: str) -> None:
        """Begins a phase."""
        self._since[phase] = time.monotonic()
        self._begun[phase].set()

    def close(self) -> None:
        """Ends the run: nothing new is begun, what is under way ends."""
        self._closed.set()
        for begun in self._begun.values():
            begun.set()

    def work(self, desk: Desk) -> None:
        """Does what a desk is to do, until the run ends."""
        phone = Phone(desk, self._service, self._wait, self._attempt, self._plan.tries)
        self.tally.desks += 1
        self.changed.set()
        for number, phase in enumerate(self._plan.phases):
            self._begun[phase].wait()
            if phase not in self._since:
                return
            try:
                miss = self._turn(phase, phone, desk)
            except Closed:
                miss = NOT_BEGUN
            except Exception as error:
                # Ours, and neither the phone's nor the service's. Nobody waits for this desk any more.
                for left in self._plan.phases[number:]:
                    self._over(left, desk, Miss("load", f"a bug of hotdesk-load: {type(error).__name__}"))
                raise
            self._over(phase, desk, miss)
        self._closed.wait()

    def _turn(self, phase: str, phone: Phone, desk: Desk) -> Miss | None:
        turn = self._since[phase] + offset(phase, desk.number, self._plan.within, self._plan.seed)
        self._wait(max(0.0, turn - time.monotonic()))
        if phase == NIGHT:
            return phone.look()
        if phase == SHIFT and not forgets(desk.number, self._plan.forgotten, self._plan.seed):
            miss = phone.log_out()
            if miss is not None:
                return miss
        person = desk.late if phase == SHIFT and desk.late is not None else desk.person
        start = time.monotonic()
        miss = phone.log_in(person)
        self._person("log in", time.monotonic() - start, None if miss is None else miss.what)
        return miss

    def _over(self, phase: str, desk: Desk, miss: Miss | None) -> None:
        self.tally.over(phase, desk, miss)
        if self.tally.fatal is not None or self.tally.phase(phase).over >= self.tally.desks:
            self.changed.set()

    def _wait(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise Closed

    def _attempt(self, attempt: Attempt) -> None:
        what = outcome(attempt)
        self.tally.sent(attempt.operation, what)
        self._sent(attempt.operation, attempt.seconds, what)
