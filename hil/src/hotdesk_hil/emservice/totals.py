"""How much a service has answered since its start: by operation and code, and how many a second.

Counts only; must never hold a name, nor more than a minute of seconds.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from hotdesk_hil.emservice.records import RequestRecord

MINUTE = 60
RATE_SECONDS = 10
"""Whole seconds that a rate is taken over."""
UNREADABLE, ELSEWHERE = "unreadable", "elsewhere"
"""What is counted as an operation: a document that could not be read, and what did not reach the service."""

Outcome = int | str | None
"""A code, None for success, or the name of the fault that kept a request from being carried out."""


@dataclass(frozen=True)
class Total:
    """One operation: its requests, how many of them a second lately, and what they came to."""

    operation: str
    requests: int
    per_second: float
    outcomes: dict[Outcome, int]


class Totals:
    """Counts the records of a service. Who uses it from several threads holds a lock."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self.reset()

    def reset(self) -> None:
        """Counts from the beginning."""
        self._outcomes: dict[str, Counter[Outcome]] = {}
        # Of each second with a request: the second, and its requests by operation.
        self._seconds: deque[tuple[int, Counter[str]]] = deque(maxlen=MINUTE + 1)

    def count(self, record: RequestRecord) -> None:
        """Counts a request."""
        if record.request_line is not None:
            operation = ELSEWHERE
            outcome: Outcome = "no answer" if record.status is None else str(record.status)
        else:
            operation = record.operation or UNREADABLE
            outcome = record.code if record.executed else record.fault
        counts = self._outcomes.get(operation)
        if counts is None:
            counts = self._outcomes[operation] = Counter()
        counts[outcome] += 1
        second = int(self._now())
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append((second, Counter()))
        self._seconds[-1][1][operation] += 1

    def operations(self) -> list[Total]:
        """Returns what each operation came to, sorted by name; rates are of the last whole seconds."""
        now = int(self._now())
        lately: Counter[str] = Counter()
        for second, counts in self._seconds:
            if now - RATE_SECONDS <= second < now:
                lately.update(counts)
        return [
            Total(name, counts.total(), lately[name] / RATE_SECONDS, dict(counts))
            for name, counts in sorted(self._outcomes.items())
        ]

    def last_minute(self) -> list[int]:
        """Returns the requests of each of the last 60 whole seconds, oldest first."""
        now = int(self._now())
        seconds = {second: counts.total() for second, counts in self._seconds}
        return [seconds.get(second, 0) for second in range(now - MINUTE, now)]
