"""The result of a run as a table that can be worked with: written as the list is, its columns first, and
itself a list, so that its rows can be filtered and run again.
"""

import csv
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from . import _files
from ._journal import Result
from ._list_file import RUN_BY_SPREADSHEETS
from ._list_rows import RESULT_COLUMNS, Row, WorkList
from .codes import em_service

_RUNS = re.compile(rf"[{RUN_BY_SPREADSHEETS}]|-(?!\d*(?:[.,]\d+)?$)")
"""How a cell starts that a spreadsheet would run; a negative number is none."""
_SEPARATORS = {"ruled": ",", "blanks": ","}


def write(path: Path, work: WorkList, of: Callable[[Row], Result]) -> None:
    """Write the table, whole or not at all; raise `ValueError` where that fails."""
    form = work.file.form
    separator = _SEPARATORS.get(form.separator, form.separator)
    width = len(work.headings)
    with _files.replacing(path, form.encoding) as put:
        if form.mark:
            put("\ufeff")
        if form.sep_line:
            put(f"sep={separator}{form.line_end}")
        table = csv.writer(_Writer(put), delimiter=separator, lineterminator=form.line_end)
        table.writerow(map(harmless, [*work.headings, *RESULT_COLUMNS]))
        for entry in work.entries():
            result = of(entry.row) if entry.row is not None else Result("passed over")
            cells = [*entry.cells, *[""] * width][:width]
            table.writerow(map(harmless, [*cells, *said(result), str(entry.line)]))


def said(result: Result) -> list[str]:
    """Return result, code, name, remedy and reason of a row, as cells."""
    known = None if result.code is None else em_service[result.code]
    code = "" if result.code is None else str(result.code)
    name, remedy = (known.name, known.remedy) if known else ("", "")
    return [result.state, code, name or "", remedy or "", result.reason or ""]


def harmless(cell: str) -> str:
    """Return a cell that a spreadsheet shows and does not run."""
    return f"'{cell}" if _RUNS.match(cell) else cell


def table(put: Callable[[str], object], headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a table of our own, as CSV."""
    writer = csv.writer(_Writer(put), lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(map(harmless, row) for row in rows)


class _Writer:
    """What the module csv writes to."""

    def __init__(self, put: Callable[[str], object]) -> None:
        self.write = put
