"""What a change of the service's state is: sessions that begin and end, changed secrets, and their events.

Values only: must never know where they are kept.
"""

from __future__ import annotations

from typing import NamedTuple

LOGIN, LOGOUT, SECRET = "login", "logout", "secret"
"""The kinds of a change."""


class Session(NamedTuple):
    """One login: `ends_at` is seconds since the epoch, None where it never ends."""

    device: str
    user: str
    profile: str | None
    ends_at: float | None = None


class Change(NamedTuple):
    """A session that begins (`kind` login) or ends (logout), when by the service's clock, what brought it."""

    at: float
    kind: str
    session: Session
    cause: str


class Event(NamedTuple):
    """One change: `kind` is `login`, `logout` or `secret`, `cause` what brought it, `at` the service's clock.

    A changed secret has no device; `user` is the account.
    """

    id: int
    at: float
    kind: str
    device: str | None
    user: str
    cause: str


class Hash(NamedTuple):
    """A salted hash of a changed PIN or certificate."""

    salt: bytes
    hash: bytes
