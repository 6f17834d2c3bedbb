"""The state file: an SQLite database whose log of changes is the state.

Each login, logout and changed secret is a row of `event`; who is logged in is what the newest row of a device
says. So a change is one row on one page, whole or not there. Each call that writes has committed when it
returns, or has changed nothing. Must never hold a PIN or a certificate in the clear.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from hotdesk_hil.emservice.changes import LOGIN, SECRET, Change, Event, Hash, Session
from hotdesk_hil.emservice.cluster import fold

SCHEMA_VERSION = 2
LOCK_SECONDS = 1.0
"""How long a change waits for another process that holds the file."""
_OWNER = 0o600

_SCHEMA = """
CREATE TABLE event (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, device TEXT, user TEXT NOT NULL,
    cause TEXT NOT NULL, profile TEXT, ends_at REAL
);
CREATE TABLE secret (account TEXT PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;
CREATE VIEW newest AS
    SELECT max(id) AS id, kind, device, user, profile, ends_at FROM event
    WHERE device IS NOT NULL GROUP BY device;
CREATE VIEW session AS SELECT device, user, profile, ends_at FROM newest WHERE kind = 'login';
CREATE VIEW previous_user AS
    SELECT max(id) AS id, device, user FROM event WHERE kind = 'logout' GROUP BY device;
"""
_ADD = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_EVENTS = "SELECT id, at, kind, device, user, cause FROM event "


class StateError(Exception):
    """The state file cannot be used; the text names it and says what to do."""


class StateFile:
    """One state file, and its lock beside it (`FILE.lock`) until `close`: a file is one service's.

    Its calls are not for several threads at once.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        try:
            _keep_to_the_owner(path)
        except OSError as error:
            raise StateError(f"{path}: cannot be used as the state file: {error.strerror}") from error
        self._lock = _lock(Path(path))
        try:
            # Transactions are ours (isolation_level None); the store keeps threads apart.
            self._db = sqlite3.connect(
                path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._cursor = self._db.cursor()
            self._prepare()
        except sqlite3.Error as error:
            self._lock.close()
            raise StateError(f"{path}: cannot be used as the state file: {error}") from error

    def _prepare(self) -> None:
        # A change adds a row to one page, and whole pages go into the write-ahead log: small ones cost less.
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
            if version == SCHEMA_VERSION and "event" in names:
                return
            # A file that was just made has neither version nor tables.
            if version or names:
                raise sqlite3.DatabaseError("it was written by another program or version; name another file")
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        """Folds the log into the file, closes it, and lets another service have it."""
        self._db.close()
        self._lock.close()

    # Reading, at the start

    def sessions(self) -> list[Session]:
        """Returns who is logged in."""
        rows = self._db.execute("SELECT device, kind, user, profile, ends_at FROM newest ORDER BY id")
        # Folded here: SQLite's NOCASE knows ASCII letters only, and a cluster file may change its spelling.
        newest = {fold(device): (kind, Session(device, *rest)) for device, kind, *rest in rows}
        return [session for kind, session in newest.values() if kind == LOGIN]

    def previous_users(self) -> dict[str, str]:
        """Returns who was logged in before, by folded device name."""
        rows = self._db.execute("SELECT device, user FROM previous_user ORDER BY id")
        return {fold(device): user for device, user in rows}

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

    def change(self, event_id: int, changes: Sequence[Change]) -> None:
        """Commits logins and logouts, all or none; the first one's event has this ID."""
        rows = [
            (event_id + n, at, kind, session.device, session.user, cause, session.profile, session.ends_at)
            for n, (at, kind, session, cause) in enumerate(changes)
        ]
        try:
            if len(rows) == 1:
                self._cursor.execute(_ADD, rows[0])  # one statement is a transaction by itself
            else:
                with self._transaction():
                    self._cursor.executemany(_ADD, rows)
        except sqlite3.IntegrityError as error:
            raise _somebody_else() from error

    def change_secret(
        self, event_id: int, at: float, account: str, name: str, secret: Hash, cause: str
    ) -> None:
        """Commits the hash of an account's new secret; `name` is the account as the event shows it."""
        try:
            with self._transaction():
                self._cursor.execute(_ADD, (event_id, at, SECRET, None, name, cause, None, None))
                self._cursor.execute("INSERT OR REPLACE INTO secret VALUES (?, ?, ?)", (account, *secret))
        except sqlite3.IntegrityError as error:
            raise _somebody_else() from error

    def reset(self) -> None:
        """Forgets everything."""
        with self._transaction():
            self._cursor.execute("DELETE FROM event")
            self._cursor.execute("DELETE FROM secret")

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


def _lock(path: Path) -> BinaryIO:
    """Takes the lock of a state file; it ends with the file that is returned, however the process ends."""
    # Here and not above: who keeps no state needs no lock.
    import portalocker

    try:
        file = os.fdopen(os.open(f"{path.resolve()}.lock", os.O_CREAT | os.O_RDWR, _OWNER), "r+b")
    except OSError as error:
        raise StateError(f"{path}: cannot be used as the state file: {error.strerror}") from error
    try:
        portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
    except portalocker.AlreadyLocked:
        file.close()
        what = "another service uses it; stop that one, or name another file"
        raise StateError(f"{path}: cannot be used as the state file: {what}") from None
    except portalocker.LockException as error:
        file.close()
        raise StateError(f"{path}: cannot be used as the state file: it cannot be locked: {error}") from error
    return file


def _keep_to_the_owner(path: str | os.PathLike[str]) -> None:
    """Makes the file where there is none; nobody but its owner may read it, since it holds hashes of secrets.

    SQLite gives its two files beside it the same mode.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, _OWNER))
    if Path(path).stat().st_mode & 0o077:
        with suppress(PermissionError):  # another's file, which he lets us use
            Path(path).chmod(_OWNER)


def _somebody_else() -> sqlite3.Error:
    """What a taken event ID means."""
    return sqlite3.OperationalError("another process has written to it; give each service a file of its own")
