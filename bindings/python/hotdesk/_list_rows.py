"""What a list asks for: headings, rows, and every fault of it, before anything is sent.

Must never guess a name: what a spreadsheet has spoilt is told, not repaired.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from ._list_file import RUN_BY_SPREADSHEETS, Fault, ListFile, Unreadable
from ._native import AppInfo, Login, Logout, Secret
from ._operations import Duration
from .errors import Error

T = TypeVar("T")

OPERATIONS = ("login", "logout", "take-over")
FAULTS_SHOWN = 50
RESULT_COLUMNS = ("result", "code", "name", "remedy", "reason", "line")
"""What a result table has beside the columns of its list."""

NAMES_ASKED = 100
"""Names in a query."""

_HEADINGS = {
    "device": "device devicename deviceid phone phonename mac macaddress",
    "user": "user userid uid username enduser enduserid",
    "profile": "profile profilename udp deviceprofile deviceprofilename userdeviceprofile "
    "userdeviceprofilename emprofile",
    "duration": "duration exclusiveduration minutes durationminutes",
    "operation": "operation action",
    "status": "status",
}
_COLUMNS = {name: column for column, names in _HEADINGS.items() for name in names.split()}
"""From a heading, in lower case and without blanks, underscores and the like, to the column it means."""
_SECRETS = frozenset(
    ("pin", "userpin", "pincode", "password", "userpassword", "passwd", "passcode", "certificate")
)
_NOBODY = frozenset(("loggedout", "none", "doesnotexist", "noanswer"))
"""Statuses of a table of `who` or `where` whose rows log nobody in."""
_PHONE = re.compile(r"SEP[0-9A-F]{12}")
_HEX = re.compile(r"[0-9A-F]+", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?E\+\d+", re.IGNORECASE)
_GUARDED = re.compile(rf"'(?=[{RUN_BY_SPREADSHEETS}-])")
_AS_TEXT = "format the column as text and fill it again"
_DUMMY = AppInfo(id="check", certificate=Secret("check"))
_MOST_MINUTES = 2**32 - 1


class Faults(ValueError):
    """What is wrong in a list: `lines` has one line for each fault, and before several ones how many there
    are."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Row:
    """One row: `number` counts rows from 1, `line` is where it stands in the file."""

    number: int
    line: int
    operation: str
    device: str
    user: str
    profile: str | None
    duration: Duration

    def key(self) -> str:
        """Return what tells this row from another one, wherever it stands."""
        names = (self.operation, self.device.casefold(), self.user.casefold(), self.profile, self.duration)
        return hashlib.blake2b(repr(names).encode(), digest_size=8).hexdigest()


class Entry(NamedTuple):
    """A line with cells: `row` is absent where it asks for nothing or has faults."""

    line: int
    cells: list[str]
    row: Row | None
    faults: tuple[str, ...] = ()


class WorkList:
    """The rows of a list.

    `operation` is for rows that name none. `notes` says what a person should know of how the list was read.
    `need` is the column without which it is none: `device`, or `user`.
    """

    def __init__(self, file: ListFile, operation: str | None = None, need: str = "device") -> None:
        self.file = file
        self.notes: list[str] = []
        self._operation = operation or "login"
        self._need = need
        self._first_row = 0
        self._width = 0
        self._faults: list[Fault] = []
        self.headings: list[str] = []
        self._columns: dict[str, int] = {}
        self._read_headings()

    @classmethod
    def read(
        cls, path: Path, *, operation: str | None = None, encoding: str | None = None, need: str = "device"
    ) -> "WorkList":
        """Read a file; raise `ValueError` where it cannot be read as text."""
        return cls(ListFile.read(path, encoding), operation, need)

    @property
    def path(self) -> Path:
        """The file."""
        return self.file.path

    @property
    def digest(self) -> str:
        """What tells this list, and what is done with it, from any other."""
        return f"{self.file.digest} {self._operation}"

    def entries(self) -> Iterator[Entry]:
        """Return each line under the headings. Raises `Unreadable`."""
        number = 0
        for line, cells in self.file.lines():
            if line < self._first_row:
                continue
            given = {name: _cell(cells, place) for name, place in self._columns.items()}
            if self._asks_for_nothing(given):
                yield Entry(line, cells, None)
                continue
            number += 1
            row, faults = self._row(number, line, given)
            if any(cell.strip() for cell in cells[self._width :]):
                faults.append("there are more fields than columns")
            yield Entry(line, cells, None if faults else row, tuple(faults))

    def rows(self) -> Iterator[Row]:
        """Return the rows of a list that has no faults."""
        return (entry.row for entry in self.entries() if entry.row is not None)

    def names(self, column: str) -> Iterator[str]:
        """Return what is in a column, device or user, each name once and only where there is one.

        Raises `ValueError` where a name is none.
        """
        self._raise(self._faults)
        seen: set[str] = set()
        faults: list[Fault] = []
        try:
            for line, cells in self.file.lines():
                if line < self._first_row:
                    continue
                try:
                    name = _name(_cell(cells, self._columns[column]), column)
                except ValueError as error:
                    faults.append(Fault(line, str(error)))
                    continue
                if name and name.casefold() not in seen:
                    seen.add(name.casefold())
                    yield name
        except Unreadable as error:
            faults.append(error.fault)
        self._raise(faults)

    def check(self) -> int:
        """Check every row; return how many there are, or raise `ValueError` that names each fault."""
        count, nobody = 0, 0
        faults = list(self._faults)
        if not faults and self._lacks_users():
            faults.append(Fault(0, "the list names no user; give --operation logout, or add a column user"))
        if not faults:
            try:
                for entry in self.entries():
                    faults += (Fault(entry.line, text) for text in entry.faults)
                    count += entry.row is not None
                    nobody += entry.row is None and not entry.faults
            except Unreadable as error:
                faults.append(error.fault)
        if nobody and (note := f"{nobody} rows with nobody logged in are passed over") not in self.notes:
            self.notes.append(note)
        if not faults and not count:
            faults.append(Fault(0, "there are no rows"))
        self._raise(faults)
        return count

    def _raise(self, faults: list[Fault]) -> None:
        if len(faults) == 1:
            raise Faults([f"nothing was sent: {faults[0]}"])
        if faults:
            shown = [str(fault) for fault in islice(faults, FAULTS_SHOWN)]
            if len(faults) > FAULTS_SHOWN:
                shown.append(f"and {len(faults) - FAULTS_SHOWN} more")
            raise Faults([f"nothing was sent: {self.path} has {len(faults)} faults", *shown])

    def _read_headings(self) -> None:
        try:
            line, cells = next(self.file.lines(), (1, []))
        except Unreadable as error:
            self._faults.append(error.fault)
            return
        cells = [cell.strip() for cell in cells]
        self._width = len(cells)
        meant = [_COLUMNS.get(_plain(cell)) for cell in cells]
        if self.file.form.separator == "ruled" and "device" not in meant:
            # So the table `device` calls the column; the result, which is CSV, calls it what it is.
            cells = ["device" if _plain(cell) == "name" else cell for cell in cells]
            meant = [_COLUMNS.get(_plain(cell)) for cell in cells]
        if self._is_row(cells, meant):
            self._first_row = line
            self._columns = _by_place(cells, self._need)
            self.headings = [
                next((c for c, at in self._columns.items() if at == n), "") for n in range(len(cells))
            ]
            named = ", ".join(self.headings)
            self.notes.append(f"{self.path} has no heading line; its columns are taken for {named}")
            if self._need not in self._columns:
                self._faults.append(Fault(line, f"no column is a {self._need}; write a heading line"))
        else:
            self._first_row = line + 1
            self.headings = cells
            self._named(line, cells, meant)

    def _is_row(self, cells: list[str], meant: list[str | None]) -> bool:
        if any(_looks_like_device(cell) for cell in cells):
            return True
        return self._need == "user" and len(cells) == 1 and meant == [None]

    def _named(self, line: int, cells: list[str], meant: list[str | None]) -> None:
        ours = len(cells) - len(RESULT_COLUMNS)
        if tuple(cells[ours:]) == RESULT_COLUMNS:
            self.headings = cells[:ours]
            meant = meant[:ours]
        for place, column in enumerate(meant):
            heading = cells[place]
            if _plain(heading) in _SECRETS:
                self._faults.append(
                    Fault(
                        line,
                        f"column {heading!r}: a list holds no PIN and no password, for the application "
                        "user signs each request; remove the column",
                    )
                )
            elif column is not None and column in self._columns:
                other = cells[self._columns[column]]
                self._faults.append(
                    Fault(line, f"columns {other!r} and {heading!r} both name the {column}; remove one")
                )
            elif column is not None:
                self._columns[column] = place
        if self._need not in self._columns:
            known = ", ".join(_HEADINGS[self._need].split())
            self._faults.append(
                Fault(line, f"the column {self._need} is missing; it may be called {known}, in any case")
            )
        unused = [
            repr(cell) for cell, column in zip(self.headings, meant, strict=True) if cell and column is None
        ]
        if unused and not self._faults:
            self.notes.append(f"columns of {self.path} that are not used: {', '.join(unused)}")

    def _lacks_users(self) -> bool:
        return self._operation != "logout" and not {"user", "operation"} & self._columns.keys()

    def _asks_for_nothing(self, given: dict[str, str]) -> bool:
        """Tell whether it is a row of `who` or `where` about a phone or user where nobody is logged in."""
        return _plain(given.get("status", "")) in _NOBODY and not (given.get("user") and given["device"])

    def _row(self, number: int, line: int, given: dict[str, str]) -> tuple[Row, list[str]]:
        faults: list[str] = []

        def read(column: str, how: Callable[[str], T], otherwise: T) -> T:
            try:
                return how(given.get(column, ""))
            except ValueError as error:
                faults.append(str(error))
                return otherwise

        device = read("device", partial(_name, column="device"), "x")
        user = read("user", partial(_name, column="user"), "x")
        profile = read("profile", partial(_name, column="profile"), "")
        duration: Duration = read("duration", _duration, None)
        # Of an operation that is none nobody knows whether it needs a user; a logout needs least.
        operation = read("operation", _operation, "logout") or self._operation
        row = Row(number, line, operation, device, user, profile or None, duration)
        try:
            message(row, _DUMMY).to_form()
        except (Error, ValueError) as error:
            faults.append(str(error))
        return row, faults


def message(row: Row, app: AppInfo) -> Login | Logout:
    """Return what a row sends first."""
    if row.operation == "logout":
        return Logout(app=app, device_name=row.device)
    return Login(
        app=app,
        device_name=row.device,
        user_id=row.user,
        device_profile=row.profile,
        exclusive_duration=row.duration,
    )


def batches(names: Iterable[str], size: int = NAMES_ASKED) -> Iterator[list[str]]:
    """Return names in lists that a query takes."""
    waiting = iter(names)
    while some := list(islice(waiting, size)):
        yield some


def device_name(text: str) -> str:
    """Return the name of a device given as such or as a MAC address in any common form."""
    if _PHONE.fullmatch(text):  # as nearly all are
        return text
    bare = re.sub(r"^SEP[ :.\-]?", "", text, flags=re.IGNORECASE)
    for separator in ":-. ":
        groups = bare.split(separator)
        width = {1: 12, 2: 6, 3: 4, 6: 2}.get(len(groups), 0)
        if separator == ":" and width == 2:
            # As systems write it that leave a leading zero out.
            groups = [group.zfill(2) for group in groups if group]
        if width and all(len(group) == width and _HEX.fullmatch(group) for group in groups):
            return "SEP" + "".join(groups).upper()
    if text.isascii() and text.isdigit() and 9 <= len(text) < 12:
        raise ValueError(
            f"device has {len(text)} digits where a MAC address has 12: a spreadsheet drops zeros at the "
            f"start; {_AS_TEXT}"
        )
    return text


def _name(text: str, column: str) -> str:
    if not text:
        return text
    if text.startswith("="):
        raise ValueError(
            f"{column} is a formula of a spreadsheet; write the name alone, without = and quotes"
        )
    if _SCIENTIFIC.fullmatch(text):
        raise ValueError(f"{column} is {text}: a spreadsheet has made a number of it; {_AS_TEXT}")
    if not text.isprintable():
        place, character = next((n, c) for n, c in enumerate(text, 1) if not c.isprintable())
        what = unicodedata.name(character, "a control character").lower()
        raise ValueError(
            f"{column} holds an invisible character (U+{ord(character):04X}, {what}) at place {place}; "
            f"remove it"
        )
    return device_name(text) if column == "device" else text


def _operation(text: str) -> str | None:
    if not text:
        return None
    plain = _plain(text)
    found = next((operation for operation in OPERATIONS if _plain(operation) == plain), None)
    if found is None:
        raise ValueError("operation must be login, logout or take-over")
    return found


def _duration(text: str) -> Duration:
    text = text.lower()
    if not text:
        return None
    if text == "indefinite":
        return "indefinite"
    if text.isascii() and text.isdigit():
        if int(text) == 0:
            raise ValueError("a duration is 1 minute or more; leave it blank for what the service has set")
        if int(text) > _MOST_MINUTES:
            raise ValueError(f"a duration is {_MOST_MINUTES} minutes at most; write indefinite")
        return int(text)
    hours = re.fullmatch(r"(\d{1,3})\s*(?:h|hours?|std\.?|:(\d\d))", text, re.ASCII)
    meant = f"; {text} is {int(hours.group(1)) * 60 + int(hours.group(2) or 0)}" if hours else ""
    raise ValueError(f"duration must be whole minutes or indefinite{meant}")


def _cell(cells: list[str], place: int) -> str:
    """Return a cell without blanks around it and without what keeps a spreadsheet from running it."""
    return _GUARDED.sub("", cells[place].strip(" \t")) if place < len(cells) else ""


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _looks_like_device(text: str) -> bool:
    try:
        return re.fullmatch(r"SEP[0-9A-F]+", device_name(text), re.IGNORECASE) is not None
    except ValueError:
        return True


def _by_place(cells: list[str], need: str) -> dict[str, int]:
    """Return which column is which where no heading says so: the device and the operation by their looks, the
    others in the order user, profile, duration.
    """
    if need == "user" and not any(map(_looks_like_device, cells)):
        return {"user": 0}
    device = next(place for place, cell in enumerate(cells) if _looks_like_device(cell))
    columns = {"device": device}
    left = ["user", "profile", "duration"]
    for place, cell in enumerate(cells):
        if place == device or not cell:
            continue
        if "operation" not in columns and _plain(cell) in map(_plain, OPERATIONS):
            columns["operation"] = place
        elif left[:1] == ["profile"] and (cell.isdigit() or cell.lower() == "indefinite"):
            columns["duration"] = place
            left.clear()
        elif left:
            columns[left.pop(0)] = place
    return columns
