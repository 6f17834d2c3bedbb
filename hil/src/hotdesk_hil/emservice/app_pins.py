"""PINs at the login application: checked, counted when they are wrong, and locked after too many.

Without the lock the application would tell anybody which PIN is right. Must never say in a page of the login
whether a PIN is wrong or an account locked: the record alone tells.
"""

from __future__ import annotations

import secrets
from collections import deque
from typing import Any, NamedTuple

from hotdesk_hil.emservice.cluster import User, fold
from hotdesk_hil.emservice.codes import AppCode, AppRefused
from hotdesk_hil.emservice.service import Service

TOKEN_SECONDS = 120
"""How long a profile may be chosen after the PIN."""
TOKENS_KEPT = 10_000


class PinCounters(NamedTuple):
    """PINs that were right and wrong, and attempts on an account while it was locked."""

    right: int
    wrong: int
    while_locked: int


class Grant(NamedTuple):
    """That a person gave the PIN: at which phone, from which address, and until when it counts.

    `user` is a `User`, or a visitor of another cluster.
    """

    user: Any
    device: str
    remote: str | None
    until: float


class Pins:
    """The PINs of one cluster's users. Failures are kept in memory: a restart unlocks everybody."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._limit = service.cluster.service.failed_logon_limit
        self._locks_for = service.cluster.service.lockout_minutes * 60
        self._counts_for = service.cluster.service.reset_failed_logons_minutes * 60
        # Per user the times of the failures that count.
        self._failures: dict[str, deque[float]] = {}
        self._locked: dict[str, tuple[str, float]] = {}
        self._grants: dict[str, Grant] = {}
        self.counters = PinCounters(0, 0, 0)

    def check(self, user: User, pin: str) -> None:
        """Takes a PIN; raises `AppRefused` with 201 for a wrong one, and for any of a locked user."""
        key, now = fold(user.id), self._service.clock.now()
        until = self._until(key)
        if until is not None:
            self.counters = self.counters._replace(while_locked=self.counters.while_locked + 1)
            minutes = (until - now) / 60
            raise AppRefused(AppCode.AUTHENTICATION, f"{user.id} is locked for {minutes:.0f} more minutes")
        if self._service.has_pin(user, pin):
            self._failures.pop(key, None)
            self.counters = self.counters._replace(right=self.counters.right + 1)
            return
        self.counters = self.counters._replace(wrong=self.counters.wrong + 1)
        failures = self._failures.setdefault(key, deque())
        failures.append(now)
        while failures[0] <= now - self._counts_for:
            failures.popleft()
        detail = f"not the PIN of {user.id}: {len(failures)} wrong in {self._counts_for / 60:g} minutes"
        if self._limit and len(failures) >= self._limit:
            del self._failures[key]
            self._locked[key] = (user.id, now + self._locks_for)
            detail += f", locked for {self._locks_for / 60:g} minutes"
        raise AppRefused(AppCode.AUTHENTICATION, detail)

    def is_locked(self, user: User) -> bool:
        """Tells whether no PIN is taken for a user now."""
        return self._until(fold(user.id)) is not None

    def locked(self) -> dict[str, float]:
        """Returns who is locked, and until when by the service's clock."""
        return {
            name: until for key, (name, until) in list(self._locked.items()) if self._until(key) is not None
        }

    def unlock(self, user: str) -> None:
        """Lets a user try again, as an administrator does; raises `KeyError` for one who is not locked."""
        key = fold(user)
        if self._until(key) is None:
            raise KeyError(f"user {user!r} is not locked")
        del self._locked[key]

    def grant(self, user: Any, device: str, remote: str | None) -> str:
        """Returns a token for the next page, in place of the PIN: for this phone, address and user alone."""
        now = self._service.clock.now()
        self._grants = {token: grant for token, grant in self._grants.items() if now < grant.until}
        while len(self._grants) >= TOKENS_KEPT:
            del self._grants[next(iter(self._grants))]
        token = secrets.token_urlsafe(16)
        self._grants[token] = Grant(user, fold(device), remote, now + TOKEN_SECONDS)
        return token

    def granted(self, token: str, device: str, remote: str | None) -> Any:
        """Returns the user of a token; raises `AppRefused` with 201 for one that does not count."""
        grant = self._grants.get(token)
        if grant is None or self._service.clock.now() >= grant.until:
            what = f"the token of the menu is unknown or older than {TOKEN_SECONDS} s"
            raise AppRefused(AppCode.AUTHENTICATION, what)
        if (fold(device), remote) != (grant.device, grant.remote):
            raise AppRefused(AppCode.AUTHENTICATION, "the token of the menu is another phone's")
        return grant.user

    def user_of(self, token: str) -> str:
        """Returns the user of a token, whether or not it still counts; empty for an unknown one."""
        grant = self._grants.get(token)
        return "" if grant is None else grant.user.id

    def spend(self, token: str) -> None:
        """Ends a token: it logs in once."""
        self._grants.pop(token, None)

    def reset(self) -> None:
        """Unlocks everybody, forgets failures and tokens, and counts from the beginning."""
        self._failures.clear()
        self._locked.clear()
        self._grants.clear()
        self.counters = PinCounters(0, 0, 0)

    def _until(self, key: str) -> float | None:
        locked = self._locked.get(key)
        if locked is None:
            return None
        if self._service.clock.now() >= locked[1]:
            self._locked.pop(key, None)
            return None
        return locked[1]
