"""What happened so far, counted: requests by what became of them, desks by phase, misses by who is to blame.

A process counts for itself and tells the master all of it each time, so that a lost message costs nothing.
Holds names of devices and users, never a PIN.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hotdesk_hil.load.desks import Desk
from hotdesk_hil.load.phone import Miss

SHOWN = 10
"""Desks that a report names of a phase; it counts the others."""
SUCCESS = "success"


@dataclass
class Phase:
    """One phase: desks that are through with it, and why the others missed it."""

    through: int = 0
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    named: list[str] = field(default_factory=list)

    @property
    def over(self) -> int:
        """Desks for which it is over, one way or the other."""
        return self.through + self.missed.total()


class Tally:
    """The counts of one process, or of several put together."""

    def __init__(self) -> None:
        self.desks = 0
        """Desks that are manned: a phone is there."""
        self.phases: dict[str, Phase] = {}
        self.requests: dict[str, Counter[str]] = {}
        self.fatal: tuple[str, str] | None = None
        """A reason to end the run at once: who is to blame, and why."""

    def sent(self, operation: str, outcome: str | None) -> None:
        """Counts a request and what became of it (None: success)."""
        self.requests.setdefault(operation, Counter())[outcome or SUCCESS] += 1

    def phase(self, name: str) -> Phase:
        """Returns the counts of a phase."""
        return self.phases.setdefault(name, Phase())

    def over(self, name: str, desk: Desk, miss: Miss | None) -> None:
        """Counts a desk for which a phase is over."""
        phase = self.phase(name)
        if miss is None:
            phase.through += 1
            return
        phase.missed[miss.party, miss.what] += 1
        if len(phase.named) < SHOWN:
            phase.named.append(f"{desk.device}: {miss.what}")
        if miss.fatal:
            self.fatal = self.fatal or (miss.party, miss.what)

    def add(self, other: Tally) -> None:
        """Adds the counts of another process."""
        self.desks += other.desks
        self.fatal = self.fatal or other.fatal
        for operation, outcomes in other.requests.items():
            self.requests.setdefault(operation, Counter()).update(outcomes)
        for name, phase in other.phases.items():
            ours = self.phase(name)
            ours.through += phase.through
            ours.missed.update(phase.missed)
            ours.named = (ours.named + phase.named)[:SHOWN]

    def to_message(self) -> dict[str, Any]:
        """Returns it as what Locust's messages can carry."""
        return {
            "desks": self.desks,
            "fatal": self.fatal,
            "requests": {operation: dict(outcomes) for operation, outcomes in self.requests.items()},
            "phases": {
                name: {
                    "through": phase.through,
                    "missed": [[*why, count] for why, count in phase.missed.items()],
                    "named": phase.named,
                }
                for name, phase in self.phases.items()
            },
        }

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Tally:
        """Returns what `to_message` made of a tally."""
        tally = cls()
        tally.desks = message["desks"]
        tally.fatal = tuple(message["fatal"]) if message["fatal"] else None
        tally.requests = {operation: Counter(counts) for operation, counts in message["requests"].items()}
        for name, phase in message["phases"].items():
            missed = Counter({(party, what): count for party, what, count in phase["missed"]})
            tally.phases[name] = Phase(phase["through"], missed, list(phase["named"]))
        return tally
