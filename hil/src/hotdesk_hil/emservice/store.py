"""What the service must remember: who is logged in where, and who was before. One SQLite file, or memory.

A change is committed when its `transaction` ends, so a login is on the disk before it is answered. Must never
hold a PIN or a certificate.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hotdesk_hil.emservice.cluster import fold

SCHEMA_VERSION = 1
LOCK_SECONDS = 1.0
"""How long a change waits for another process that holds the file."""

# The key columns hold folded names: SQLite's NOCASE knows ASCII letters only.
_SCHEMA = """
CREATE TABLE session (
    device_key TEXT PRIMARY KEY, device TEXT NOT NULL, user_key TEXT NOT NULL, user TEXT NOT NULL,
    profile TEXT, ends_at REAL
) WITHOUT ROWID;
CREATE INDEX session_user ON session (user_key);
CREATE INDEX session_end ON session (ends_at);
CREATE TABLE previous_user (device_key TEXT PRIMARY KEY, user TEXT NOT NULL) WITHOUT ROWID;
"""


class StateError(Exception):
    """The state file cannot be used; the text names it and says what to do."""


@dataclass(frozen=True)
class Session:
    """One login: `ends_at` is seconds since the epoch, None where it never ends."""

    device: str
    user: str
    profile: str | None
    ends_at: float | None = None


class Store:
    """The sessions of a cluster. Every call belongs inside `with store.transaction():`, from any thread."""

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._lock = threading.RLock()
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
        # NORMAL with a write-ahead log: a commit survives the end of this process however it comes.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version == SCHEMA_VERSION:
                return
            if version or self._db.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
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
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def sessions(self) -> list[Session]:
        """Returns every session, sorted by device."""
        return self._select("ORDER BY device_key", ())

    def on_device(self, device: str) -> Session | None:
        """Returns the session on a device."""
        found = self._select("WHERE device_key = ?", (fold(device),))
        return found[0] if found else None

    def of_user(self, user: str) -> list[Session]:
        """Returns a user's sessions, sorted by device."""
        return self._select("WHERE user_key = ? ORDER BY device_key", (fold(user),))

    def ended(self, now: float) -> list[Session]:
        """Returns the sessions whose time is over at `now`."""
        return self._select("WHERE ends_at <= ?", (now,))

    def previous(self, device: str) -> str | None:
        """Returns who was logged in on the device before, None where nobody was."""
        query = "SELECT user FROM previous_user WHERE device_key = ?"
        row = self._db.execute(query, (fold(device),)).fetchone()
        return row[0] if row else None

    def log_in(self, session: Session) -> None:
        """Puts a session on its device, in the place of one that is there."""
        self._db.execute(
            "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?)",
            (
                fold(session.device),
                session.device,
                fold(session.user),
                session.user,
                session.profile,
                session.ends_at,
            ),
        )

    def log_out(self, session: Session) -> None:
        """Takes a session off its device, and remembers its user as the one before."""
        key = fold(session.device)
        self._db.execute("DELETE FROM session WHERE device_key = ?", (key,))
        self._db.execute("INSERT OR REPLACE INTO previous_user VALUES (?, ?)", (key, session.user))

    def _select(self, clause: str, values: tuple[object, ...]) -> list[Session]:
        rows = self._db.execute(f"SELECT device, user, profile, ends_at FROM session {clause}", values)  # noqa: S608 (clauses are the constants above)
        return [Session(*row) for row in rows]
