"""What the service must remember: who is logged in where, who was before, and every change as an event.

One SQLite file, or memory.

A change is committed when its `transaction` ends, so a login is on the disk before it is answered. Must never
hold a PIN or a certificate.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from hotdesk_hil.emservice.cluster import fold

SCHEMA_VERSION = 1
EVENTS_KEPT = 10_000
"""Events that a store in memory keeps at least; a file keeps them all."""
EVENTS_STEP = 100
"""How many a store in memory drops at once."""
LOCK_SECONDS = 1.0
"""How long a change waits for another process that holds the file."""

# The key columns hold folded names: SQLite's NOCASE knows ASCII letters only.
_SCHEMA = """
CREATE TABLE session (
    device_key TEXT PRIMARY KEY, device TEXT NOT NULL, user_key TEXT NOT NULL, user TEXT NOT NULL,
    profile TEXT, ends_at REAL
) WITHOUT ROWID;
CREATE INDEX session_user ON session (user_key);
CREATE TABLE previous_user (device_key TEXT PRIMARY KEY, user TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE event (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, device TEXT NOT NULL, user TEXT NOT NULL,
    cause TEXT NOT NULL
);
-- Most logins have no end: they stay out of this index, and cost a page less to write.
CREATE INDEX session_end ON session (ends_at) WHERE ends_at IS NOT NULL;
"""
_SESSIONS = "SELECT device, user, profile, ends_at FROM session "
_ON_DEVICE = _SESSIONS + "WHERE device_key = ?"
_ON_DEVICE_OR_OF_USER = _SESSIONS + "WHERE device_key = ? OR user_key = ?"
_LOG_IN = "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?)"
_LOG = "INSERT INTO event (at, kind, device, user, cause) VALUES (?, ?, ?, ?, ?)"


class StateError(Exception):
    """The state file cannot be used; the text names it and says what to do."""


class Session(NamedTuple):
    """One login: `ends_at` is seconds since the epoch, None where it never ends."""

    device: str
    user: str
    profile: str | None
    ends_at: float | None = None


class Event(NamedTuple):
    """One change: `kind` is `login` or `logout`, `cause` what brought it, `at` the service's clock."""

    id: int
    at: float
    kind: str
    device: str
    user: str
    cause: str


class Store:
    """The sessions of a cluster. Every call belongs inside `with store.transaction():`, from any thread."""

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._lock = threading.RLock()
        self._in_memory = path is None
        # No session ends before this; None: none has an end. 0 makes the next look go to the database.
        self._next_end: float | None = 0.0
        try:
            # Transactions are ours (isolation_level None); threads are kept apart by the lock.
            self._db = sqlite3.connect(
                ":memory:" if path is None else path,
                timeout=LOCK_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            self._prepare()
        except sqlite3.Error as error:
            raise StateError(f"{path}: cannot be used as the state file: {error}") from error

    def _prepare(self) -> None:
        # A login changes a row on each of a few pages, and whole pages go into the log: small ones cost less.
        # A file that is there already keeps the size it has.
        self._db.execute("PRAGMA page_size = 1024")
        # NORMAL with a write-ahead log: a commit survives the end of this process however it comes.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            tables = {name for (name,) in self._db.execute("SELECT name FROM sqlite_master")}
            if version == SCHEMA_VERSION and "session" in tables:
                return
            # A file that was just made has neither version nor tables.
            if version or tables:
                raise sqlite3.DatabaseError("it was written by another program; name another file")
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        """Closes the file; the store cannot be used afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Carries out what is inside as one change, all of it or nothing, and commits it."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._next_end = 0.0  # what was found to be over may be there again: look anew
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def sessions(self) -> list[Session]:
        """Returns every session, sorted by device."""
        return self._select(_SESSIONS + "ORDER BY device_key", ())

    def on_device(self, device: str) -> Session | None:
        """Returns the session on a device."""
        found = self._select(_ON_DEVICE, (fold(device),))
        return found[0] if found else None

    def on_device_or_of_user(self, device: str, user: str) -> list[Session]:
        """Returns the session on a device and a user's sessions, each once, in no order."""
        return self._select(_ON_DEVICE_OR_OF_USER, (fold(device), fold(user)))

    def of_user(self, user: str) -> list[Session]:
        """Returns a user's sessions, sorted by device."""
        return self._select(_SESSIONS + "WHERE user_key = ? ORDER BY device_key", (fold(user),))

    def ended(self, now: float) -> list[Session]:
        """Returns the sessions whose time is over at `now`."""
        if self._next_end is None or now < self._next_end:
            return []
        over = self._select(_SESSIONS + "WHERE ends_at <= ?", (now,))
        query = "SELECT min(ends_at) FROM session WHERE ends_at > ?"
        (self._next_end,) = self._db.execute(query, (now,)).fetchone()
        return over

    def previous(self, device: str) -> str | None:
        """Returns who was logged in on the device before, None where nobody was."""
        query = "SELECT user FROM previous_user WHERE device_key = ?"
        row = self._db.execute(query, (fold(device),)).fetchone()
        return row[0] if row else None

    def events(self, after: int = 0, limit: int = -1) -> list[Event]:
        """Returns the events with an ID over `after`, oldest first, at most `limit` (-1: all)."""
        query = "SELECT id, at, kind, device, user, cause FROM event WHERE id > ? ORDER BY id LIMIT ?"
        return [Event(*row) for row in self._db.execute(query, (after, limit))]

    def newest_events(self, count: int) -> list[Event]:
        """Returns the newest events, newest first."""
        query = "SELECT id, at, kind, device, user, cause FROM event ORDER BY id DESC LIMIT ?"
        return [Event(*row) for row in self._db.execute(query, (count,))]

    def reset(self) -> None:
        """Forgets every session, previous user and event."""
        for table in ("session", "previous_user", "event"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 (the names are the constants above)

    def log_in(self, session: Session, at: float, cause: str) -> None:
        """Puts a session on its device, in the place of one that is there."""
        self._log("login", session, at, cause)
        if session.ends_at is not None:
            self._next_end = min(session.ends_at, self._next_end or session.ends_at)
        self._db.execute(
            _LOG_IN,
            (
                fold(session.device),
                session.device,
                fold(session.user),
                session.user,
                session.profile,
                session.ends_at,
            ),
        )

    def log_out(self, session: Session, at: float, cause: str) -> None:
        """Takes a session off its device, and remembers its user as the one before."""
        self._log("logout", session, at, cause)
        key = fold(session.device)
        self._db.execute("DELETE FROM session WHERE device_key = ?", (key,))
        self._db.execute("INSERT OR REPLACE INTO previous_user VALUES (?, ?)", (key, session.user))

    def _log(self, kind: str, session: Session, at: float, cause: str) -> None:
        last = self._db.execute(_LOG, (at, kind, session.device, session.user, cause)).lastrowid
        if self._in_memory and last is not None and last % EVENTS_STEP == 0:
            self._db.execute("DELETE FROM event WHERE id <= ?", (last - EVENTS_KEPT,))

    def _select(self, query: str, values: tuple[object, ...]) -> list[Session]:
        return [Session._make(row) for row in self._db.execute(query, values)]
