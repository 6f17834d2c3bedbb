"""The description of a cluster: who may call the service, users, devices, profiles, service parameters.

Read from one TOML file, or built in Python. Must never show a PIN or a certificate: they are left out of
every `repr` and of every error text.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any

NAME_LIMIT = 128
"""Characters that a user ID, device, profile or application ID may hold."""
CERTIFICATE_LIMIT = 256
"""Bytes that a certificate or a PIN may hold."""
LOGIN_TIME_LIMIT = 168 * 60
"""Minutes of the longest Maximum Login Time (168:00)."""


class ClusterError(ValueError):
    """A cluster description is wrong; the text says where and what to change."""


def fold(name: str) -> str:
    """Returns the form under which a name is compared: the service tells no case apart."""
    return name.casefold()


class MultipleLogin(Enum):
    """Service parameter Multiple Login Behavior: may a user be on several devices?"""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not allowed"
    AUTO_LOGOUT = "auto logout"


@dataclass(frozen=True)
class ApplicationUser:
    """An account of a program: `certificate` is its password, `proxy_rights` lets it act on everyone.

    `proxy_rights` is membership of "Standard EM Authentication Proxy Rights".
    """

    id: str
    certificate: str = field(repr=False)
    proxy_rights: bool = True


@dataclass(frozen=True)
class User:
    """An end user: `profiles` are the device profiles associated with him, `default_profile` one of them.

    With one profile and no `default_profile`, a login takes that one.
    """

    id: str
    pin: str = field(repr=False)
    profiles: tuple[str, ...] = ()
    default_profile: str | None = None
    proxy_rights: bool = False


@dataclass(frozen=True)
class Device:
    """A phone; `extension_mobility` is its "Enable Extension Mobility" box."""

    name: str
    extension_mobility: bool = True


@dataclass(frozen=True)
class Profile:
    """A device profile that need not be associated with a user."""

    name: str


@dataclass(frozen=True)
class ServiceParameters:
    """Service parameters with the defaults of the feature configuration guide.

    `maximum_login_time` is `off` or `HHH:MM` from 0:00 to 168:00.
    """

    multiple_login_behavior: MultipleLogin = MultipleLogin.NOT_ALLOWED
    maximum_login_time: str = "off"

    @property
    def maximum_login_minutes(self) -> int | None:
        """The maximum login time in minutes, None where it is not enforced."""
        if self.maximum_login_time == "off":
            return None
        hours, minutes = self.maximum_login_time.split(":")
        return int(hours) * 60 + int(minutes)


class Cluster:
    """A checked cluster description, looked up without regard to case.

    ```python
    cluster = Cluster(
        application_users=[ApplicationUser("emphone", certificate="secret")],
        users=[User("john", pin="12345", profiles=("DPJOHNIPC",))],
        devices=[Device("SEP003094C25B15")],
    )
    ```

    Raises `ClusterError` where two entries share a name, or a name or value is out of its bounds.
    """

    def __init__(
        self,
        *,
        application_users: Iterable[ApplicationUser] = (),
        users: Iterable[User] = (),
        devices: Iterable[Device] = (),
        profiles: Iterable[Profile] = (),
        service: ServiceParameters | None = None,
    ) -> None:
        self.service = service or ServiceParameters()
        _check_service(self.service)
        self.application_users: Mapping[str, ApplicationUser] = _index("application_user", application_users)
        self.users: Mapping[str, User] = _index("user", users)
        self.devices: Mapping[str, Device] = _index("device", devices)
        named = _index("profile", profiles)
        associated = {fold(name): Profile(name) for user in self.users.values() for name in user.profiles}
        # A profile that a user is associated with exists without an entry of its own.
        self.profiles: Mapping[str, Profile] = {**associated, **named}

    def __repr__(self) -> str:
        return (
            f"<Cluster: {len(self.users)} users, {len(self.devices)} devices, {len(self.profiles)} profiles, "
            f"{len(self.application_users)} application users>"
        )

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Cluster:
        """Reads a cluster file (TOML).

        Raises `ClusterError` whose one-line text starts with the file and the line.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise ClusterError(f"{path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ClusterError(f"{path}: is not UTF-8 text (byte {error.start})") from error
        try:
            return cls._from_tables(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ClusterError(f"{path}: is not TOML: {error}") from error
        except _EntryError as error:
            line = _line_of(text, error.table, error.number)
            raise ClusterError(f"{path}{line}: {error}") from error

    @classmethod
    def _from_tables(cls, tables: dict[str, Any]) -> Cluster:
        for key in tables:
            if key not in ("service", *_ENTRIES):
                known = ", ".join(["[service]", *(f"[[{name}]]" for name in _ENTRIES)])
                raise _EntryError(key, 1, f"unknown table {key!r}; known: {known}")
        lists: dict[str, list[Any]] = {}
        for table, (kind, argument) in _ENTRIES.items():
            entries = tables.get(table, [])
            if not isinstance(entries, list):
                raise _EntryError(table, 1, f"[{table}] is a list: write [[{table}]]")
            lists[argument] = [_build(kind, table, n, entry) for n, entry in enumerate(entries, 1)]
        service = _build(ServiceParameters, "service", 1, tables.get("service", {}))
        return cls(service=service, **lists)


class _EntryError(ClusterError):
    """An error that knows its table and the entry's number, so that the reader of a file can add the line."""

    def __init__(self, table: str, number: int, text: str) -> None:
        super().__init__(text)
        self.table = table
        self.number = number


_ENTRIES: dict[str, tuple[type, str]] = {
    "application_user": (ApplicationUser, "application_users"),
    "user": (User, "users"),
    "device": (Device, "devices"),
    "profile": (Profile, "profiles"),
}

_KINDS = {"str": "text", "str | None": "text", "bool": "true or false", "tuple[str, ...]": "a list of texts"}


def _build(kind: type, table: str, number: int, entry: Any) -> Any:
    if not isinstance(entry, dict):
        raise _EntryError(table, number, f"[{table}] holds keys and values")
    known = {item.name: item for item in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in known:
            raise _EntryError(table, number, f"[{table}] has no key {key!r}; known: {', '.join(known)}")
        values[key] = _value(table, number, key, str(known[key].type), value)
    for key, item in known.items():
        if item.default is MISSING and key not in values:
            raise _EntryError(table, number, f"[{table}] lacks {key!r}")
    return kind(**values)


def _value(table: str, number: int, key: str, kind: str, value: Any) -> Any:
    if kind == "MultipleLogin":
        try:
            return MultipleLogin(value)
        except ValueError:
            known = ", ".join(repr(item.value) for item in MultipleLogin)
            raise _EntryError(table, number, f"[{table}] {key!r} is one of {known}") from None
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind.startswith("str") and isinstance(value, str):
        return value
    if kind.startswith("tuple") and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    # The value itself stays out of the text: it may be a PIN written without quotes.
    raise _EntryError(table, number, f"[{table}] {key!r} must be {_KINDS[kind]}")


def _index(table: str, entries: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, entry in enumerate(entries, 1):
        name = entry.name if isinstance(entry, (Device, Profile)) else entry.id
        _check_name(table, number, name)
        if fold(name) in found:
            raise _EntryError(table, number, f"[{table}] {name!r} is there twice (case is not told apart)")
        if isinstance(entry, ApplicationUser):
            _check_secret(table, number, "certificate", entry.certificate)
        if isinstance(entry, User):
            _check_secret(table, number, "pin", entry.pin)
            _check_profiles(table, number, entry)
        found[fold(name)] = entry
    return found


def _check_profiles(table: str, number: int, user: User) -> None:
    for name in user.profiles:
        _check_name(table, number, name)
    folded = [fold(name) for name in user.profiles]
    if len(set(folded)) != len(folded):
        raise _EntryError(table, number, f"[{table}] {user.id!r} has a profile twice")
    if user.default_profile is not None and fold(user.default_profile) not in folded:
        what = f"default_profile {user.default_profile!r} is not among the profiles"
        raise _EntryError(table, number, f"[{table}] {user.id!r}: {what}")


def _check_name(table: str, number: int, name: str) -> None:
    if not name or name != name.strip() or not name.isprintable():
        what = "a name is printable text, not empty, without blanks around it"
        raise _EntryError(table, number, f"[{table}] {name[:20]!r}: {what}")
    if len(name) > NAME_LIMIT:
        raise _EntryError(
            table, number, f"[{table}] {name[:20]!r}…: a name holds at most {NAME_LIMIT} characters"
        )


def _check_secret(table: str, number: int, key: str, secret: str) -> None:
    if not secret.strip() or len(secret.encode()) > CERTIFICATE_LIMIT:
        raise _EntryError(
            table, number, f"[{table}] {key!r} holds 1 to {CERTIFICATE_LIMIT} bytes, not all blank"
        )


def _check_service(service: ServiceParameters) -> None:
    text = service.maximum_login_time
    if text == "off":
        return
    if not re.fullmatch(r"[0-9]{1,3}:[0-5][0-9]", text) or service.maximum_login_minutes > LOGIN_TIME_LIMIT:
        what = "is 'off' or hours and minutes from '0:00' to '168:00'"
        raise _EntryError("service", 1, f"[service] 'maximum_login_time' {what}")


def _line_of(text: str, table: str, number: int) -> str:
    """Returns `:LINE` of the table's header, nothing where it is written in another form."""
    header = re.compile(rf"^\s*\[{{1,2}}\s*\"?{re.escape(table)}\"?\s*\]{{1,2}}")
    lines = [n for n, line in enumerate(text.splitlines(), 1) if header.match(line)]
    return f":{lines[number - 1]}" if number <= len(lines) else ""
