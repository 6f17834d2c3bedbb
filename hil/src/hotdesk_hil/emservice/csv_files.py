"""Users, devices and profiles from CSV files as administrators export them and spreadsheets save them.

Headings are those of the "Bulk Administration Guide" (phone and user device profile exports, user files) and
the short ones of lists made by hand, in any order; columns that the simulator has no use for are skipped.
Must never quote a PIN or a password in an error.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, str]
"""Cells by heading, headings without case, blanks, hyphens and underscores."""
_Entry = Callable[[str, Row], dict[str, Any]]
"""Returns the values of an entry from its name and its row."""

_YES = ("t", "true", "yes", "1", "enabled", "on")
_NO = ("f", "false", "no", "0", "disabled", "off", "")
_NAMES = {
    "user": ("userid", "user", "uid"),
    "device": ("devicename", "device", "phone", "mac", "macaddress"),
    "profile": (
        "userdeviceprofilename",
        "deviceprofilename",
        "deviceprofile",
        "profile",
        "udp",
        "devicename",
    ),
}
"""Per table the headings of the name, the first that is there."""
_EXAMPLES = {"user": "user id", "device": "device name", "profile": "user device profile name"}
"""Per table the heading of the name as an error shows it."""
_ENABLED = ("extensionmobility", "enableextensionmobility")
_ASSOCIATED = re.compile(r"controlledprofile(s|[0-9]+)")
_USERS = re.compile(r"(userid|user|uid)[0-9]*")
"""In a file of profiles: who is associated with the profile."""
_SECRETS = ("pin", "password")
_USED = (*_ENABLED, *_SECRETS, "defaultprofile", "primaryextension", "selfserviceuserid")

_SEPARATORS = (",", ";", "\t")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MAC = re.compile(
    r"[0-9A-F]{2}([:-]?)([0-9A-F]{2}\1){4}[0-9A-F]{2}|([0-9A-F]{4}\.){2}[0-9A-F]{4}", re.IGNORECASE
)
_RULER = re.compile(r"[^\n]*\r?\n=+( +=+)* *\r?(\n|\Z)")
"""The headings of a table as `run sql` prints it, and the ruler under them."""
_SPOILT = re.compile(r"[0-9]+([.,][0-9]+)?E\+?[0-9]+|=.*")


class ClusterError(ValueError):
    """A cluster description is wrong; the text says where and what to change."""


@dataclass(frozen=True)
class CsvFiles:
    """The table `[csv]` of a cluster file: paths beside it, and what the files cannot say themselves.

    `pin` and `password` are for users whose row has none. `encoding` is that of files without a byte order
    mark, UTF-8 where it is not given. `separator` is found by the headings where it is not given.
    """

    users: str | None = None
    devices: str | None = None
    profiles: str | None = None
    pin: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    encoding: str | None = None
    separator: str | None = None


def read_csv(files: CsvFiles, folder: Path) -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    """Reads the files: per table its rows, each with its place (`FILE:LINE`) and the values of an entry.

    Raises `ClusterError` whose text starts with the file and the line.
    """

    def user(name: str, row: Row) -> dict[str, Any]:
        return _user(name, row, files)

    readers: list[tuple[str, str | None, _Entry]] = [
        ("user", files.users, user),
        ("device", files.devices, _device),
        ("profile", files.profiles, _profile),
    ]
    for table, file, entry in readers:
        if file is not None:
            yield table, list(_rows(folder / file, files, table, entry))


def _user(name: str, row: Row, files: CsvFiles) -> dict[str, Any]:
    own = row.get("pin", "") or files.pin
    if not own:
        raise ValueError("no PIN: fill the column PIN, or name one for all with pin in [csv]")
    profiles = [
        profile.strip()
        for heading, cell in row.items()
        if _ASSOCIATED.fullmatch(heading)
        for profile in cell.split(";")
        if profile.strip()
    ]
    default = row.get("defaultprofile", "") or None
    if default is not None and default.casefold() not in [profile.casefold() for profile in profiles]:
        profiles.insert(0, default)
    return {
        "id": name,
        "pin": own,
        "password": row.get("password", "") or files.password,
        "profiles": tuple(profiles),
        "default_profile": default,
        "directory_number": row.get("primaryextension", "") or None,
        "self_service_id": row.get("selfserviceuserid", "") or None,
    }


def _device(name: str, row: Row) -> dict[str, Any]:
    heading = next((heading for heading in _ENABLED if heading in row), None)
    text = "t" if heading is None else row[heading].lower()
    if text not in (*_YES, *_NO):
        raise ValueError(f"{heading.replace('extension', ' extension ').strip()!r} is t or f")
    if _MAC.fullmatch(name):
        name = "SEP" + re.sub("[:.-]", "", name).upper()
    return {"name": name, "extension_mobility": text in _YES}


def _profile(name: str, row: Row) -> dict[str, Any]:
    users = dict.fromkeys(cell for heading, cell in row.items() if _USERS.fullmatch(heading) and cell)
    return {"name": name, "users": tuple(users)}


def _rows(path: Path, files: CsvFiles, table: str, entry: _Entry) -> Iterator[tuple[str, dict[str, Any]]]:
    text = _text(path, files.encoding)
    line = 1
    try:
        lines = _aligned(text) if _RULER.match(text) else _separated(text, files.separator, table)
        line, written = next(lines, (1, []))
        headings = [_normal(heading) for heading in written]
        column = next((heading for heading in _NAMES[table] if heading in headings), None)
        if column is None:
            # What the line holds stays out of the text: without headings it is the first row, PIN included.
            what = f"no column {_EXAMPLES[table]!r} in the first line, which names the columns"
            also = ", ".join(_NAMES[table])
            raise ValueError(f"{what} (also taken: {also}); {len(written)} columns were found")
        _check_twice(headings, written)
        for line, raw in lines:
            cells = [cell.strip() for cell in raw]
            if any(cells):
                if any(cells[len(headings) :]):
                    raise ValueError("more cells than headings")
                row = dict(zip(headings, cells, strict=False))
                name = row.get(column)
                if not name:
                    raise ValueError(f"{written[headings.index(column)].strip().lower()!r} is blank")
                _check_spoilt(column, row)
                yield f"{path}:{line}", entry(name, row)
    except _BadCsv as error:
        raise ClusterError(f"{path}:{error.line}: {error}") from error
    except ValueError as error:
        raise ClusterError(f"{path}:{line}: {error}") from error


class _BadCsv(Exception):
    """What the CSV reader refuses; the line where the row begins."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def _separated(text: str, given: str | None, table: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows of a CSV text, each with the line where it begins."""
    separator, skipped = _separator(text, given, table)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _BadCsv(line, str(error)) from error
        if cells is None:
            return
        if line > skipped:
            yield line, cells


def _aligned(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows of a table as `run sql` prints it, whose ruler of `=` marks the columns."""
    lines = text.splitlines()
    spans = [match.span() for match in re.finditer("=+", lines[1])]
    for number, line in enumerate(lines, 1):
        if number != 2:
            yield number, [line[start:end] for start, end in spans]


def _text(path: Path, encoding: str | None) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ClusterError(f"{path}: cannot be read: {error.strerror}") from error
    # A byte order mark takes precedence over what the cluster file says.
    named = next((name for mark, name in _MARKS if data.startswith(mark)), encoding or "utf-8")
    try:
        return data.decode(named)
    except LookupError:
        raise ClusterError(f"{path}: [csv] names the encoding {named!r}, which nobody knows") from None
    except UnicodeDecodeError as error:
        shown = "UTF-8" if named.startswith("utf-8") else named
        what = 'save it as "CSV UTF-8", or name its encoding in [csv], as encoding = "cp1252"'
        raise ClusterError(f"{path}: is not {shown} text (byte {error.start}): {what}") from error


def _separator(text: str, given: str | None, table: str) -> tuple[str, int]:
    """Returns the separator, and how many lines stand before the headings: `sep=;` is one."""
    first = text.partition("\n")[0]
    told = re.fullmatch(r"\"?sep=(.)\"?", first.rstrip("\r"))
    if given is not None and (len(given) != 1 or given in '"\r\n'):
        raise ValueError("'separator' in [csv] is one character")
    if told or given:
        return (given or told[1]), int(told is not None)
    line = first.rstrip("\r")
    for separator in _SEPARATORS:
        headings = [_normal(heading.strip().strip('"')) for heading in line.split(separator)]
        if any(name in headings for name in _NAMES[table]):
            return separator, 0
    return max(_SEPARATORS, key=line.count), 0


def _normal(heading: str) -> str:
    return re.sub(r"[\s_-]+", "", heading.strip().lower())


def _check_spoilt(column: str, row: Row) -> None:
    """Raises where a spreadsheet has made something else of a name, a PIN or a password."""
    for heading in (column, *_SECRETS):
        cell = row.get(heading, "")
        if cell and _SPOILT.fullmatch(cell):
            shown = repr(cell[:20]) if heading == column else f"the {heading}"
            raise ValueError(f"{shown} is what a spreadsheet made of it: format the column as text")


def _check_twice(headings: list[str], written: list[str]) -> None:
    """Raises where a column that is used is there twice; an export of phones repeats some that are not."""
    used = {name for names in _NAMES.values() for name in names} | set(_USED)
    for heading, shown in zip(headings, written, strict=True):
        if headings.count(heading) > 1 and (heading in used or _ASSOCIATED.fullmatch(heading)):
            raise ValueError(f"two columns have the heading {shown.strip().lower()!r}")
