"""The command `bulk`: a list worked off, looked through (`--dry-run`), or held against the service
(`--preview`).

What it did goes to standard output, what went wrong to standard error.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import urlsplit

from . import _output, clusters
from ._failures import hint, print_json
from ._list_file import STANDARD_INPUT
from ._list_rows import OPERATIONS, Faults, Row, WorkList
from ._shown import shown
from .errors import ServiceRefused

if TYPE_CHECKING:
    from .client import Attempt

SHOWN = 50
"""Rows without an answer that are listed on the screen; the result has them all."""
AWAKE_SECONDS = 2.0
SOON_SECONDS = 0.3
"""How long services have to accept a first connection, and the first one where the backup did."""
PLAIN_SECONDS = 10.0
"""How often a run without a terminal says how far it is."""

_TABLE = (
    "The list is CSV (commas, semicolons or tabs; UTF-8, UTF-16 or --encoding), or a table of `run sql`. "
    "Its columns, in any order and case: device (phone, mac), user (user id), profile (udp), duration "
    "(minutes or indefinite), operation (login, logout, take-over). FILE.journal says how far a run came, "
    "FILE.result.csv what became of each row."
)


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    made = command("bulk", "work a list off; go on with it where a run was stopped", _bulk)
    made.epilog = _TABLE
    made.add_argument(
        "file", metavar="FILE", type=Path, help="the list; - is standard input, to look through only"
    )
    table = made.add_argument_group("how the list is read")
    table.add_argument(
        "--operation", choices=OPERATIONS, help="what to do in rows that do not say; login if absent"
    )
    table.add_argument("--encoding", metavar="NAME", help="of a list that is not Unicode, cp1252 for example")
    look = made.add_argument_group("look first").add_mutually_exclusive_group()
    look.add_argument("--dry-run", action="store_true", help="check every row, ask and send nothing")
    look.add_argument(
        "--preview", action="store_true", help="ask the service what each row would do, change nothing"
    )
    which = made.add_argument_group("which rows")
    start = which.add_mutually_exclusive_group()
    start.add_argument("--again", action="store_true", help="begin anew where the last run was not finished")
    start.add_argument(
        "--retry-refused",
        action="store_true",
        help="go on with the last run, and send again what was refused or got no answer",
    )
    which.add_argument(
        "--skip-done", action="store_true", help="ask about each row; leave alone what is already so"
    )
    which.add_argument("--limit", metavar="N", type=_count, help="send N rows at most; the next run goes on")
    which.add_argument(
        "--stop-after", metavar="N", type=_count, help="stop after N rows refused or without an answer"
    )
    pace = made.add_argument_group("how fast")
    pace.add_argument(
        "--concurrency", type=int, default=4, help="rows at once, 4 if absent; keep to 5 at most"
    )
    pace.add_argument(
        "--pause", metavar="SECONDS", type=_seconds, default=0.0, help="between the starts of two rows"
    )
    out = made.add_argument_group("what it says")
    out.add_argument("--quiet", action="store_true", help="say nothing where every row is done")
    out.add_argument("--log", metavar="FILE", type=Path, help="append a line for each row, with the time")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError("must be seconds, 0 to 86400")
    return seconds


def _bulk(options: argparse.Namespace) -> int:
    if options.concurrency < 1:
        raise ValueError("--concurrency is at least 1")
    look = options.dry_run or options.preview
    if not look and not options.file.is_file() and (options.file == STANDARD_INPUT or options.file.exists()):
        raise ValueError(
            f"{options.file} is no file that a stopped run could go on with; save the list to one"
        )
    work = WorkList.read(options.file, operation=options.operation, encoding=options.encoding)
    try:
        count = work.check()
    except Faults as error:
        _note(options, work)
        return _output.faults(error, options)
    _note(options, work)
    if options.dry_run:
        if options.json:
            print_json({"list": str(options.file), "rows": count, "done": 0, "notes": work.notes})
        elif not options.quiet:
            print(f"{count} rows can be sent")
        return 0
    return _preview(options, work) if options.preview else _run(options, work)


def _note(options: argparse.Namespace, work: WorkList) -> None:
    if not options.quiet:
        for note in work.notes:
            _output.say(note)


def _preview(options: argparse.Namespace, work: WorkList) -> int:
    from . import _preview as looking
    from .client import Retry

    cluster = clusters.choose(options)
    app = cluster.app()

    async def ask() -> list[looking.Finding]:
        async with client(cluster, app, concurrency=options.concurrency, retry=Retry(attempts=5)) as service:
            return await looking.preview(work, service)

    found = asyncio.run(ask())
    refused = sum(finding.verdict in looking.REFUSED for finding in found)
    if options.json:
        rows = [
            {**_named(finding.row), "verdict": finding.verdict, "other": finding.other} for finding in found
        ]
        print_json({"rows": rows})
    else:
        for finding in found:
            if finding.verdict != "would work":
                print(shown(str(finding)))
        counts = Counter(finding.verdict for finding in found)
        said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in looking.VERDICTS if counts[verdict])
        print(f"{len(found)} rows: {said}")
    return 1 if refused else 0


def _run(options: argparse.Namespace, work: WorkList) -> int:
    from . import bulk
    from .client import Retry

    cluster = clusters.choose(options)
    app = cluster.app()
    how = bulk.Options(
        again=options.again,
        retry_refused=options.retry_refused,
        skip_done=options.skip_done,
        stop_after=options.stop_after,
        limit=options.limit,
    )

    async def run(screen: "_Screen", log: "_Log", signals: "_Signals") -> bulk.Report:
        pace = bulk.Pace(options.concurrency, options.pause)
        service = client(
            await _awake_first(cluster),
            app,
            concurrency=options.concurrency,
            retry=Retry(attempts=20, longest=4.0),
            on_busy=pace.busy,
            on_attempt=screen.attempt,
        )
        async with service:
            stop = bulk.Stop()

            def stopping() -> None:
                if not stop.asked.is_set():
                    grace = f"{bulk.GRACE_SECONDS:.0f} s"
                    screen.say(f"stopping; what is under way has {grace}, or none if asked once more")
                stop.request()

            with signals.to(stopping):
                return await bulk.run(
                    work,
                    service,
                    pace,
                    how,
                    progress=screen.show,
                    settled=log.row,
                    stop=stop,
                    services=[one for one in (cluster.service, cluster.backup) if one],
                )

    signals = _Signals()
    with ExitStack() as stack:
        log = stack.enter_context(_Log.open(options.log))
        screen = stack.enter_context(_Screen.open(quiet=options.quiet))
        report = asyncio.run(run(screen, log, signals))
    return _report(options, report, signals.number)


async def _awake_first(cluster: clusters.Cluster) -> clusters.Cluster:
    """Return the cluster with the service first that accepts connections, so that a run does not begin with a
    time-out: the backup, where it accepts one and the other one does not so soon after.
    """
    from ._transport import address

    if cluster.backup is None:
        return cluster

    async def connect(service: str) -> None:
        where = urlsplit(address(service, allow_http=cluster.allow_http))
        _, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.close()

    first, second = (asyncio.ensure_future(connect(one)) for one in (cluster.service, cluster.backup))
    await asyncio.wait([first, second], timeout=AWAKE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if not first.done():
        await asyncio.wait([first], timeout=SOON_SECONDS)
    awake = [done.done() and done.exception() is None for done in (first, second)]
    for one in (first, second):
        one.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    if awake == [False, True]:
        return replace(cluster, service=cluster.backup, backup=cluster.service)
    return cluster


def _report(options: argparse.Namespace, report: Any, number: int | None) -> int:  # noqa: ANN401
    code = _exit_code(report, number)
    if options.json:
        print_json(_json(options.file, report))
    if not options.quiet or code:
        for note in report.notes:
            _output.say(note)
        unknown = [(row, result) for row, result in report.failures if result.state == "unknown"]
        for row, result in unknown[:SHOWN]:
            _output.say(f"line {row.line}: {row.device}: not known what became of it: {result.reason}")
        if len(unknown) > SHOWN:
            _output.say(f"and {len(unknown) - SHOWN} more; see {report.result}")
    line = _last_line(report)
    stopped = report.stopped
    if stopped is not None and stopped.why != "limit":
        help = "" if stopped.code is None else hint(ServiceRefused(stopped.code), options)
        _output.say(f"{stopped.text}{help}; {line}; the same command goes on where it stopped")
    elif not options.json and (not options.quiet or code):
        left = f"; {stopped.text}; the same command goes on where it stopped" if stopped else ""
        print(f"{line}{left}")
    return code


def _exit_code(report: Any, number: int | None) -> int:  # noqa: ANN401
    why = report.stopped and report.stopped.why
    if why == "asked":
        return 128 + (number or signal.SIGINT)
    if why == "journal":
        return 2
    if why == "gone" or (report.tally.unknown and why not in ("refused", "failures")):
        return 3
    return 1 if why in ("refused", "failures") or report.tally.refused else 0


def _last_line(report: Any) -> str:  # noqa: ANN401
    tally = report.tally
    counts = [f"{tally.done} rows done, {tally.refused} refused"]
    for count, what in (
        (tally.unknown, "without an answer"),
        (tally.skipped, "already so"),
        (tally.left, "left"),
    ):
        if count:
            counts.append(f"{count} {what}")
    said = [", ".join(counts)]
    if report.result:
        said.append(f"see {report.result}")
    if report.earlier and report.goes_on:
        said.append(
            f"{tally.sent} sent now, {report.known} known from the run of {_when(report.earlier.began)}"
        )
    elif report.earlier and report.earlier.ended:
        said.append(f"{tally.sent} sent now; the run before ended {_when(report.earlier.ended)}")
    elif report.earlier:
        said.append(f"{tally.sent} sent now; the run of {_when(report.earlier.began)} was not finished")
    if (tally.refused or tally.unknown) and not report.stopped:
        said.append("--retry-refused sends again what was refused or got no answer")
    return "; ".join(said)


def _when(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _json(file: Path, report: Any) -> dict[str, Any]:  # noqa: ANN401
    tally = report.tally
    earlier = report.earlier and {
        "began": report.earlier.began.isoformat(),
        "ended": report.earlier.ended and report.earlier.ended.isoformat(),
        "goesOn": report.goes_on,
        "known": report.known if report.goes_on else 0,
    }
    return {
        "list": str(file),
        "rows": tally.rows,
        "done": tally.done,
        "refused": tally.refused,
        "unknown": tally.unknown,
        "skipped": tally.skipped,
        "left": tally.left,
        "sent": tally.sent,
        "earlier": earlier,
        "stopped": report.stopped and asdict(report.stopped),
        "result": report.result and str(report.result),
        "notes": report.notes,
        "failures": [
            {**_named(row), "result": result.state, "code": result.code, "reason": result.reason}
            for row, result in report.failures
        ],
    }


def _named(row: Row) -> dict[str, Any]:
    return {"line": row.line, "operation": row.operation, "device": row.device, "user": row.user or None}


def client(cluster: clusters.Cluster, app: Any, **options: Any) -> Any:  # noqa: ANN401
    """Return a client of a cluster, for asyncio."""
    from .client import AsyncClient

    return AsyncClient(
        cluster.service, app, backup=cluster.backup, ca=cluster.ca, allow_http=cluster.allow_http, **options
    )


class _Signals:
    """Turns Ctrl-C, and the end that a system asks for, into a call; `number` is which of them came."""

    def __init__(self) -> None:
        self.number: int | None = None

    @contextmanager
    def to(self, call: Callable[[], object]) -> Iterator[None]:
        """Call it, in the loop that runs, as long as the context lasts."""
        loop = asyncio.get_running_loop()

        def came(number: int, _: object) -> None:
            self.number = self.number or number
            loop.call_soon_threadsafe(call)

        # A shell has Ctrl-C ignored in what it runs in its background.
        names = ("SIGINT", "SIGTERM", "SIGHUP")  # the last one where a terminal can hang up
        known = [getattr(signal, name) for name in names if hasattr(signal, name)]
        numbers = [number for number in known if signal.getsignal(number) != signal.SIG_IGN]
        before = {number: signal.signal(number, came) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Screen:
    """Says on standard error how far a run is: a bar at a terminal, else now and then a line."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._next = time.monotonic() + PLAIN_SECONDS
        self._bar: Any = None
        self._failing: set[str] = set()
        self._lost: set[str] = set()

    @classmethod
    @contextmanager
    def open(cls, *, quiet: bool) -> "Iterator[_Screen]":
        """Take the screen."""
        screen = cls(quiet=quiet)
        if quiet or not sys.stderr.isatty():
            yield screen
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:.1f}/s"),
            TextColumn("{task.fields[refused]} refused"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as bar:
            bar.add_task("rows", total=None, rate=0.0, refused=0)
            screen._bar = bar
            yield screen

    def show(self, tally: Any) -> None:  # noqa: ANN401
        """Show how far it is."""
        settled = tally.rows - tally.left
        if self._bar is not None:
            rate = self._bar.tasks[0].speed or 0.0
            task = self._bar.tasks[0].id
            self._bar.update(task, total=tally.rows, completed=settled, rate=rate, refused=tally.refused)
        elif not self._quiet and time.monotonic() >= self._next:
            self._next = time.monotonic() + PLAIN_SECONDS
            self.say(f"{settled} of {tally.rows} rows, {tally.refused} refused")

    def attempt(self, attempt: "Attempt") -> None:
        """Say that a service fails when it begins to, and when it answers again.

        An answer that was lost may be one row's alone, so that is said once for each service.
        """
        if attempt.error is None:
            if attempt.service in self._failing:
                self._failing.discard(attempt.service)
                self.say(f"{attempt.service} answers again")
        elif attempt.outcome == "lost":
            if attempt.service not in self._lost:
                self._lost.add(attempt.service)
                self.say(f"{shown(str(attempt.error))}; it is asked what became of it")
        elif attempt.service not in self._failing:
            self._failing.add(attempt.service)
            self.say(f"{shown(str(attempt.error))}; it is tried again")

    def say(self, what: str) -> None:
        """Say something that happened, with the time."""
        line = f"{datetime.now():%H:%M:%S} {what}"
        if self._quiet:
            return
        if self._bar is not None:
            self._bar.console.print(f"hotdesk: {line}", markup=False, highlight=False, soft_wrap=True)
        else:
            _output.say(line)


class _Log:
    """A file with a line for each row and the time; nothing where none is wanted."""

    def __init__(self, file: TextIO | None) -> None:
        self._file = file

    @classmethod
    @contextmanager
    def open(cls, path: Path | None) -> "Iterator[_Log]":
        """Open it to append."""
        if path is None:
            yield cls(None)
            return
        from . import _files

        try:
            file = _files.open_beside(path, os.O_WRONLY | os.O_APPEND)
        except OSError as error:
            raise ValueError(f"cannot write {path}: {error.strerror}") from None
        # Line by line, so that it can be followed, and whole lines where several runs write there.
        with open(file, "w", encoding="utf-8", buffering=1, errors="backslashreplace") as lines:
            yield cls(lines)

    def row(self, row: Row, result: Any) -> None:  # noqa: ANN401
        """Note what became of a row."""
        if self._file is not None:
            from ._results import said

            time = datetime.now().astimezone().isoformat(timespec="seconds")
            parts = [time, f"line {row.line}", row.operation, row.device, row.user, *said(result)]
            self._file.write(shown(" ".join(part for part in parts if part)) + "\n")
