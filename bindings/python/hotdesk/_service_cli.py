"""The commands that talk to a service: log in and out, ask who is where, take a phone over, work a list off.

Tables are for people; `--json` prints rows in the shape of `hotdesk decode`.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import clusters
from .errors import TransportError

if TYPE_CHECKING:
    from . import bulk
    from .client import Client

ATTEMPTS = 5


def add(commands: Any) -> None:  # noqa: ANN401
    """Add the commands to the parser."""
    common = argparse.ArgumentParser(add_help=False)
    where = common.add_argument_group("which cluster, and who asks")
    where.add_argument("--cluster", metavar="NAME", help="a cluster of hotdesk.toml")
    where.add_argument("--config", metavar="FILE", help="instead of ./hotdesk.toml")
    where.add_argument("--service", metavar="HOST", help="a service: host, host:port or URL")
    where.add_argument("--backup", metavar="HOST", help="a second service of the cluster")
    where.add_argument("--ca", metavar="FILE", help="the authority of its certificate, PEM")
    where.add_argument("--http", action="store_true", help="allow http, which shows every credential")
    where.add_argument("--app", metavar="ID", help="who asks; HOTDESK_APP if absent")
    where.add_argument("--cert-file", metavar="FILE", help="a file with the certificate, mode 600")
    common.add_argument("--json", action="store_true", help="print JSON")

    def command(name: str, does: str, run: Any) -> argparse.ArgumentParser:  # noqa: ANN401
        made = commands.add_parser(name, help=does, description=f"{does.capitalize()}.", parents=[common])
        made.set_defaults(run=run)
        return made

    for name, does, run in (
        ("login", "log a user in on a phone", _login),
        ("take-over", "log a user in, and whoever holds the phone out first", _take_over),
    ):
        made = command(name, does, run)
        made.add_argument("device", metavar="DEVICE")
        made.add_argument("user", metavar="USER")
        made.add_argument("--profile", help="a device profile; the user's default one if absent")
        made.add_argument("--duration", type=_duration, help="whole minutes, or indefinite")
    command("logout", "log out whoever is on a phone", _logout).add_argument("device", metavar="DEVICE")
    made = command("logout-all", "log out every user of the cluster", _logout_all)
    made.add_argument("--yes", action="store_true", help="do not ask for the cluster's name")
    for name, does, run, what in (
        ("who", "show who is on phones", _who, "DEVICE"),
        ("where", "show on which phones users are", _where, "USER"),
        ("profiles", "show the device profiles of users", _profiles, "USER"),
    ):
        made = command(name, does, run)
        made.add_argument("names", metavar=what, nargs="+")
        if run is _where:
            made.add_argument("--all", action="store_true", help="ask every cluster of hotdesk.toml")
    made = command("bulk", "work a CSV file off; go on with it where a run was stopped", _bulk)
    columns = "columns device, user, profile, duration, operation"
    made.add_argument("file", metavar="FILE.csv", type=Path, help=columns)
    made.add_argument(
        "--concurrency", type=int, default=4, help="rows at once, 4 if absent; keep to 5 at most"
    )
    again = "send the rows again that an earlier run says were refused"
    made.add_argument("--retry-refused", action="store_true", help=again)
    made.add_argument("--dry-run", action="store_true", help="check every row, send nothing")


def _duration(text: str) -> int | str:
    if text == "indefinite":
        return text
    if not text.isascii() or not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError("must be whole minutes, or indefinite")
    return int(text)


def client(options: argparse.Namespace) -> "Client":
    """Return a client of the cluster that the options mean."""
    return _client(clusters.choose(options))


def _client(cluster: clusters.Cluster) -> "Client":
    from .client import Client, Retry

    return Client(
        cluster.service,
        cluster.app(),
        backup=cluster.backup,
        ca=cluster.ca,
        allow_http=cluster.allow_http,
        # Who waits at a terminal wants to hear of a service that is not there.
        retry=Retry(attempts=ATTEMPTS),
    )


def _login(options: argparse.Namespace) -> int:
    with client(options) as service:
        service.login(options.device, options.user, options.profile, options.duration)
    return _done(options, f"{options.user} is logged in on {options.device}")


def _take_over(options: argparse.Namespace) -> int:
    with client(options) as service:
        before = service.take_over(options.device, options.user, options.profile, options.duration)
    gone = f"; {before} was logged out" if before else ""
    return _done(options, f"{options.user} is logged in on {options.device}{gone}", loggedOut=before)


def _logout(options: argparse.Namespace) -> int:
    with client(options) as service:
        service.logout(options.device)
    return _done(options, f"nobody is logged in on {options.device}")


def _logout_all(options: argparse.Namespace) -> int:
    cluster = clusters.choose(options)
    if not options.yes:
        if not sys.stdin.isatty():
            raise ValueError("logout-all asks for the cluster's name; give --yes where nobody can answer")
        print(f"This logs out every Extension Mobility user of {cluster.name}.", file=sys.stderr)
        if input("Type the cluster's name to go on: ") != cluster.name:
            raise ValueError("that is not the cluster's name; nobody was logged out")
    with _client(cluster) as service:
        service.logout_all()
    return _done(options, f"everybody is logged out of {cluster.name}")


def _who(options: argparse.Namespace) -> int:
    with client(options) as service:
        rows = service.device_users(*options.names)
    return _show(
        options,
        ["name", "status", "user", "lastLogin", "emcc"],
        ([row.name, row.status, row.user, row.last_login, row.emcc] for row in rows),
    )


def _where(options: argparse.Namespace) -> int:
    columns = ["id", "status", "devices"]
    if not options.all:
        with client(options) as service:
            rows = service.user_devices(*options.names)
        return _show(options, columns, ([row.id, row.status, list(row.devices)] for row in rows))
    found: list[list[Any]] = []
    for cluster in clusters.every(options):
        with _client(cluster) as service:
            rows = service.user_devices(*options.names)
        found += ([cluster.name, row.id, row.status, list(row.devices)] for row in rows)
    return _show(options, ["cluster", *columns], found)


def _profiles(options: argparse.Namespace) -> int:
    with client(options) as service:
        users = service.device_profiles(*options.names)
    rows = []
    for user in users:
        failure = user.failure and {
            "code": user.failure.code,
            "name": user.failure.name,
            "text": user.failure.text,
        }
        profiles = [{"name": profile.name, "default": profile.is_default} for profile in user.profiles]
        rows.append([user.id, user.status, failure, profiles])
    return _show(options, ["id", "status", "failure", "profiles"], rows)


def _bulk(options: argparse.Namespace) -> int:
    import asyncio

    from . import bulk
    from ._native import AppInfo, Secret
    from .client import AsyncClient, Retry

    if options.concurrency < 1:
        raise ValueError("--concurrency is at least 1")
    if options.dry_run:
        count = bulk.check(options.file, AppInfo(id="dry-run", certificate=Secret("dry-run")))
        return _done(options, f"{count} rows can be sent", done=0, rows=count)
    cluster = clusters.choose(options)
    app = cluster.app()

    async def run() -> bulk.Tally:
        pace = bulk.Pace(options.concurrency)
        made = AsyncClient(
            cluster.service,
            app,
            backup=cluster.backup,
            ca=cluster.ca,
            allow_http=cluster.allow_http,
            concurrency=options.concurrency,
            retry=Retry(attempts=20, longest=4.0),
            on_busy=pace.busy,
        )
        async with made:
            with _progress() as show:
                again: bool = options.retry_refused
                return await bulk.run(options.file, made, app, pace, show, retry_refused=again)

    try:
        tally = asyncio.run(run())
    except KeyboardInterrupt:
        return _goes_on("stopped", 130)
    except TransportError as error:
        return _goes_on(str(error), 3)
    result = f"{options.file}.result.csv"
    says = f"{tally.done} rows done, {tally.refused} refused; see {result}"
    _done(options, says, done=tally.done, rows=tally.rows, refused=tally.refused, result=result)
    return 1 if tally.refused else 0


def _goes_on(why: str, code: int) -> int:
    print(f"hotdesk: {why}; the same command goes on where it stopped", file=sys.stderr)
    return code


@contextmanager
def _progress() -> "Iterator[Callable[[bulk.Tally], None]]":
    """Show how far a run is, on standard error and only to people."""
    if not sys.stderr.isatty():
        yield lambda _: None
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
        task = bar.add_task("rows", total=None, rate=0.0, refused=0)

        def show(tally: "bulk.Tally") -> None:
            rate = bar.tasks[0].speed or 0.0
            done = tally.done + tally.refused
            bar.update(task, total=tally.rows, completed=done, rate=rate, refused=tally.refused)

        yield show


def _done(options: argparse.Namespace, says: str, **more: object) -> int:
    if options.json:
        print(json.dumps({"done": True, **more}, ensure_ascii=False))
    else:
        print(says)
    return 0


def _show(options: argparse.Namespace, columns: list[str], rows: Iterable[list[Any]]) -> int:
    if options.json:
        print(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False))
        return 0
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    # Folded where the terminal is narrow, for a name that is cut is another name.
    table = Table(*(Column(name, overflow="fold") for name in columns))
    for row in rows:
        # Text, so that brackets in a name are no markup.
        table.add_row(*(Text(_cell(value)) for value in row))
    Console().print(table)
    return 0


def _cell(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    if isinstance(value, dict) and "default" in value:
        return value["name"] + (" (default)" if value["default"] else "")
    if isinstance(value, dict):
        return f"[{value['code']}] {value['name'] or value['text']}"
    return "" if value is None else str(value)
