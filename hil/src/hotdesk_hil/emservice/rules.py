"""When a fault strikes: rules by count, device, user, operation and probability.

Must never know what a fault does to a connection: that is faults.py's.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hotdesk_hil.emservice.cluster import fold
from hotdesk_hil.emservice.document import Document
from hotdesk_hil.emservice.faults import KINDS, BadCertificate, ConnectionFault, Fault, RefuseConnection
from hotdesk_hil.provisioning.faults import FILE_FAULTS, FileFault

RULE_KINDS: dict[str, type[Fault | ConnectionFault | FileFault]] = {**KINDS, **FILE_FAULTS}
"""Every fault that a rule can have, by its name."""


@dataclass
class FaultRule:
    """A fault and when it strikes. `left` counts down, None is always; `struck` counts up.

    `operation`, `device` and `user` None are any. A rule that matches strikes with `probability`; a request
    that it lets pass is not counted.
    """

    id: int
    fault: Fault | ConnectionFault | FileFault
    left: int | None
    operation: str | None = None
    device: str | None = None
    user: str | None = None
    probability: float = 1.0
    seed: int | None = None
    struck: int = 0
    _dice: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311 (not for secrets: a seed repeats a run)

    def matches(self, asked: Document | None) -> bool:
        """Tells whether the rule is for this request; None: it could not be read, or is not read yet."""
        if asked is None:
            return self.operation is None and self.device is None and self.user is None
        return (
            self.operation in (None, asked.operation)
            and _names(self.device, asked.devices)
            and _names(self.user, asked.users)
        )

    def throw(self) -> bool:
        """Tells by the dice whether the rule strikes this time."""
        return self.probability >= 1 or self._dice.random() < self.probability


class Faults:
    """The faults in waiting, first in first out; safe to use from any thread.

    ```python
    service.faults.add(CutAnswer(after=40), operation="login")     # the next login's answer is cut
    service.faults.add(Answer(b"<html/>", status=503, executed=False), times=None)
    service.faults.add(Refuse(26), times=None, probability=0.1, seed=1, user="john")
    service.faults.clear()
    ```
    """

    def __init__(self, refusing: Callable[[bool], None] = lambda _refusing: None) -> None:
        self._lock = threading.RLock()
        self._rules: list[FaultRule] = []
        self._last = 0
        self._refusing = refusing

    def add(
        self,
        fault: Fault | ConnectionFault | FileFault,
        times: int | None = 1,
        operation: str | None = None,
        *,
        device: str | None = None,
        user: str | None = None,
        probability: float = 1.0,
        seed: int | None = None,
    ) -> FaultRule:
        """Lets `fault` strike the next `times` requests that match (None: until removed); returns its rule.

        A fault before the request is read strikes connections, by count and probability alone; one of a
        phone's file strikes those files, of `device` if given. Raises `ValueError` for a rule that cannot be
        kept.
        """
        if times is not None and times < 1:
            raise ValueError("times is at least 1, or None for until cleared")
        if not 0 < probability <= 1:
            raise ValueError("probability is over 0, at most 1")
        if isinstance(fault, ConnectionFault) and not (operation is None and device is None and user is None):
            raise ValueError("a fault before the request is read knows no operation, device or user")
        if isinstance(fault, FileFault) and not (operation is None and user is None):
            raise ValueError("a fault of a phone's file knows no operation and no user")
        if isinstance(fault, RefuseConnection) and (times is not None or probability < 1):
            raise ValueError("a refused connection is not seen here: times=None, and no probability")
        with self._lock:
            self._last += 1
            rule = FaultRule(self._last, fault, times, operation, device, user, probability, seed)
            self._rules.append(rule)
        self._tell()
        return rule

    def remove(self, rule_id: int) -> None:
        """Takes one rule back; raises `KeyError` where it is not there, or has struck for the last time."""
        with self._lock:
            rule = next((rule for rule in self._rules if rule.id == rule_id), None)
            if rule is None:
                raise KeyError(rule_id)
            self._rules.remove(rule)
        self._tell()

    def clear(self) -> None:
        """Takes every fault back."""
        with self._lock:
            self._rules.clear()
        self._tell()

    @property
    def waiting(self) -> int:
        """The number of rules that may still strike."""
        with self._lock:
            return len(self._rules)

    @property
    def rules(self) -> list[FaultRule]:
        """The rules that may still strike, in their order."""
        with self._lock:
            return list(self._rules)

    @property
    def refuses(self) -> bool:
        """Whether connections are to be refused now."""
        with self._lock:
            return any(isinstance(rule.fault, RefuseConnection) for rule in self._rules)

    def take(self, asked: Document | None) -> Fault | None:
        """Returns the fault for this request and counts it, None where none strikes."""
        if not self._rules:
            return None
        return self._take(lambda rule: isinstance(rule.fault, Fault) and rule.matches(asked))

    def take_file(self, device: str | None) -> FileFault | None:
        """Returns the fault for the file of a device that is asked for; None: the file for unknown phones."""
        names = () if device is None else (device,)
        return self._take(lambda rule: isinstance(rule.fault, FileFault) and _names(rule.device, names))

    def take_connection(self) -> ConnectionFault | None:
        """Returns the fault for a connection that has just been accepted."""
        skipped = (BadCertificate, RefuseConnection)
        return self._take(
            lambda rule: isinstance(rule.fault, ConnectionFault) and not isinstance(rule.fault, skipped)
        )

    def take_handshake(self) -> BadCertificate | None:
        """Returns the fault for a TLS handshake that begins."""
        return self._take(lambda rule: isinstance(rule.fault, BadCertificate))

    def _take(self, matches: Callable[[FaultRule], bool]) -> Any:
        with self._lock:
            rule = next((rule for rule in self._rules if matches(rule) and rule.throw()), None)
            if rule is None:
                return None
            rule.struck += 1
            if rule.left is not None:
                rule.left -= 1
                if rule.left == 0:
                    self._rules.remove(rule)
            return rule.fault

    def _tell(self) -> None:
        self._refusing(self.refuses)


def _names(wanted: str | None, names: tuple[str, ...]) -> bool:
    return wanted is None or fold(wanted) in map(fold, names)
