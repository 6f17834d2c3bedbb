"""A second factor between the PIN and the login, as the login application asks for it.

A site's own factor is one class: derive from `SecondFactor` and give it to `EmService`. It runs in the
event loop of the service, so what it waits for it awaits. Must never decide who logs in: it says what
became of one challenge, and the login application alone knows whose it was.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Outcome(Enum):
    """What became of a challenge so far. Only `APPROVED` lets anybody in."""

    APPROVED = "approved"
    PENDING = "pending"
    DENIED = "denied"
    EXPIRED = "no answer"
    CHANGED = "another request took its place"
    NOT_MET = "the device did not meet what was demanded"
    WRONG_CODE = "wrong code"


class Started(NamedTuple):
    """A challenge that the person now has before him: its reference, and the number that he must choose
    there.
    """

    reference: str
    number: str | None = None


class FactorAnswer(NamedTuple):
    """What a factor says of a challenge; `code` is the factor's own number for it, which the phone shows."""

    outcome: Outcome
    code: str | None = None
    detail: str = ""


class FactorUnavailable(Exception):
    """The factor's service is off, or says no sense: nobody logs in. `code` is its own number for that."""

    def __init__(self, detail: str, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code


class PushImpossible(FactorUnavailable):
    """This person cannot be asked by a push; a code may do."""


class SecondFactor:
    """A factor: a push to a device of the person, a code that the person types, or both.

    `user` is the ID of the cluster. A method that fails in any other way than `FactorUnavailable` counts as
    such.
    """

    pushes = True
    """Whether `start` asks the person. Without it the phone asks for a code at once."""
    takes_codes = False
    """Whether `check_code` is there."""

    async def start(self, user: str, device: str, seconds: int) -> Started:
        """Asks the person, who has `seconds` to answer."""
        raise NotImplementedError

    async def poll(self, started: Started) -> FactorAnswer:
        """Says what became of a challenge; called every few seconds until it is decided."""
        raise NotImplementedError

    async def check_code(self, user: str, code: str) -> FactorAnswer:
        """Says `APPROVED` for the right code and `WRONG_CODE` for another one."""
        raise NotImplementedError

    async def close(self) -> None:
        """Gives back what the factor holds; the service has stopped."""


class AzureCall(NamedTuple):
    """One call of `pf_authenticate`: the boolean it returns, and the results that it reports one after
    another.
    """

    authenticated: bool
    results: tuple[int, ...] = ()


class AzureHistory(SecondFactor):
    """Azure Multi-Factor Authentication by script: each challenge takes the next call.

    While results are left a challenge is pending; then the boolean decides, which is the only verdict that
    the call had. What a result says is written down in `history`, and in the record, and decides nothing.
    """

    def __init__(self, *calls: AzureCall) -> None:
        self._calls = list(calls)
        self._running: dict[str, tuple[AzureCall, list[int]]] = {}
        self.history: list[tuple[str, int]] = []
        """User and result of each that was reported, oldest first."""

    async def start(self, user: str, device: str, seconds: int) -> Started:  # noqa: ARG002 (a script)
        if not self._calls:
            raise FactorUnavailable("the script has no further call")
        call = self._calls.pop(0)
        started = Started(f"{user}/{len(self.history)}/{len(self._calls)}")
        self._running[started.reference] = (call, list(call.results))
        return started

    async def poll(self, started: Started) -> FactorAnswer:
        call, left = self._running[started.reference]
        if left:
            result = left.pop(0)
            self.history.append((started.reference.partition("/")[0], result))
            return FactorAnswer(Outcome.PENDING, detail=f"result {result}")
        return FactorAnswer(Outcome.APPROVED if call.authenticated else Outcome.DENIED)
