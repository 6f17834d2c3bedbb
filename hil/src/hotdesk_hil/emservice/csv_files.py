"""Users, devices and profiles from CSV files as administrators export them.

Headings are those of the "Bulk Administration Guide" (phone and user device profile exports, user files), in
any order and any case; columns that the simulator has no use for are skipped. Must never quote a PIN in an
error.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, str]
_YES = ("t", "true", "yes", "1", "enabled", "on")
_NO = ("f", "false", "no", "0", "disabled", "off", "")
_NAMES = {
    "user": ("user id",),
    "device": ("device name",),
    "profile": ("user device profile name", "device profile name", "device name"),
}
"""Per table the headings of the name, the first that is there."""
_ENABLED = ("extension mobility", "enable extension mobility")
_ASSOCIATED = re.compile(r"controlled profile(s| [0-9]+)")
_USERS = re.compile(r"user id( [0-9]+)?")
"""In a file of profiles: who is associated with the profile."""


class ClusterError(ValueError):
    """A cluster description is wrong; the text says where and what to change."""


@dataclass(frozen=True)
class CsvFiles:
    """The table `[csv]` of a cluster file: paths beside it, and the PIN of users whose row has none."""

    users: str | None = None
    devices: str | None = None
    profiles: str | None = None
    pin: str | None = field(default=None, repr=False)


def read_csv(files: CsvFiles, folder: Path) -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    """Reads the files: per table its rows, each with its place (`FILE:LINE`) and the values of an entry.

    Raises `ClusterError` whose text starts with the file and the line.
    """

    def user(row: Row) -> dict[str, Any]:
        return _user(row, files.pin)

    readers: list[tuple[str, str | None, Callable[[Row], dict[str, Any]]]] = [
        ("user", files.users, user),
        ("device", files.devices, _device),
        ("profile", files.profiles, _profile),
    ]
    for table, name, entry in readers:
        if name is not None:
            yield table, list(_rows(folder / name, _NAMES[table], entry))


def _user(row: Row, pin: str | None) -> dict[str, Any]:
    own = row.get("pin", "") or pin
    if not own:
        raise ValueError("no PIN: fill the column PIN, or name one for all with pin in [csv]")
    profiles = [
        name.strip()
        for heading, cell in row.items()
        if _ASSOCIATED.fullmatch(heading)
        for name in cell.split(";")
        if name.strip()
    ]
    default = row.get("default profile", "") or None
    if default is not None and default.casefold() not in [name.casefold() for name in profiles]:
        profiles.insert(0, default)
    return {
        "id": row["user id"],
        "pin": own,
        "profiles": tuple(profiles),
        "default_profile": default,
        "directory_number": row.get("primary extension", "") or None,
        "self_service_id": row.get("self-service user id", "") or None,
    }


def _device(row: Row) -> dict[str, Any]:
    heading = next((heading for heading in _ENABLED if heading in row), None)
    text = "t" if heading is None else row[heading].lower()
    if text not in (*_YES, *_NO):
        raise ValueError(f"{heading!r} is t or f")
    return {"name": row["device name"], "extension_mobility": text in _YES}


def _profile(row: Row) -> dict[str, Any]:
    users = dict.fromkeys(cell for heading, cell in row.items() if _USERS.fullmatch(heading) and cell)
    return {"name": next(row[name] for name in _NAMES["profile"] if name in row), "users": tuple(users)}


def _rows(
    path: Path, names: tuple[str, ...], entry: Callable[[Row], dict[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            headings = [heading.strip().lower() for heading in next(reader, [])]
            column = next((name for name in names if name in headings), None)
            if column is None:
                raise ValueError(f"no column {names[0]!r} in the first line")
            _check_twice(headings)
            line = reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    if any(cell.strip() for cell in cells[len(headings) :]):
                        raise ValueError("more cells than headings")
                    row = dict(zip(headings, (cell.strip() for cell in cells), strict=False))
                    if not row.get(column):
                        raise ValueError(f"{column!r} is blank")
                    yield f"{path}:{line}", entry(row)
                line = reader.line_num + 1
    except OSError as error:
        raise ClusterError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ClusterError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    except (ValueError, csv.Error) as error:
        raise ClusterError(f"{path}:{line}: {error}") from error


def _check_twice(headings: list[str]) -> None:
    """Raises where a column that is used is there twice; an export of phones repeats some that are not."""
    used = {name for names in _NAMES.values() for name in names}
    used.update(_ENABLED, ("pin", "default profile", "primary extension", "self-service user id"))
    for heading in headings:
        if headings.count(heading) > 1 and (heading in used or _ASSOCIATED.fullmatch(heading)):
            raise ValueError(f"two columns have the heading {heading!r}")
