"""The desks of a run: which phone stands there, and who works at it, out of a CSV file.

A PIN may be in the file, and goes nowhere from here but into the request that it signs: desks are told apart
by their numbers, and what processes tell each other holds these alone.
"""

from __future__ import annotations

import csv
import hashlib
import os
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = ("device", "user", "pin", "late_user", "late_pin")
PINS = ("pin", "late_pin")


@dataclass(frozen=True)
class Person:
    """Who works at a desk. With a PIN he signs his own login, else the application user does."""

    user: str
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Desk:
    """A desk: `number` from 0, its phone's device name, who works there, and who does after the shift."""

    number: int
    device: str
    person: Person
    late: Person | None = None


def read(path: str | os.PathLike[str]) -> list[Desk]:
    """Reads the desks of a file.

    Raises `ValueError` whose text names the file and the line, and never holds a PIN.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            _check_columns(path, rows.fieldnames)
            others_can_read = os.name != "nt" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077
            if others_can_read and set(PINS) & set(rows.fieldnames or ()):
                raise ValueError(f"{path} holds PINs and can be read by others than its owner; chmod 600 it")
            desks = [_desk(f"{path}:{rows.line_num}", number, row) for number, row in enumerate(rows)]
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: is not UTF-8 text (byte {error.start})") from None
    except csv.Error as error:
        raise ValueError(f"{path}:{rows.reader.line_num}: is not CSV: {error}") from None
    if not desks:
        raise ValueError(f"{path}: has no desk below its headings")
    _check_once(path, "device", [desk.device for desk in desks])
    people = [person.user for desk in desks for person in (desk.person, desk.late) if person is not None]
    _check_once(path, "user", people)
    return desks


def digest(desks: list[Desk]) -> str:
    """Returns what two processes compare to know that they have the same desks; no PIN goes into it."""
    names = [(desk.device, desk.person.user, desk.late and desk.late.user) for desk in desks]
    return hashlib.sha256(repr(names).encode()).hexdigest()


def _check_columns(path: Path, names: list[str] | None) -> None:
    missing = [name for name in COLUMNS[:2] if name not in (names or ())]
    if missing:
        raise ValueError(f"{path}:1: has no column {missing[0]!r}; the first line names {', '.join(COLUMNS)}")
    unknown = [name for name in names or () if name not in COLUMNS]
    if unknown:
        raise ValueError(f"{path}:1: unknown column {unknown[0][:20]!r}; known: {', '.join(COLUMNS)}")


def _desk(place: str, number: int, row: dict[str | None, str | None]) -> Desk:
    if None in row or None in row.values():
        raise ValueError(f"{place}: does not have as many cells as there are headings")
    cells = {name: (value or "").strip() for name, value in row.items()}
    for name in ("device", "user"):
        if not cells[name]:
            raise ValueError(f"{place}: {name} is blank")
    late = cells.get("late_user")
    if cells.get("late_pin") and not late:
        raise ValueError(f"{place}: has a late_pin and no late_user")
    return Desk(
        number,
        cells["device"],
        Person(cells["user"], cells.get("pin") or None),
        Person(late, cells.get("late_pin") or None) if late else None,
    )


def _check_once(path: Path, kind: str, names: list[str]) -> None:
    # The service tells no case apart.
    name, count = Counter(map(str.casefold, names)).most_common(1)[0]
    if count > 1:
        raise ValueError(f"{path}: {kind} {name!r} appears {count} times; allowed once")
