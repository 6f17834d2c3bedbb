"""What a command prints on standard output: tables for people, or JSON."""

import argparse
import sys
from collections.abc import Iterable
from typing import Any

from ._failures import BAD_INPUT, document, print_json
from ._list_rows import Faults
from ._shown import shown


def say(what: str) -> None:
    """Say something to a person, on standard error."""
    print(f"hotdesk: {shown(what)}", file=sys.stderr, flush=True)


def faults(error: Faults, options: argparse.Namespace) -> int:
    """Say what is wrong in a list, one fault a line; return the exit code."""
    first, *others = error.lines
    say(first)
    for line in others:
        print(shown(line), file=sys.stderr)
    if options.json:
        print_json({"error": document(error, "input", str(error), BAD_INPUT)})
    return BAD_INPUT


def done(options: argparse.Namespace, says: str, **more: object) -> int:
    """Say that something is done."""
    if options.json:
        print_json({"done": True, **more})
    else:
        print(shown(says))
    return 0


def table(options: argparse.Namespace, columns: list[str], rows: Iterable[list[Any]]) -> int:
    """Print rows, in the order of the columns."""
    if options.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
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
    return "" if value is None else shown(str(value))
