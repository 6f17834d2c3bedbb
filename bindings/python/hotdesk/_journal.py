"""The journal of bulk runs over a list: what was sent and what came of it, so that a run that was stopped
goes on where it was, and a finished one can be told from it.

One JSON object a line, appended; that a row is about to be sent is on the disk before it is. It holds
addresses of services, numbers and hashes of rows, codes, and why an answer is missing; never a name of a list
and never a secret.
"""

import json
import os
from array import array
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from . import _files
from ._list_rows import Row, WorkList

# What the array of states holds for a row; a refused one has its code added, or nothing where it had none.
_LEFT, _IN_DOUBT, _DONE, _REFUSED, _REFUSED_WITH_CODE = 0, 1, 2, 3, 4
_UNKNOWN, _SKIPPED = -1, -2
_PLAIN = {"left": _LEFT, "sent": _IN_DOUBT, "done": _DONE, "unknown": _UNKNOWN, "skipped": _SKIPPED}
_WORDS = {state: word for word, state in _PLAIN.items()}
_DOUBTFUL = (_IN_DOUBT, _UNKNOWN)
_HIGHEST_CODE = 2**16 - 1
_STATES = "i"
"""The array's type: four bytes a row, whatever became of it."""


class Result(NamedTuple):
    """What became of a row.

    `state` is `done`, `refused` with the service's code, `unknown` with the reason why no answer came,
    `skipped` where it was already so, or `left`.
    """

    state: str
    code: int | None = None
    reason: str | None = None


class Earlier(NamedTuple):
    """The run before: when it began, and when it came to the end of the list, if it did."""

    began: datetime
    ended: datetime | None


class JournalFailed(ValueError):
    """The journal cannot be written, so nothing more may be sent."""


class Journal:
    """The journal of one list; only one process at a time can have it open.

    A finished list begins anew; an unfinished one goes on, unless `again`. With `retry_refused` the last run
    goes on, finished or not, and a row that was refused counts as never sent. Where the list was changed
    since, its rows are known again by what they ask for. A row that may have been sent is always asked for
    first.

    `earlier` is the run before, `goes_on` whether this is the same run, `dropped` how many rows that may have
    been sent are no longer in the list.
    """

    def __init__(
        self,
        work: WorkList,
        rows: int,
        services: Sequence[str] = (),
        *,
        again: bool = False,
        retry_refused: bool = False,
    ) -> None:
        self.path = work.path.with_name(work.path.name + ".journal")
        self.earlier: Earlier | None = None
        self.goes_on = False
        self.changed = False
        self.dropped = 0
        self._rows = rows
        self._services = list(services)
        self._states = array(_STATES, bytes(array(_STATES).itemsize * (rows + 1)))
        self._reasons: dict[int, str] = {}
        self._announcing = Lock()
        self._writing = Lock()
        self._broken: str | None = None
        try:
            self._file = _files.open_beside(self.path, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            raise ValueError(f"cannot write {self.path}: {error.strerror}") from None
        try:
            if not _files.lock(self._file):
                raise ValueError(f"{self.path} is in use; another run works on the same file")
            self._begin(
                work,
                _Kept.read(self._file, self.path, work.digest),
                again=again,
                retry_refused=retry_refused,
            )
        except OSError as error:
            self.close()
            raise ValueError(f"cannot use {self.path}: {error.strerror}") from None
        except BaseException:
            self.close()
            raise

    def sent(self, rows: Iterable[Row]) -> None:
        """Note that rows are about to be sent; it is on the disk when this returns, with all before it.

        May run in a thread of its own.
        """
        with self._announcing:
            self._write(*({"row": row.number, "state": "sent", "key": row.key()} for row in rows))
            self._sync()

    def result(self, row: int, result: Result) -> None:
        """Note what became of a row.

        It need not be on the disk at once: where a power cut takes it, the row is in doubt and is asked for.
        """
        self._states[row] = _state(result)
        entry: dict[str, Any] = {"row": row, "state": result.state, "code": result.code}
        if result.reason is not None:
            self._reasons[row] = entry["reason"] = result.reason
        self._write(entry)

    def end(self) -> None:
        """Note that the run came to the end of the list."""
        self._write({"end": _now()})
        self._sync()

    def in_doubt(self, row: int) -> bool:
        """Tell whether an earlier run may have sent the row and did not learn what became of it."""
        return self._states[row] == _IN_DOUBT

    def any_in_doubt(self) -> bool:
        """Tell whether there is such a row."""
        return _IN_DOUBT in self._states

    def of(self, row: int) -> Result | None:
        """Return what became of a row, if that is known."""
        state = self._states[row]
        if state in (_LEFT, _IN_DOUBT):
            return None
        if state >= _REFUSED:
            return Result("refused", state - _REFUSED_WITH_CODE if state >= _REFUSED_WITH_CODE else None)
        return Result(_WORDS[state], reason=self._reasons.get(row))

    def results(self) -> Iterator[Result]:
        """Return what became of each row of which that is known."""
        return (result for row in range(1, self._rows + 1) if (result := self.of(row)))

    def close(self) -> None:
        """Let another process have it, once what a thread is writing there is written."""
        with self._announcing:
            if self._file >= 0:
                os.close(self._file)
            # Whoever comes too late must not write to a file that gets the same number.
            self._file = -1

    def _begin(self, work: WorkList, kept: "_Kept", *, again: bool, retry_refused: bool) -> None:
        """Settle which run this is, and have that on the disk."""
        os.ftruncate(self._file, kept.whole)
        if kept.began is not None:
            self.earlier = Earlier(kept.began, kept.ended)
            self.goes_on = retry_refused or (kept.ended is None and not again)
            before, now = ({one.casefold() for one in some} for some in (kept.services, self._services))
            if self.goes_on and before and before.isdisjoint(now):
                where = " and ".join(kept.services)
                raise ValueError(
                    f"the last run of {work.path} was on {where}, so this one cannot go on with it; --again "
                    "begins anew"
                )
        for row, state, reason in kept.states(work):
            if (retry_refused or not self.goes_on) and state == _UNKNOWN:
                state = _IN_DOUBT
            elif (retry_refused and state >= _REFUSED) or not (self.goes_on or state == _IN_DOUBT):
                state = _LEFT
            elif reason is not None and state == _UNKNOWN:
                self._reasons[row] = reason
            self._states[row] = state
        self.changed = self.goes_on and not kept.same_list
        self.dropped = kept.dropped()
        if self.goes_on and kept.same_list:
            self._write({"on": _now()})
        else:
            carried = [
                [row.number, state, row.key(), self._reasons.get(row.number)]
                for row in work.rows()
                if (state := self._states[row.number]) != _LEFT
            ]
            if not carried:
                os.ftruncate(self._file, 0)
            begin = {"begin": _now(), "file": work.digest, "rows": self._rows, "services": self._services}
            self._write({**begin, "carried": carried})
        self._sync()
        _files.sync_folder(self.path.parent)

    def _write(self, *entries: dict[str, Any]) -> None:
        data = b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)
        with self._writing:
            if self._broken is not None:
                raise JournalFailed(self._broken)
            try:
                whole = os.fstat(self._file).st_size
                written = os.write(self._file, data)
                if written < len(data):
                    # Half a line would make one with whatever is written next.
                    os.ftruncate(self._file, whole)
                    raise self._failed("there is no room")
            except OSError as error:
                raise self._failed(error.strerror) from None

    def _sync(self) -> None:
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._failed(error.strerror) from None

    def _failed(self, why: str | None) -> JournalFailed:
        self._broken = f"cannot write {self.path}: {why}"
        return JournalFailed(self._broken)


class _Kept:
    """What a journal says of the last run in it.

    `whole` is how many bytes hold whole lines: one that was cut by a stop in the middle of writing never was
    a step. What a row asks for is kept only where the list has changed, for there it is looked up.
    """

    def __init__(self, digest: str) -> None:
        self.whole = 0
        self.began: datetime | None = None
        self.ended: datetime | None = None
        self.same_list = True
        self.services: list[str] = []
        self._digest = digest
        self._rows = 0
        self._states: dict[int, int] = {}
        self._reasons: dict[int, str] = {}
        self._keys: dict[int, str] = {}

    @classmethod
    def read(cls, file: int, path: Path, digest: str) -> "_Kept":
        """Read it; raise `ValueError` where it is none."""
        kept = cls(digest)
        try:
            # Not opened a second time: on some systems a lock keeps out whoever opens the file anew.
            os.lseek(file, 0, os.SEEK_SET)
            with open(file, "rb", closefd=False) as lines:
                for line in lines:
                    if not line.endswith(b"\n"):
                        break
                    kept._note(json.loads(line))
                    kept.whole += len(line)
        except (LookupError, TypeError, ValueError):
            raise ValueError(f"{path} is no journal; remove it to start from the beginning") from None
        return kept

    def states(self, work: WorkList) -> Iterator[tuple[int, int, str | None]]:
        """Return the rows of a list of which something is known: number, state, reason."""
        if self.same_list:
            for row, state in self._states.items():
                yield row, state, self._reasons.get(row)
            return
        known: defaultdict[str, deque[int]] = defaultdict(deque)
        for row, key in self._keys.items():
            if self._states.get(row, _LEFT) != _LEFT:
                known[key].append(row)
        for row in work.rows():
            if rows := known.get(row.key()):
                before = rows.popleft()
                yield row.number, self._states.pop(before), self._reasons.get(before)

    def dropped(self) -> int:
        """Return how many rows that may have been sent `states` did not find in the list."""
        return 0 if self.same_list else sum(state in _DOUBTFUL for state in self._states.values())

    def _note(self, entry: dict[str, Any]) -> None:
        if "begin" in entry:
            self.began, self.ended = datetime.fromisoformat(entry["begin"]), None
            self.same_list = entry["file"] == self._digest
            self._rows, self.services = entry["rows"], entry["services"]
            self._states, self._reasons, self._keys = {}, {}, {}
            for row, state, key, reason in entry["carried"]:
                self._set(row, state, key, reason)
        elif self.began is None:
            raise ValueError
        elif "end" in entry:
            self.ended = datetime.fromisoformat(entry["end"])
        elif "on" in entry:
            self.ended = None
        else:
            state = _state(Result(entry["state"], entry.get("code")))
            self._set(entry["row"], state, entry.get("key"), entry.get("reason"))

    def _set(self, row: int, state: int, key: str | None, reason: str | None) -> None:
        if not 1 <= row <= self._rows:
            raise ValueError
        self._states[row] = state
        if reason is not None:
            self._reasons[row] = reason
        if key is not None and not self.same_list:
            self._keys[row] = key


def _state(result: Result) -> int:
    if result.state != "refused":
        return _PLAIN[result.state]
    if result.code is None:
        return _REFUSED
    if not 0 <= result.code <= _HIGHEST_CODE:
        raise ValueError
    return _REFUSED_WITH_CODE + result.code


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
