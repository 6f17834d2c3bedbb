"""The state file: an SQLite database of who is logged in, who was before, changed secrets, and every change.

Each call that writes has committed when it returns, or has changed nothing. Must never hold a PIN or a
certificate in the clear.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hotdesk_hil.emservice.changes import SECRET, Change, Event, Hash, Session
from hotdesk_hil.emservice.cluster import fold

SCHEMA_VERSION = 2
LOCK_SECONDS = 1.0
"""How long a change waits for another process that holds the file."""

# The key columns hold folded names: SQLite's NOCASE knows ASCII letters only.
# A login or logout is one INSERT into the view `change`. One statement is a transaction by itself: event and
# state are both there or neither, without statements that begin and commit.
_SCHEMA = """
CREATE TABLE session (
    device_key TEXT PRIMARY KEY, device TEXT NOT NULL, user TEXT NOT NULL, profile TEXT, ends_at REAL
) WITHOUT ROWID;
CREATE TABLE previous_user (device_key TEXT PRIMARY KEY, user TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE secret (account TEXT PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE event (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, device TEXT, user TEXT NOT NULL,
    cause TEXT NOT NULL
);
CREATE VIEW change AS
    SELECT id, at, kind, event.device, event.user, cause, device_key, profile, ends_at
    FROM event LEFT JOIN session USING (device);
CREATE TRIGGER change_login INSTEAD OF INSERT ON change WHEN NEW.kind = 'login' BEGIN
    INSERT INTO event VALUES (NEW.id, NEW.at, NEW.kind, NEW.device, NEW.user, NEW.cause);
    INSERT OR REPLACE INTO session
        VALUES (NEW.device_key, NEW.device, NEW.user, NEW.profile, NEW.ends_at);
END;
CREATE TRIGGER change_logout INSTEAD OF INSERT ON change WHEN NEW.kind = 'logout' BEGIN
    INSERT INTO event VALUES (NEW.id, NEW.at, NEW.kind, NEW.device, NEW.user, NEW.cause);
    DELETE FROM session WHERE device_key = NEW.device_key;
    INSERT OR REPLACE INTO previous_user VALUES (NEW.device_key, NEW.user);
END;
"""
_TABLES = ("session", "previous_user", "secret", "event")
_CHANGE = "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_EVENT = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)"
_EVENTS = "SELECT id, at, kind, device, user, cause FROM event "


class StateError(Exception):
    """The state file cannot be used; the text names it and says what to do."""


class StateFile:
    """One state file. Its calls are not for several threads at once."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        try:
            # Transactions are ours (isolation_level None); the store keeps threads apart.
            self._db = sqlite3.connect(
                path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._cursor = self._db.cursor()
            self._prepare()
        except sqlite3.Error as error:
            raise StateError(f"{path}: cannot be used as the state file: {error}") from error

    def _prepare(self) -> None:
        # A login changes a row on each of two pages, and whole pages go into the log: small ones cost less.
        # A file that is there already keeps the size it has.
        self._db.execute("PRAGMA page_size = 1024")
        # With a write-ahead log, NORMAL hands each commit to the operating system, and syncs the disk only
        # when the log is folded into the file. So the end of this process, however it comes, loses nothing;
        # a power cut may lose the newest commits, and leaves a whole file.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        # Pages: fold at 8 MiB instead of 1. Closing folds what is left.
        self._db.execute("PRAGMA wal_autocheckpoint = 8192")
        with self._transaction():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            names = {name for (name,) in self._db.execute("SELECT name FROM sqlite_master")}
            if version == SCHEMA_VERSION and "change" in names:
                return
            # A file that was just made has neither version nor tables.
            if version or names:
                raise sqlite3.DatabaseError("it was written by another program or version; name another file")
            for statement in _statements(_SCHEMA):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        """Folds the log into the file, and closes it."""
        self._db.close()

    # Reading, at the start

    def sessions(self) -> list[Session]:
        """Returns who is logged in."""
        rows = self._db.execute("SELECT device, user, profile, ends_at FROM session")
        return [Session._make(row) for row in rows]

    def previous_users(self) -> dict[str, str]:
        """Returns who was logged in before, by folded device name."""
        return dict(self._db.execute("SELECT device_key, user FROM previous_user").fetchall())

    def secrets(self) -> dict[str, Hash]:
        """Returns the hashes of changed secrets by account."""
        rows = self._db.execute("SELECT account, salt, hash FROM secret")
        return {account: Hash(salt, digest) for account, salt, digest in rows}

    def last_event(self) -> int:
        """Returns the ID of the newest event, 0 where there is none."""
        return self._db.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0]

    def events(self, after: int, limit: int) -> list[Event]:
        """Returns the events with an ID over `after`, oldest first, at most `limit` (-1: all)."""
        rows = self._db.execute(_EVENTS + "WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
        return [Event._make(row) for row in rows]

    def newest_events(self, count: int) -> list[Event]:
        """Returns the newest events, newest first."""
        rows = self._db.execute(_EVENTS + "ORDER BY id DESC LIMIT ?", (count,))
        return [Event._make(row) for row in rows]

    # Writing. Event IDs come from the caller: where another process has written, the ID is taken.

    def change(self, event_id: int, at: float, changes: Sequence[Change]) -> None:
        """Commits logins and logouts, all or none; the first one's event has this ID."""
        rows = [
            (
                event_id + n,
                at,
                kind,
                session.device,
                session.user,
                cause,
                fold(session.device),
                session.profile,
                session.ends_at,
            )
            for n, (kind, session, cause) in enumerate(changes)
        ]
        try:
            if len(rows) == 1:
                self._cursor.execute(_CHANGE, rows[0])
            else:
                with self._transaction():
                    self._cursor.executemany(_CHANGE, rows)
        except sqlite3.IntegrityError as error:
            raise _somebody_else() from error

    def change_secret(
        self, event_id: int, at: float, account: str, name: str, secret: Hash, cause: str
    ) -> None:
        """Commits the hash of an account's new secret; `name` is the account as the event shows it."""
        try:
            with self._transaction():
                self._cursor.execute(_EVENT, (event_id, at, SECRET, None, name, cause))
                self._cursor.execute("INSERT OR REPLACE INTO secret VALUES (?, ?, ?)", (account, *secret))
        except sqlite3.IntegrityError as error:
            raise _somebody_else() from error

    def reset(self) -> None:
        """Forgets everything."""
        with self._transaction():
            for table in _TABLES:
                self._cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (the names are the constants above)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._cursor.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._cursor.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._cursor.execute("ROLLBACK")
            raise


def _somebody_else() -> sqlite3.Error:
    """What a taken event ID means."""
    return sqlite3.OperationalError("another process has written to it; give each service a file of its own")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
