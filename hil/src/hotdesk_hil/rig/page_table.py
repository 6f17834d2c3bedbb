"""The table of the login application, a file in Markdown that a run writes and a run is held against: what
the phone showed at each step of a case, under which softkeys, and what the service did.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from .errors import RigError

PROPERTY = "page"
"""Under this name a test's report carries what was seen."""

HEAD = """\
# The login application on the phone

What people see who log in through the login application, and what the service does, as measured by

```
python -m pytest hil/suites/features --rig lm3s6965evb,w5500-evb-pico \\
    --image lm3s6965evb=ELF --image w5500-evb-pico=ELF --write-pages hil/PAGES.md
```

on images with the features `browser` and `provisioning`, which `cargo xtask test features` builds. A row is
what the screen says, title first, with its text to the end. The suites hold what they see against this table.
`N` stands for a number that is another one in each run. Of two clusters, that of the phone is named first.

| case | step | the phone shows | softkeys | the service | rigs |
|---|---|---|---|---|---|
"""
_COLUMNS = 6


@dataclass(frozen=True)
class Seen:
    """What one rig showed at a step of a case, and what the service had done by then."""

    case: str
    step: int
    rig: str
    screen: str
    softkeys: str
    service: str

    @property
    def cells(self) -> tuple[str, str, str]:
        """What is the same on every rig that behaves the same, as cells have it."""
        return _written(self.screen), _written(self.softkeys), _written(self.service)


class PageTable:
    """A table: what was seen by case, step and rig."""

    def __init__(self, rows: dict[tuple[str, int, str], tuple[str, str, str]]) -> None:
        self._rows = rows

    @classmethod
    def read(cls, file: Path) -> PageTable:
        """Reads a file, an empty table where there is none. Raises RigError where it is no such table."""
        rows: dict[tuple[str, int, str], tuple[str, str, str]] = {}
        for number, line in enumerate(file.read_text("utf-8").splitlines() if file.is_file() else (), 1):
            columns = [each.strip() for each in line[1:-1].split("|")] if line.startswith("|") else []
            if not columns or columns[0] == "case" or columns[0].startswith("---"):
                continue
            if len(columns) != _COLUMNS or not columns[1].isdecimal():
                raise RigError(f"{file}, line {number}: not a row of case, step, texts and rigs")
            for rig in columns[5].split(", "):
                rows[columns[0], int(columns[1]), rig] = (columns[2], columns[3], columns[4])
        return cls(rows)

    def row(self, case: str, step: int, rig: str) -> tuple[str, str, str] | None:
        """Returns screen, softkeys and service of a row, None where there is none."""
        return self._rows.get((case, step, rig))

    def cases(self, rig: str) -> set[str]:
        """Returns the cases that the table has of a rig."""
        return {case for case, _, of in self._rows if of == rig}

    def put(self, seen: Seen) -> None:
        """Puts what was seen in its row."""
        self._rows[seen.case, seen.step, seen.rig] = seen.cells

    def text(self) -> str:
        """Returns the table in Markdown: one row for all rigs that show the same."""
        return HEAD + "".join(
            f"| {case} | {step} | {' | '.join(cells)} | {', '.join(rigs)} |\n"
            for case, step, cells, rigs in self._grouped()
        )

    def _grouped(self) -> Iterator[tuple[str, int, tuple[str, str, str], list[str]]]:
        for (case, step), rows in groupby(sorted(self._rows.items()), lambda row: row[0][:2]):
            rigs: dict[tuple[str, str, str], list[str]] = {}
            for (_, _, rig), cells in rows:
                rigs.setdefault(cells, []).append(rig)
            for cells, names in rigs.items():
                yield case, step, cells, names


def as_property(seen: Seen) -> tuple[str, dict[str, object]]:
    """Returns what was seen as a test's report carries it, also from another process."""
    return PROPERTY, asdict(seen)


def _written(text: str) -> str:
    """Returns a text as a cell has it."""
    return " ".join(text.replace("|", "/").split())
