"""The commands `who` and `where`: who is on phones, and on which phones users are.

What they print with `--csv` is a list that `bulk` takes.
"""

import argparse
import asyncio
import io
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

from . import _bulk_cli, _output, _results, clusters
from ._failures import document, print_json, sort
from ._list_rows import Faults, WorkList, batches
from ._native import UserDevices
from .errors import Error

Answer: TypeAlias = list[UserDevices] | Error | ValueError

ATTEMPTS = 5
NO_ANSWER = "no answer"
"""The status of a user in a cluster that gave none."""


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    who = command("who", "show who is on phones", _who)
    where = command("where", "show on which phones users are", _where)
    for made, name in ((who, "DEVICE"), (where, "USER")):
        made.add_argument("names", metavar=name, nargs="*")
        made.add_argument(
            "--from", dest="file", metavar="FILE", type=Path, help="a list with more, as bulk reads it"
        )
        made.add_argument(
            "--encoding", metavar="NAME", help="of a list that is not Unicode, cp1252 for example"
        )
        made.add_argument("--csv", action="store_true", help="print a table that bulk takes")
    where.add_argument("--all", action="store_true", help="ask every cluster of hotdesk.toml, all at once")


def _who(options: argparse.Namespace) -> int:
    from ._service_cli import client

    try:
        names = _names(options, "device")
    except Faults as error:
        return _output.faults(error, options)
    with client(options) as service:
        rows = [row for some in batches(names) for row in service.device_users(*some)]
    if options.csv:
        return _csv(
            ["device", "user", "status", "lastLogin"],
            ([row.name, row.user or "", row.status, row.last_login or ""] for row in rows),
        )
    return _output.table(
        options,
        ["name", "status", "user", "lastLogin", "emcc"],
        ([row.name, row.status, row.user, row.last_login, row.emcc] for row in rows),
    )


def _where(options: argparse.Namespace) -> int:
    from ._service_cli import client

    try:
        names = _names(options, "user")
    except Faults as error:
        return _output.faults(error, options)
    if options.all:
        return _where_all(options, names)
    with client(options) as service:
        rows = [row for some in batches(names) for row in service.user_devices(*some)]
    if options.csv:
        return _csv(
            ["device", "user", "status"],
            ([device, row.id, row.status] for row in rows for device in [*row.devices] or [""]),
        )
    columns = ["id", "status", "devices"]
    return _output.table(options, columns, ([row.id, row.status, list(row.devices)] for row in rows))


def _where_all(options: argparse.Namespace, names: list[str]) -> int:
    """Ask all clusters at once; show what each one says, or why it says nothing."""
    code = 0
    columns = ["cluster", "id", "status", "devices"]
    shown: list[list[Any]] = []
    failures: list[dict[str, object]] = []
    for cluster, answer in _answers(clusters.every(options), names).items():
        if isinstance(answer, list):
            shown += ([cluster, row.id, row.status, list(row.devices)] for row in answer)
        else:
            _output.say(f"{cluster}: {answer}")
            kind, exits = sort(answer)
            code = max(code, exits)
            failures.append({"cluster": cluster, "error": document(answer, kind, str(answer), exits)})
            shown += ([cluster, name, NO_ANSWER, []] for name in names)
    if options.csv:
        _csv(
            ["cluster", "device", "user", "status"],
            (
                [cluster, device, user, status]
                for cluster, user, status, devices in shown
                for device in devices or [""]
            ),
        )
    elif options.json:
        rows = [dict(zip(columns, row, strict=True)) for row in shown if row[2] != NO_ANSWER]
        print_json([*rows, *failures])
    else:
        _output.table(options, columns, shown)
    return code


def _answers(every: list[clusters.Cluster], names: list[str]) -> dict[str, Answer]:
    """Return what each cluster says, or why it says nothing."""
    from .client import Retry

    answers: dict[str, Answer] = {cluster.name: [] for cluster in every}
    apps = {}
    for cluster in every:
        # One by one: a credential may have to be asked for.
        try:
            apps[cluster.name] = cluster.app()
        except ValueError as error:
            answers[cluster.name] = error

    async def ask(cluster: clusters.Cluster) -> None:
        try:
            made = _bulk_cli.client(cluster, apps[cluster.name], retry=Retry(attempts=ATTEMPTS))
            async with made as service:
                some = [await service.user_devices(*some) for some in batches(names)]
            answers[cluster.name] = [row for rows in some for row in rows]
        except (Error, ValueError) as error:
            answers[cluster.name] = error

    async def ask_all() -> None:
        await asyncio.gather(*(ask(cluster) for cluster in every if cluster.name in apps))

    asyncio.run(ask_all())
    return answers


def _names(options: argparse.Namespace, column: str) -> list[str]:
    """Return the names that are asked about, each once: those of the command line, then those of the list."""
    if options.csv and options.json:
        raise ValueError("--csv and --json are two forms of the same; give one")
    names = {name.casefold(): name for name in options.names}
    if options.file is not None:
        work = WorkList.read(options.file, encoding=options.encoding, need=column)
        for name in work.names(column):
            names.setdefault(name.casefold(), name)
        for note in work.notes:
            _output.say(note)
    if not names:
        raise ValueError(f"which {column} is meant? give names, or --from FILE with some")
    return list(names.values())


def _csv(headings: list[str], rows: Iterable[list[str]]) -> int:
    text = io.StringIO()
    _results.table(text.write, headings, rows)
    sys.stdout.buffer.write(text.getvalue().encode())
    sys.stdout.buffer.flush()
    return 0
