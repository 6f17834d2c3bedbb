"""The table of the fault matrix, a file in Markdown that a run writes and a run is held against.

A row is a fault at a moment, a column a rig. A cell says what became of the deed, after how many seconds the
phone said so, and after how many more it worked. Worse is a cell whose result is a lower one; seconds are
held by the faults' own bounds.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import RigError
from .faults import FAULTS, WORKS
from .outcome import Result

PROPERTY = "fault matrix"
"""Under this name a test's report carries its rows."""

WORDS = {Result.done: "carried out", Result.told: "told", Result.open: "open"}
NONE = "\N{EN DASH}"
"""A cell without a result: the board lacks what the fault needs."""
CELL = re.compile(r"(carried out|told|open)(?: “(.*)”)? ([\d.]+) s, works ([\d.]+) s")

HEAD = """\
# Faults

What the phone does when something fails, as measured by

```
python -m pytest hil/suites/test_fault_matrix.py --rig {rigs} --write-faults hil/FAULTS.md
```

A row is a fault that lasts while something is done; then it is over. *carried out*: the phone did what was
asked and said so. *told*: it did not, or could not, and said why. *open*: it said that it does not know, and
why. The first figure is when it said so, the second how long after the end of the fault the phone and the
service agreed again and the phone worked, without a reset, {works:g} s at most; both in the board's own time.
Whatever a screen said was true at that moment, but where the service itself lied (marked *). Where chance
decides (marked ~), any of the three is as good.

The suite holds each row against this table: it fails where one got worse, is missing, or took longer than its
fault may (`told_within` in `rig/matrix/faults.py`).
"""


@dataclass(frozen=True)
class Row:
    """What became of one deed under one fault on one rig."""

    subject: str
    fault: str
    moment: str
    rig: str
    result: int
    title: str
    said: float
    works: float


class Table:
    """A table: cells by fault, moment and rig."""

    def __init__(self, cells: dict[tuple[str, str, str, str], str]) -> None:
        self._cells = cells

    @classmethod
    def read(cls, file: Path) -> Table:
        """Reads a file, an empty table where there is none. Raises RigError where it is no such table."""
        cells: dict[tuple[str, str, str, str], str] = {}
        rigs: list[str] = []
        subject = ""
        for number, line in enumerate(file.read_text("utf-8").splitlines() if file.is_file() else (), 1):
            if line.startswith("## "):
                subject = line.removeprefix("## ")
            columns = [each.strip() for each in line.strip("|").split("|")] if line.startswith("|") else []
            if columns[:2] == ["fault", "at"]:
                rigs = columns[2:]
            elif columns and not columns[0].startswith("---"):
                if len(columns) != 2 + len(rigs):
                    raise RigError(
                        f"{file}, line {number}: {len(columns)} columns; {2 + len(rigs)} belong there"
                    )
                for rig, cell in zip(rigs, columns[2:], strict=True):
                    if cell != NONE:
                        cells[subject, columns[0], columns[1], rig] = cell
        return cls(cells)

    @property
    def rows(self) -> set[tuple[str, str, str]]:
        """Fault, moment and rig of all cells."""
        return {key[1:] for key in self._cells}

    def result(self, fault: str, moment: str, rig: str) -> Result | None:
        """Returns what the table says became of it, None where it says nothing."""
        for key, cell in self._cells.items():
            if key[1:] == (fault, moment, rig):
                found = CELL.fullmatch(cell)
                if found is None:
                    raise RigError(f"the table says {cell!r} of {fault}, {moment}, {rig}: write it anew")
                return next(result for result, word in WORDS.items() if word == found[1])
        return None

    def put(self, row: Row) -> None:
        """Puts a row's result in its cell."""
        result = Result(row.result)
        # The sign ends a cell.
        title = "" if result is Result.done else f" “{row.title.replace('|', '/')}”"
        cell = f"{WORDS[result]}{title} {row.said:.1f} s, works {row.works:.1f} s"
        self._cells[row.subject, row.fault, row.moment, row.rig] = cell

    def text(self) -> str:
        """Returns the table in Markdown, in the order of the faults."""
        rigs = sorted({rig for *_, rig in self._cells})
        parts = [HEAD.format(rigs=",".join(rigs), works=WORKS)]
        subject = ""
        for key in ((case.subject, case.title, moment.value) for case in FAULTS for moment in case.moments):
            cells = [self._cells.get((*key, rig)) for rig in rigs]
            if not any(cells):
                continue
            if key[0] != subject:
                subject = key[0]
                parts.append(
                    f"\n## {subject}\n\n| fault | at | {' | '.join(rigs)} |\n{'|---' * (2 + len(rigs))}|\n"
                )
            parts.append(f"| {key[1]} | {key[2]} | {' | '.join(cell or NONE for cell in cells)} |\n")
        return "".join(parts)


def as_property(row: Row) -> tuple[str, dict[str, object]]:
    """Returns a row as a test's report carries it: plain values, which xdist takes to another process."""
    return PROPERTY, asdict(row) | {"result": int(row.result)}
