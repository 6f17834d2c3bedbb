"""The journal of a bulk run: what was sent and what came of it, so that a run that was stopped goes on where
it was.

One JSON object a line, appended and on the disk before the next step. It holds numbers of rows and codes,
never a name and never a secret.
"""

import fcntl
import hashlib
import json
import os
from pathlib import Path
from typing import Any


class Journal:
    """The journal of one CSV file; only one process at a time can have it open."""

    def __init__(self, csv: Path) -> None:
        self.path = csv.with_name(csv.name + ".journal")
        self.results: dict[int, dict[str, Any]] = {}
        self.in_doubt: set[int] = set()
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._lock()
            self._read(fingerprint(csv))
        except BaseException:
            self.close()
            raise

    def sent(self, row: int) -> None:
        """Note that a row is about to be sent."""
        self._write({"row": row, "state": "sent"})

    def result(self, row: int, state: str, code: int | None = None) -> None:
        """Note what became of a row: `done`, or `refused` with the service's code."""
        entry = {"row": row, "state": state, "code": code}
        self._write(entry)
        self.results[row] = entry

    def close(self) -> None:
        """Let another process have it."""
        os.close(self._file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(f"{self.path} is in use; another run works on the same file") from None

    def _read(self, file: str) -> None:
        data = self.path.read_bytes()
        whole = data.rfind(b"\n") + 1
        # A line that was cut by a stop in the middle of writing never was a step.
        os.ftruncate(self._file, whole)
        lines = data[:whole].splitlines()
        if not lines:
            self._write({"file": file})
            return
        try:
            entries = [json.loads(line) for line in lines]
            if entries[0]["file"] != file:
                raise ValueError(
                    f"{self.path} is of another content of the file; remove it to start from the beginning"
                )
            for entry in entries[1:]:
                if entry["state"] == "sent":
                    self.in_doubt.add(entry["row"])
                else:
                    self.in_doubt.discard(entry["row"])
                    self.results[entry["row"]] = entry
        except (KeyError, TypeError, json.JSONDecodeError):
            raise ValueError(f"{self.path} is no journal; remove it to start from the beginning") from None

    def _write(self, entry: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(entry).encode() + b"\n")
        os.fdatasync(self._file)


def fingerprint(path: Path) -> str:
    """Return what tells this content of a file from any other."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 16):
            digest.update(block)
    return digest.hexdigest()
