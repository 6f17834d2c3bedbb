"""The journal of a bulk run: what was sent and what came of it, so that a run that was stopped goes on where
it was.

One JSON object a line, appended; that a row is about to be sent is on the disk before it is. It holds numbers
of rows and codes, never a name and never a secret.
"""

import fcntl
import hashlib
import json
import os
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

# What the array of states holds for a row; a refused one has its code added, or nothing where it had none.
_UNKNOWN, _IN_DOUBT, _DONE, _REFUSED = 0, 1, 2, 3
_REFUSED_WITH_CODE = 4
_STATES = "i"
"""The array's type: four bytes a row, whatever became of it."""


class Result(NamedTuple):
    """What became of a row: `done`, or `refused` with the service's code."""

    state: str
    code: int | None = None


class Journal:
    """The journal of one CSV file; only one process at a time can have it open.

    With `retry_refused`, a row that was refused counts as never sent.
    """

    def __init__(self, csv: Path, *, retry_refused: bool = False) -> None:
        self.path = csv.with_name(csv.name + ".journal")
        self._states = array(_STATES)
        self._announcing = Lock()
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise ValueError(f"cannot write {self.path}: {error.strerror}") from None
        try:
            self._lock()
            self._read(fingerprint(csv))
        except BaseException:
            self.close()
            raise
        if retry_refused:
            kept = (_UNKNOWN if state >= _REFUSED else state for state in self._states)
            self._states = array(_STATES, kept)

    def sent(self, rows: Iterable[int]) -> None:
        """Note that rows are about to be sent; it is on the disk when this returns, with all before it.

        May run in a thread of its own.
        """
        with self._announcing:
            self._write(*({"row": row, "state": "sent"} for row in rows))
            self._sync(self._file)

    def result(self, row: int, state: str, code: int | None = None) -> None:
        """Note what became of a row: `done`, or `refused` with the service's code.

        It need not be on the disk at once: where a power cut takes it, the row is in doubt and is asked for.
        """
        entry = {"row": row, "state": state, "code": code}
        self._write(entry)
        self._note(entry)

    def in_doubt(self, row: int) -> bool:
        """Tell whether an earlier run may have sent the row and did not learn what became of it."""
        return self._state(row) == _IN_DOUBT

    def any_in_doubt(self) -> bool:
        """Tell whether there is such a row."""
        return _IN_DOUBT in self._states

    def of(self, row: int) -> Result | None:
        """Return what became of a row, if that is known."""
        state = self._state(row)
        if state in (_UNKNOWN, _IN_DOUBT):
            return None
        if state == _DONE:
            return Result("done")
        return Result("refused", state - _REFUSED_WITH_CODE if state >= _REFUSED_WITH_CODE else None)

    def results(self) -> Iterator[Result]:
        """Return what became of each row of which that is known."""
        return (result for row in range(len(self._states)) if (result := self.of(row)))

    def close(self) -> None:
        """Let another process have it, once what a thread is writing there is written."""
        with self._announcing:
            os.close(self._file)
            # Whoever comes too late must not write to a file that gets the same number.
            self._file = -1

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(f"{self.path} is in use; another run works on the same file") from None

    def _read(self, file: str) -> None:
        whole = 0
        try:
            with self.path.open("rb") as lines:
                for line in lines:
                    if not line.endswith(b"\n"):
                        break
                    entry = json.loads(line)
                    if whole:
                        self._note(entry)
                    elif entry["file"] != file:
                        raise _Other
                    whole += len(line)
        except _Other:
            raise ValueError(
                f"{self.path} is of another content of the file; remove it to start from the beginning"
            ) from None
        except (LookupError, TypeError, ValueError, OverflowError):
            raise ValueError(f"{self.path} is no journal; remove it to start from the beginning") from None
        # A line that was cut by a stop in the middle of writing never was a step.
        os.ftruncate(self._file, whole)
        if not whole:
            self._write({"file": file})
            # That the file is there must outlive a power cut, too.
            folder = os.open(self.path.parent, os.O_RDONLY)
            self._sync(folder)
            os.close(folder)

    def _state(self, row: int) -> int:
        return self._states[row] if row < len(self._states) else _UNKNOWN

    def _note(self, entry: dict[str, Any]) -> None:
        row, code = entry["row"], entry.get("code")
        if missing := max(0, row + 1 - len(self._states)):
            self._states.extend([_UNKNOWN] * missing)
        refused = _REFUSED if code is None else _REFUSED_WITH_CODE + code
        self._states[row] = {"sent": _IN_DOUBT, "done": _DONE, "refused": refused}[entry["state"]]

    def _write(self, *entries: dict[str, Any]) -> None:
        data = b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)
        try:
            written = os.write(self._file, data)
        except OSError as error:
            raise self._failed(error.strerror) from None
        if written < len(data):
            raise self._failed("there is no room")

    def _sync(self, file: int) -> None:
        try:
            os.fsync(file)
        except OSError as error:
            raise self._failed(error.strerror) from None

    def _failed(self, why: str | None) -> ValueError:
        return ValueError(f"cannot write {self.path}: {why}; the same command goes on where it stopped")


class _Other(Exception):
    """The journal is of another content of the file."""


def fingerprint(path: Path) -> str:
    """Return what tells this content of a file from any other."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 16):
            digest.update(block)
    return digest.hexdigest()
