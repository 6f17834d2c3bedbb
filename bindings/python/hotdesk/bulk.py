"""Work a list off: many logins, logouts and take-overs, checked before the first one is sent, stopped and
gone on with at will.

No row is ever sent twice without a query in between. Memory holds the text of the list and four bytes a row,
never the rows.
"""

import asyncio
import time
from asyncio import Queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from . import _results
from ._journal import Earlier, Journal, JournalFailed, Result
from ._list_rows import Row, WorkList
from ._order import Order
from .client import AsyncClient
from .errors import AnswerLost, BrokenAnswer, ServiceRefused, TransportError, Unreachable

__all__ = [
    "Options",
    "Pace",
    "Report",
    "Row",
    "Stop",
    "Stopped",
    "Tally",
    "WorkList",
    "result_path",
    "rows",
    "run",
]

SETTLE_SECONDS = 2.0
"""How long a request of a run that was stopped may still be under way; only then a query tells."""
GRACE_SECONDS = 5.0
"""How long a run that is stopped waits for the answers that are under way."""
APART_SECONDS = 0.02
"""How far apart two rows start at most: answers that all come at once wait for each other to be handled."""
PROOF_SECONDS = 5.0
"""How long the first row goes alone without an answer before another one is tried."""
SENDS = 3
"""How often a row is sent at most, each time after a query that showed that it was not done."""
ASKER = (2, 3, 10, 27, 28, 30)
"""Codes about who asks, not about a row: the next row would be refused likewise, and the account locked."""
ELSEWHERE = 25
WITNESSES = 3
"""How many other devices are asked about to tell a row without an answer from a service that is gone."""

Why = Literal["asked", "refused", "gone", "failures", "limit", "journal"]


@dataclass(frozen=True)
class Options:
    """How a run goes.

    `again` begins an unfinished run anew; `retry_refused` goes on with the last run, finished or not, and
    sends again what was refused or got no answer; `skip_done` asks about each row first and leaves alone what
    is already so. `stop_after` rows that were refused or got no answer end the run, `limit` is how many rows
    it sends at most.
    """

    again: bool = False
    retry_refused: bool = False
    skip_done: bool = False
    stop_after: int | None = None
    limit: int | None = None


@dataclass
class Tally:
    """How far a run is: what became of the rows, and how many of them this run has `sent`."""

    rows: int = 0
    done: int = 0
    refused: int = 0
    unknown: int = 0
    skipped: int = 0
    sent: int = 0

    @property
    def left(self) -> int:
        """The rows that nothing is known of."""
        return self.rows - self.done - self.refused - self.unknown - self.skipped


@dataclass(frozen=True)
class Stopped:
    """Why a run did not come to the end of the list, in words, and the service's code if that was it."""

    why: Why
    text: str
    code: int | None = None


@dataclass
class Report:
    """What a run did.

    `earlier` is the run before, `goes_on` whether this one went on with it, `known` how many rows that one
    had settled. `result` is the table beside the list, absent where it could not be written; `notes` says
    what else a person should know. `failures` are the rows that were refused or got no answer.
    """

    tally: Tally
    earlier: Earlier | None = None
    goes_on: bool = False
    known: int = 0
    stopped: Stopped | None = None
    result: Path | None = None
    notes: list[str] = field(default_factory=list)
    failures: list[tuple[Row, Result]] = field(default_factory=list)


class Stop:
    """A person's wish that a run stops: once, and it waits for what is under way; twice, and it does not."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.now = asyncio.Event()

    def request(self) -> None:
        """Ask for it."""
        (self.now if self.asked.is_set() else self.asked).set()


class Pace:
    """How many rows run at once: at most as asked, half of it after each code 26, one more after each 20
    that went well; at least `pause` seconds between two starts. Used as a context around a row."""

    def __init__(self, most: int, pause: float = 0.0) -> None:
        self.most = most
        self._pause = pause
        self._apart = pause
        self._next = 0.0
        self._limit = float(most)
        self._running = 0
        self._changed = asyncio.Condition()

    def busy(self) -> None:
        """Slow down: the service had too much to do."""
        self._limit = max(1.0, self._limit / 2)

    def went_well(self) -> None:
        """Speed up again, slowly."""
        self._limit = min(float(self.most), self._limit + 0.05)

    def took(self, seconds: float) -> None:
        """Spread the starts over half of the time that a row took, or less."""
        self._apart = max(self._pause, min(APART_SECONDS, seconds / (2 * self.most)))

    async def __aenter__(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._running < max(1, int(self._limit)))
            self._running += 1
        if self._apart:
            now = asyncio.get_running_loop().time()
            wait, self._next = self._next - now, max(self._next, now) + self._apart
            await asyncio.sleep(max(0.0, wait))

    async def __aexit__(self, *_: object) -> None:
        async with self._changed:
            self._running -= 1
            self._changed.notify_all()


def rows(path: Path) -> Iterator[Row]:
    """Return the rows of a list; raise `ValueError` where it has faults."""
    work = WorkList.read(path)
    work.check()
    return work.rows()


def result_path(path: Path) -> Path:
    """Return where the result of a list is written."""
    return path.with_name(path.name + ".result.csv")


async def run(
    work: WorkList,
    client: AsyncClient,
    pace: Pace,
    options: Options | None = None,
    *,
    progress: Callable[[Tally], object] = lambda _: None,
    settled: Callable[[Row, Result], object] = lambda *_: None,
    stop: Stop | None = None,
    services: Sequence[str] = (),
) -> Report:
    """Work a list off that has no faults, or go on with it; write the result beside it.

    `services` are the client's, so that a run goes on only where it began. `progress` is told how far it
    is, `settled` what became of each row. Raises `ValueError` where the list has faults or its journal
    cannot be used; whatever happens later is in the report.
    """
    options = options or Options()
    count = work.check()
    journal = Journal(work, count, services, again=options.again, retry_refused=options.retry_refused)
    try:
        made = _Run(work, count, client, pace, journal, options, progress, settled)
        try:
            await made.go(stop or Stop())
        finally:
            made.finish()
        return made.report
    finally:
        journal.close()


class _Run:
    """One run: rows go from the order over the journal into `_ready`, and from there to the service."""

    def __init__(
        self,
        work: WorkList,
        rows: int,
        client: AsyncClient,
        pace: Pace,
        journal: Journal,
        options: Options,
        progress: Callable[[Tally], object],
        settled: Callable[[Row, Result], object],
    ) -> None:
        self._work = work
        self._client = client
        self._pace = pace
        self._journal = journal
        self._options = options
        self._progress = progress
        self._settled = settled
        self._order = Order(row for row in work.rows() if journal.of(row.number) is None)
        self._ready: Queue[Row | None] = Queue(pace.most)
        self._changed = asyncio.Event()
        self._taken = 0
        self._failed = 0
        self._proved = False
        self._unproved = 1
        self._answered: str | None = None
        self._lost: dict[int, str] = {}
        self._tally = Tally(rows=rows)
        for result in journal.results():
            self._count(result)
        self.report = Report(self._tally, journal.earlier, journal.goes_on, rows - self._tally.left)
        if journal.changed:
            self.report.notes.append(
                f"{work.path}, or its --operation, was changed since that run; its rows are known again by "
                f"what they ask for"
            )
        if journal.dropped:
            self.report.notes.append(
                f"{journal.dropped} rows that may have been sent are no longer in {work.path}"
            )

    async def go(self, stop: Stop) -> None:
        """Work off what is left until the end or until something stops it."""
        self._progress(self._tally)
        works = [self._worker() for _ in range(self._pace.most)]
        tasks = [asyncio.ensure_future(work) for work in [self._announce(), *works]]
        whole = asyncio.gather(*tasks)
        waiting = [asyncio.ensure_future(event.wait()) for event in (stop.asked, stop.now)]
        try:
            await asyncio.wait([whole, waiting[0]], return_when=asyncio.FIRST_COMPLETED)
            if not whole.done():
                self._stop("asked", "stopped")
                await asyncio.wait(
                    [whole, waiting[1]], timeout=GRACE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
            if whole.done():
                whole.result()
        finally:
            # What is under way is in the journal as sent, and is asked for next time.
            everything: list[asyncio.Future[Any]] = [*tasks, whole, *waiting]
            for future in everything:
                future.cancel()
            await asyncio.gather(*everything, return_exceptions=True)

    def finish(self) -> None:
        """Write the result, and the end into the journal where this was the end."""
        report, path = self.report, result_path(self._work.path)
        if changed := self._work.file.changed():
            report.notes.append(f"{changed}; the result is of the list as it was when it was read")
        for row in self._work.rows():
            result = self._result(row)
            if result.state in ("refused", "unknown"):
                report.failures.append((row, result))
        if report.stopped is None and self._tally.left:
            report.stopped = Stopped("limit", f"{self._options.limit} rows were sent, which is the limit")
        try:
            _results.write(path, self._work, self._result)
            report.result = path
            if report.stopped is None:
                self._journal.end()
        except ValueError as error:
            if report.stopped is None:
                report.stopped = Stopped("journal", str(error))
            else:
                report.notes.append(str(error))

    def _result(self, row: Row) -> Result:
        if result := self._journal.of(row.number):
            return result
        if self._journal.in_doubt(row.number) or row.number in self._lost:
            why = self._lost.get(row.number, "an earlier run may have sent it")
            return Result("unknown", reason=f"{why}; the same command asks about it")
        return Result("left")

    async def _announce(self) -> None:
        """Put the rows that may start into `_ready`, each in the journal before.

        They are announced some at a time and while others are under way, so that a slot that becomes free
        never waits for the disk. The first row goes alone: what it is told of who asks holds for the others.
        """
        try:
            if self._journal.any_in_doubt():
                await asyncio.sleep(SETTLE_SECONDS)
            while self.report.stopped is None and not self._order.ended():
                self._changed.clear()
                rows = self._order.start(self._room())
                if not rows:
                    if not self._order.running:
                        break
                    await self._wait()
                    continue
                self._taken += len(rows)
                await asyncio.to_thread(self._journal.sent, rows)
                for row in rows:
                    await self._ready.put(row)
        except JournalFailed as failed:
            self._stop("journal", str(failed))
        for _ in range(self._pace.most):
            await self._ready.put(None)

    async def _wait(self) -> None:
        """Wait until a row has ended; let one more start where the first ones get no answer for a while."""
        try:
            await asyncio.wait_for(self._changed.wait(), None if self._proved else PROOF_SECONDS)
        except asyncio.TimeoutError:
            self._unproved = min(self._unproved + 1, self._pace.most)

    def _room(self) -> int:
        """Return how many rows may start."""
        most = self._pace.most if self._proved else self._unproved - self._order.running
        return most if self._options.limit is None else min(most, self._options.limit - self._taken)

    async def _worker(self) -> None:
        while (row := await self._ready.get()) is not None:
            try:
                if self.report.stopped is None:
                    async with self._pace:
                        await self._work_off(row)
                else:
                    self._give_back(row)
            except JournalFailed as failed:
                self._stop("journal", str(failed))
            self._changed.set()

    async def _work_off(self, row: Row) -> None:
        """Send a row that the journal has as sent, and note what became of it."""
        if self.report.stopped is not None:
            self._give_back(row)
            return
        doubtful = self._journal.in_doubt(row.number)
        # Where the run is cut short, this is what is known.
        self._lost[row.number] = "it was under way when the run was stopped"
        began = time.monotonic()
        result = await self._outcome(row, doubtful=doubtful)
        if result is None:
            self._order.end(row)
            return
        del self._lost[row.number]
        if result.state == "left":
            self._give_back(row)
            return
        if result.code == ELSEWHERE and self._order.overtook(row):
            self._taken -= 1
            self._order.again(row)
            return
        self._order.end(row)
        self._proved = True
        if result.state != "unknown":
            self._pace.took(time.monotonic() - began)
        self._count(result)
        if result.state in ("refused", "unknown"):
            self._failed += 1
            if self._failed == self._options.stop_after:
                self._stop("failures", f"{self._failed} rows were refused or got no answer")
        else:
            self._pace.went_well()
        self._settled(row, result)
        self._progress(self._tally)
        self._journal.result(row.number, result)

    def _give_back(self, row: Row) -> None:
        """Note that a row was not sent after all, unless an earlier run may have sent it."""
        self._order.end(row)
        if not self._journal.in_doubt(row.number):
            self._journal.result(row.number, Result("left"))

    async def _outcome(self, row: Row, *, doubtful: bool) -> Result | None:
        """Send a row until it is known what became of it; return that, or nothing where the run stops and it
        may have been carried out.
        """
        lost: AnswerLost | None = None
        sends = 0
        try:
            while True:
                if (doubtful or lost or self._options.skip_done) and await self._is_so(row):
                    return Result("done" if doubtful or lost else "skipped")
                if lost and sends == SENDS:
                    return Result("unknown", reason=str(lost))
                doubtful, lost = False, None
                sends += 1
                self._tally.sent += sends == 1
                try:
                    await self._send(row)
                except AnswerLost as error:
                    lost = error
                    await asyncio.sleep(SETTLE_SECONDS)
                else:
                    self._answered = row.device
                    return Result("done")
        except ServiceRefused as refused:
            self._answered = row.device
            if refused.code in ASKER:
                self._stop("refused", f"line {row.line}: {row.device}: {refused}", refused.code)
                self._lost[row.number] = f"{lost or 'it may have been sent'}; {refused}"
                return None if doubtful or lost else Result("left")
            if lost or doubtful:
                return Result("unknown", reason=f"{lost or 'it may have been sent'}; {refused}")
            return Result("refused", refused.code)
        except TransportError as error:
            if await self._is_there(row, error):
                return Result("unknown", reason=str(lost or error))
            self._stop("gone", f"line {row.line}: {row.device}: {error}")
            self._lost[row.number] = str(lost or error)
            return None if doubtful or lost else Result("left")

    async def _send(self, row: Row) -> None:
        if row.operation == "logout":
            await self._client.logout(row.device)
        elif row.operation == "login":
            await self._client.login(row.device, row.user, row.profile, row.duration)
        else:
            await self._client.take_over(row.device, row.user, row.profile, row.duration)

    async def _is_so(self, row: Row) -> bool:
        (now,) = await self._client.device_users(row.device)
        self._answered = row.device
        if row.operation == "logout":
            return now.status == "loggedOut"
        return now.user is not None and now.user.casefold() == row.user.casefold()

    async def _is_there(self, row: Row, error: TransportError) -> bool:
        """Tell a row that gets no answer from a service that is gone: others are asked about."""
        if not _may_be_the_row(error):
            return False
        others = (
            other.device for other in self._work.rows() if other.device.casefold() != row.device.casefold()
        )
        witnesses = [self._answered] if self._answered not in (None, row.device) else []
        witnesses += islice(dict.fromkeys(islice(others, 10 * WITNESSES)), WITNESSES)
        for device in witnesses:
            try:
                await self._client.device_users(device)
            except ServiceRefused:
                return True
            except TransportError as failed:
                if self.report.stopped is not None or not _may_be_the_row(failed):
                    return False
                continue
            return True
        return not witnesses

    def _stop(self, why: Why, text: str, code: int | None = None) -> None:
        """Start no row any more; the first reason holds."""
        if self.report.stopped is None:
            self.report.stopped = Stopped(why, text, code)
        self._changed.set()

    def _count(self, result: Result) -> None:
        name = result.state
        setattr(self._tally, name, getattr(self._tally, name) + 1)


def _may_be_the_row(error: TransportError) -> bool:
    """Tell whether a service may do this to one row only: it was there, but gave no usable answer."""
    return not isinstance(error, Unreachable) or isinstance(error, BrokenAnswer)
