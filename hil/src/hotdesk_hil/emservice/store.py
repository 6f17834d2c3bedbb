"""What the service must remember: who is logged in where, who was before, changed secrets, and every change.

With a state file, a change is in the file before it is in the maps here, and both before it is answered;
without one, it is in memory alone. Must never hold a PIN or a certificate in the clear.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from hotdesk_hil.emservice.changes import LOGOUT, SECRET, Change, Event, Hash, Session
from hotdesk_hil.emservice.cluster import fold
from hotdesk_hil.emservice.state_file import StateError, StateFile

EVENTS_KEPT = 10_000
"""Events that a store in memory keeps; a file keeps them all."""


class Store:
    """The state of a cluster. Who looks and then changes holds `lock` over both, from any thread.

    Raises `StateError` for a file that cannot be used. What changes it raises `sqlite3.Error` where the state
    file does not take the change; nothing has changed then.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.lock = threading.RLock()
        self.watchers: list[Callable[[Sequence[Change]], None]] = []
        """Called with changes that have been carried out."""
        self._file = None if path is None else StateFile(path)
        # Rows of `Event`, as plain tuples, which the garbage collector does not track.
        self._newest: deque[tuple[int, float, str, str | None, str, str]] = deque(maxlen=EVENTS_KEPT)
        try:
            self._load()
        except sqlite3.Error as error:
            self.close()
            raise StateError(f"{path}: cannot be read as the state file: {error}") from error

    def _load(self) -> None:
        sessions: list[Session] = []
        previous: dict[str, str] = {}
        hashes: dict[str, Hash] = {}
        last = 0
        if self._file is not None:
            sessions, previous = self._file.sessions(), self._file.previous_users()
            hashes, last = self._file.secrets(), self._file.last_event()
        # The last login or logout on each device that this process has seen: the event's ID, and when.
        self._changed: dict[str, tuple[int, float]] = {}
        # Only now, when all of it could be read.
        self._previous, self._secrets, self._last = previous, hashes, last
        self._sessions: dict[str, Session] = {}
        self._devices: dict[str, set[str]] = {}
        # No session ends before this; None: none has an end.
        self._next_end: float | None = None
        for session in sessions:
            self._begin(fold(session.device), session)

    def close(self) -> None:
        """Closes the file; the store cannot be used afterwards."""
        with self.lock:
            if self._file is not None:
                self._file.close()

    # Looking

    def sessions(self) -> list[Session]:
        """Returns every session, sorted by device."""
        return [self._sessions[key] for key in sorted(self._sessions)]

    def on_device(self, device: str) -> Session | None:
        """Returns the session on a device."""
        return self._sessions.get(fold(device))

    def of_user(self, user: str) -> list[Session]:
        """Returns a user's sessions, sorted by device."""
        return [self._sessions[key] for key in sorted(self._devices.get(fold(user), ()))]

    def ended(self, now: float) -> list[tuple[float, Session]]:
        """Returns the sessions whose time is over at `now`, each with its end, first ended first."""
        if self._next_end is None or now < self._next_end:
            return []
        ends = [
            (session.ends_at, session) for session in self._sessions.values() if session.ends_at is not None
        ]
        self._next_end = min((end for end, _ in ends if end > now), default=None)
        return sorted((pair for pair in ends if pair[0] <= now), key=lambda pair: pair[0])

    def previous(self, device: str) -> str | None:
        """Returns who was logged in on the device before, None where nobody was."""
        return self._previous.get(fold(device))

    def changed(self, device: str) -> tuple[int, float] | None:
        """Returns the ID and the time of the last change on a device, None where none was since the start."""
        return self._changed.get(fold(device))

    def secret(self, account: str) -> Hash | None:
        """Returns the hash of an account's changed secret, None where it is still the first."""
        return self._secrets.get(account)

    def events(self, after: int = 0, limit: int = -1) -> list[Event]:
        """Returns the events with an ID over `after`, oldest first, at most `limit` (-1: all)."""
        if self._file is not None:
            return self._file.events(after, limit)
        found = (Event._make(row) for row in self._newest if row[0] > after)
        return list(found if limit < 0 else islice(found, limit))

    def newest_events(self, count: int) -> list[Event]:
        """Returns the newest events, newest first."""
        if self._file is not None:
            return self._file.newest_events(count)
        return [Event._make(row) for row in islice(reversed(self._newest), count)]

    # Changing

    def change(self, changes: Sequence[Change]) -> None:
        """Carries out logins and logouts in their order, all of them or none.

        A login takes the place of a session that is on its device.
        """
        if self._file is not None:
            try:
                self._file.change(self._last + 1, changes)
            except sqlite3.Error:
                self._load()  # what was found to be over is there again; another process may have written
                raise
        for at, kind, session, cause in changes:
            key = fold(session.device)
            self._end(key)
            if kind == LOGOUT:
                self._previous[key] = session.user
            else:
                self._begin(key, session)
            self._count(at, kind, session.device, session.user, cause)
        for watcher in self.watchers:
            watcher(changes)

    def change_secret(self, at: float, account: str, name: str, secret: Hash, cause: str) -> None:
        """Keeps the hash of an account's new secret; `name` is the account as the event shows it."""
        if self._file is not None:
            try:
                self._file.change_secret(self._last + 1, at, account, name, secret, cause)
            except sqlite3.Error:
                self._load()
                raise
        self._secrets[account] = secret
        self._count(at, SECRET, None, name, cause)

    def reset(self) -> None:
        """Forgets everything."""
        if self._file is not None:
            self._file.reset()
        self._newest.clear()
        self._load()

    def _begin(self, key: str, session: Session) -> None:
        self._sessions[key] = session
        self._devices.setdefault(fold(session.user), set()).add(key)
        if session.ends_at is not None:
            self._next_end = min(session.ends_at, self._next_end or session.ends_at)

    def _end(self, key: str) -> None:
        session = self._sessions.pop(key, None)
        if session is not None:
            user = fold(session.user)
            devices = self._devices[user]
            devices.discard(key)
            if not devices:
                del self._devices[user]

    def _count(self, at: float, kind: str, device: str | None, user: str, cause: str) -> None:
        self._last += 1
        if device is not None:
            self._changed[fold(device)] = (self._last, at)
        if self._file is None:
            self._newest.append((self._last, at, kind, device, user, cause))
