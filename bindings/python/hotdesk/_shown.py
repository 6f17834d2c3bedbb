<<<<<<< HEAD
"""Text of others as it can be shown to people: in a terminal, a log, an error.

A name of a service must not be able to move the cursor, to hide itself, or to look like a line of ours.
"""

import unicodedata

# Control characters, formatting characters (among them those that turn the direction of writing), halves of
# surrogate pairs, and line ends.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def shown(text: str) -> str:
    """Return a text with control, formatting and bidirectional characters as escapes of Python."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(one) if unicodedata.category(one) in _ESCAPED else one for one in text)


def _escape(one: str) -> str:
    return one.encode("unicode_escape", "surrogatepass").decode("ascii")
=======
"""What a command prints on standard output: tables for people, or JSON."""

import argparse
import json
from collections.abc import Iterable
from typing import Any


def done(options: argparse.Namespace, says: str, **more: object) -> int:
    """Say that something is done."""
    if options.json:
        print(json.dumps({"done": True, **more}, ensure_ascii=False))
    else:
        print(says)
    return 0


def table(options: argparse.Namespace, columns: list[str], rows: Iterable[list[Any]]) -> int:
    """Print rows, in the order of the columns."""
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
>>>>>>> 5953350 (bulk: runs of their own, rows in their order, tables as people have them, results that are lists)
