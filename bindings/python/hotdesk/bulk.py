"""Work a CSV file off: many logins and logouts, checked before the first one is sent, stopped and gone on
with at will.

No row is ever sent twice without a query in between. Memory holds a hash of each device's name and four
bytes a row, never the rows.
"""

import asyncio
import csv
from asyncio import Queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ._journal import Journal, Result
from ._native import AppInfo, Login, Logout
from ._operations import Duration
from .client import AsyncClient
from .codes import em_service
from .errors import AnswerLost, Error, ServiceRefused

if TYPE_CHECKING:
    import _csv

COLUMNS = ("operation", "device", "user", "profile", "duration")
ERRORS_SHOWN = 20
SETTLE_SECONDS = 2.0
"""How long a request of a run that was stopped may still be under way; only then a query tells."""
APART_SECONDS = 0.02
"""How far apart the first rows start: answers that all come at once wait for each other to be handled."""
SENDS = 3
"""How often a row is sent at most, each time after a query that showed that it was not done."""


@dataclass(frozen=True)
class Row:
    """One row: `number` counts rows from 1, `line` is where it stands in the file."""

    number: int
    line: int
    operation: str
    device: str
    user: str
    profile: str | None
    duration: Duration


@dataclass
class Tally:
    """How far a run is."""

    rows: int = 0
    done: int = 0
    refused: int = 0


def rows(path: Path) -> Iterator[Row]:
    """Read the rows of a file; raise `ValueError` that names the line."""
    try:
        # utf-8-sig: spreadsheets write a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as file:
            # Where a comma is in numbers, spreadsheets write semicolons between fields.
            delimiter = max(",;\t", key=file.readline().count)
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            try:
                yield from _rows(reader)
            except csv.Error as error:
                raise ValueError(f"line {reader.line_num}: {error}") from None
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8; save it as CSV UTF-8") from None


def check(path: Path, app: AppInfo) -> int:
    """Check every row; return how many there are, or raise `ValueError` that names what is wrong where."""
    # A hash each, for the names would be a lot to keep; which line is the first is looked up when it matters.
    seen: set[int] = set()
    wrong: list[str] = []
    count = 0
    for row in rows(path):
        count += 1
        try:
            _message(row, app).to_form()
        except (Error, ValueError) as error:
            wrong.append(f"line {row.line}: {error}")
        device = hash(row.device.casefold())
        if device in seen and (first := _first(path, row)) is not None:
            # Rows run side by side, so nobody could say which of the two came last.
            wrong.append(f"line {row.line}: the device stands in line {first}, too; use two files")
        seen.add(device)
        if len(wrong) >= ERRORS_SHOWN:
            break
    if wrong:
        raise ValueError("nothing was sent: " + "; ".join(wrong))
    if not count:
        raise ValueError("nothing was sent: there are no rows")
    return count


async def run(
    path: Path,
    client: AsyncClient,
    app: AppInfo,
    pace: "Pace",
    progress: Callable[[Tally], None] = lambda _: None,
    *,
    retry_refused: bool = False,
) -> Tally:
    """Work the file off, or go on with it; write the result beside it.

    Raises `Unreachable`, `AnswerLost` or `BrokenAnswer` where the service is not there; the journal then
    knows how far it came, and the same call goes on. With `retry_refused` it sends what was refused again.
    """
    tally = Tally(rows=check(path, app))
    journal = Journal(path, retry_refused=retry_refused)
    try:
        if journal.any_in_doubt():
            await asyncio.sleep(SETTLE_SECONDS)
        for result in journal.results():
            _count(tally, result)
        ready: Queue[Row | None] = Queue(pace.most)

        async def work(after: float) -> None:
            await asyncio.sleep(after)
            while (row := await ready.get()) is not None:
                async with pace:
                    result = await _work_off(row, client, journal)
                journal.result(row.number, *result)
                _count(tally, result)
                pace.went_well()
                progress(tally)

        progress(tally)
        tasks = [asyncio.ensure_future(work(n * APART_SECONDS)) for n in range(pace.most)]
        tasks.append(asyncio.ensure_future(_announce(path, journal, ready, pace.most)))
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            # What was under way is in the journal as sent, and is asked for next time.
            await asyncio.gather(*tasks, return_exceptions=True)
        _write_result(path, journal)
    finally:
        journal.close()
    return tally


async def _announce(path: Path, journal: Journal, ready: "Queue[Row | None]", workers: int) -> None:
    """Put the rows that are left into `ready`, each in the journal before.

    They are announced some at a time and while others are under way, so that a slot that becomes free never
    waits for the disk. Where the run stops, those that were not sent are asked for like the others.
    """
    waiting = (row for row in rows(path) if journal.of(row.number) is None)
    while some := list(islice(waiting, workers)):
        await asyncio.to_thread(journal.sent, [row.number for row in some])
        for row in some:
            await ready.put(row)
    for _ in range(workers):
        await ready.put(None)


class Pace:
    """How many rows run at once: at most as asked, half of it after each code 26, one more after each 20
    that went well. Used as a context around a row."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._limit = float(most)
        self._running = 0
        self._changed = asyncio.Condition()

    def busy(self) -> None:
        """Slow down: the service had too much to do."""
        self._limit = max(1.0, self._limit / 2)

    def went_well(self) -> None:
        """Speed up again, slowly."""
        self._limit = min(float(self.most), self._limit + 0.05)

    async def __aenter__(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._running < max(1, int(self._limit)))
            self._running += 1

    async def __aexit__(self, *_: object) -> None:
        async with self._changed:
            self._running -= 1
            self._changed.notify_all()


async def _work_off(row: Row, client: AsyncClient, journal: Journal) -> Result:
    """Send a row that the journal has as sent; return what became of it."""
    if journal.in_doubt(row.number) and await _is_done(row, client):
        return Result("done")
    for attempt in range(SENDS):
        try:
            if row.operation == "login":
                await client.login(row.device, row.user, row.profile, row.duration)
            else:
                await client.logout(row.device)
        except ServiceRefused as refused:
            return Result("refused", refused.code)
        except AnswerLost as lost:
            if lost.done is None or attempt + 1 == SENDS:
                raise
            await asyncio.sleep(SETTLE_SECONDS)
            if not await _is_done(row, client):
                continue
        break
    return Result("done")


async def _is_done(row: Row, client: AsyncClient) -> bool:
    (now,) = await client.device_users(row.device)
    if row.operation == "logout":
        return now.status == "loggedOut"
    return now.user is not None and now.user.casefold() == row.user.casefold()


def _first(path: Path, of: Row) -> int | None:
    """Return the line of an earlier row with the same device."""
    device = of.device.casefold()
    earlier = (row for row in rows(path) if row.line < of.line)
    return next((row.line for row in earlier if row.device.casefold() == device), None)


def _message(row: Row, app: AppInfo) -> Login | Logout:
    if row.operation == "logout":
        return Logout(app=app, device_name=row.device)
    return Login(
        app=app,
        device_name=row.device,
        user_id=row.user,
        device_profile=row.profile,
        exclusive_duration=row.duration,
    )


def _rows(reader: "_csv.Reader") -> Iterator[Row]:
    header = [name.strip().lower() for name in next(reader, [])]
    _check_header(header)
    number = 0
    for fields in reader:
        if not any(field.strip() for field in fields):
            continue
        number += 1
        if len(fields) > len(header) and any(fields[len(header) :]):
            raise ValueError(f"line {reader.line_num}: there are more fields than columns")
        yield _row(number, reader.line_num, dict(zip(header, map(str.strip, fields), strict=False)))


def _check_header(header: list[str]) -> None:
    names = [name for name in header if name]
    if unknown := [name for name in names if name not in COLUMNS]:
        raise ValueError(f"line 1: unknown column {unknown[0]!r}; known: {', '.join(COLUMNS)}")
    if len(set(names)) != len(names):
        raise ValueError("line 1: a column stands twice")
    if "device" not in names:
        raise ValueError("line 1: the column device is missing; the first line names the columns")


def _row(number: int, line: int, fields: dict[str, str]) -> Row:
    operation = fields.get("operation", "").lower() or "login"
    if operation not in ("login", "logout"):
        raise ValueError(f"line {line}: operation must be login or logout")
    text = fields.get("duration", "").lower()
    duration: Duration = None
    if text == "indefinite":
        duration = "indefinite"
    elif text.isascii() and text.isdigit():
        duration = int(text)
    elif text:
        raise ValueError(f"line {line}: duration must be whole minutes or indefinite")
    user, profile = fields.get("user", ""), fields.get("profile") or None
    return Row(number, line, operation, fields.get("device", ""), user, profile, duration)


def _count(tally: Tally, result: Result) -> None:
    if result.state == "done":
        tally.done += 1
    else:
        tally.refused += 1


def _write_result(path: Path, journal: Journal) -> None:
    beside = path.with_name(path.name + ".result.csv")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", *COLUMNS, "result", "code", "name", "remedy"])
            for row in rows(path):
                given = [row.line, row.operation, row.device, row.user, row.profile, row.duration]
                state, code = journal.of(row.number) or Result("")
                known = None if code is None else em_service[code]
                writer.writerow([*given, state, code, known and known.name, known and known.remedy])
    except OSError as error:
        raise ValueError(f"cannot write {beside}: {error.strerror}") from None
