"""The description of a cluster: who may call the service, users, devices, profiles, service parameters.

Read from one TOML file, or built in Python. Must never show a PIN or a certificate: they are left out of
every `repr` and of every error text.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from enum import Enum
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from hotdesk_hil.emservice import trusted
from hotdesk_hil.emservice.csv_files import ClusterError, CsvFiles, read_csv
from hotdesk_hil.emservice.tls_settings import CERTIFICATES, TlsSettings, TlsVersion
from hotdesk_hil.provisioning import settings
from hotdesk_hil.provisioning.settings import Provisioning

NAME_LIMIT = 128
"""Characters that a user ID, device, profile or application ID may hold."""
CERTIFICATE_LIMIT = 256
"""Bytes that a certificate or a PIN may hold."""
LOGIN_TIME_LIMIT = 168 * 60
"""Minutes of the longest Maximum Login Time (168:00)."""
TRUSTED_LIST_LIMIT = 1024
"""Characters that the trusted list may hold."""
OPERATION_LIMIT = 3600
"""Seconds of the longest operation time."""
REQUEST_LIMIT = 3600
"""Seconds of the longest time-out of a request."""
FAILED_LOGON_LIMIT = 100
"""Wrong PINs that a credential policy can let pass."""
LOCKOUT_LIMIT = 1440
"""Minutes of the longest lock, and of the longest memory of a wrong PIN."""
CLUSTER_ID_LIMIT = 50
"""Characters of a cluster ID."""


fold = str.casefold
"""Returns the form under which a name is compared: the service tells no case apart."""


class MultipleLogin(Enum):
    """Service parameter Multiple Login Behavior: may a user be on several devices?"""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not allowed"
    AUTO_LOGOUT = "auto logout"


class EndUserCredential(Enum):
    """What of an end user's the EM service takes for `appCertificate`; no source says."""

    PIN = "pin"
    PASSWORD = "password"  # noqa: S105 (a name)
    EITHER = "either"


@dataclass(frozen=True)
class ApplicationUser:
    """An account of a program: `certificate` is its password, `proxy_rights` lets it act on everyone.

    `proxy_rights` is membership of "Standard EM Authentication Proxy Rights". With `must_change` its password
    has expired: code 27 until it is changed.
    """

    id: str
    certificate: str = field(repr=False)
    proxy_rights: bool = True
    must_change: bool = False


@dataclass(frozen=True)
class User:
    """An end user: `profiles` are the device profiles associated with him, `default_profile` one of them.

    With one profile and no `default_profile`, a login takes that one. `directory_number` and
    `self_service_id` are what a login of type DN or SP calls him; several users may share a number.
    With `must_change` his PIN or password has expired or must change on first use: code 27 until it is
    changed. Which of the two signs a request is the service parameter `end_user_credential`.
    """

    id: str
    pin: str = field(repr=False)
    profiles: tuple[str, ...] = ()
    default_profile: str | None = None
    proxy_rights: bool = False
    must_change: bool = False
    directory_number: str | None = None
    self_service_id: str | None = None
    emcc: bool = False
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Device:
    """A phone; `extension_mobility` is its "Enable Extension Mobility" box, `emcc` what `emccDevice` says.

    `emcc_capable`: model and load can log in people of other clusters. `security_mode` is 1 (none), 2
    (authenticated) or 3 (encrypted).
    """

    name: str
    extension_mobility: bool = True
    emcc: bool = False
    emcc_capable: bool = True
    model: str = ""
    security_mode: int = 1


@dataclass(frozen=True)
class Profile:
    """A device profile that need not be associated with a user.

    `user_locale` is the language of a phone with this profile, None the one of `[provisioning]`.
    """

    name: str
    user_locale: str | None = None


@dataclass(frozen=True)
class RemoteCluster:
    """Another cluster, as the cluster view has it: its ID, its address, and whether EMCC is on for it."""

    id: str
    url: str
    emcc: bool = True


@dataclass(frozen=True)
class ServiceParameters:
    """Service parameters with the defaults of the feature configuration guide.

    `maximum_login_time` is `off` or `HHH:MM` from 0:00 to 168:00. `trusted_list_of_ips` holds addresses and
    host names with `;` between them; names are resolved when the service starts. `credential_cache`: a PIN or
    certificate that was right in the last two minutes still is after a change.

    The others are not the service's own. `operation_seconds` is how long a login or logout takes, its answer
    and its slot of `maximum_concurrent_requests`. `request_timeout` is how many seconds a request may take to
    arrive before its connection is cut. `emcc_device` is whether `deviceUserResults` hold `emccDevice`.
    `profile_query_failures`: `deviceProfileResults` hold a failure in the row of a user who is unknown (23)
    or has no profile (12), as some clients read it. `end_user_credential` is what an end user signs with.

    Of the login application: `failed_logon_limit` wrong PINs (0: any number) within
    `reset_failed_logons_minutes` lock a user for `lockout_minutes`, as the credential policy does.
    `alphanumeric_user_id` is whether letters can be typed, `remember_last_user` whether the form shows who
    was on the phone before, `headset_pin` whether a login by headset needs the PIN. `emcc_activated` and
    `cluster_id` are looked at where a phone with EMCC names a user whom this cluster does not know.

    Of Cross Cluster: as the home cluster, `emcc_configured` is whether the EMCC feature parameters are set,
    `emcc_dummy_devices` how many users may be at phones of other clusters, `emcc_models` the models that
    have a template (none: any). As the visiting one, `emcc_oldest_version` and `emcc_mixed_mode` say which
    home clusters are supported. `version` and `security_mode` (0 non-secure, 1 mixed) are this cluster's
    own.
    """

    multiple_login_behavior: MultipleLogin = MultipleLogin.NOT_ALLOWED
    maximum_login_time: str = "off"
    maximum_concurrent_requests: int = 5
    validate_ip_address: bool = False
    trusted_list_of_ips: str = ""
    allow_proxy: bool = False
    credential_cache: bool = True
    operation_seconds: float = 0.0
    request_timeout: float = 20.0
    emcc_device: bool = True
    profile_query_failures: bool = False
    end_user_credential: EndUserCredential = EndUserCredential.PIN
    failed_logon_limit: int = 5
    lockout_minutes: float = 30.0
    reset_failed_logons_minutes: float = 30.0
    alphanumeric_user_id: bool = True
    remember_last_user: bool = False
    headset_pin: bool = True
    emcc_activated: bool = False
    cluster_id: str = "StandAloneCluster"
    version: str = "14.0"
    security_mode: int = 0
    emcc_configured: bool = True
    emcc_dummy_devices: int = 10
    emcc_models: tuple[str, ...] = ()
    emcc_oldest_version: str = "8.0"
    emcc_mixed_mode: bool = True

    @property
    def trusted(self) -> tuple[str, ...]:
        """The addresses and host names of `trusted_list_of_ips`."""
        return trusted.entries(self.trusted_list_of_ips)

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
        remote_clusters: Iterable[RemoteCluster] = (),
        service: ServiceParameters | None = None,
        provisioning: Provisioning | None = None,
        tls: TlsSettings | None = None,
    ) -> None:
        self.tls = tls or TlsSettings()
        """How a port with TLS speaks; a service takes it over when it is made."""
        self.service = service or ServiceParameters()
        _check_service(self.service)
        self.provisioning = provisioning or Provisioning()
        for key, what in settings.wrong(self.provisioning):
            raise _EntryError("provisioning", 1, f"[provisioning] {key!r} {what}")
        self.application_users: Mapping[str, ApplicationUser] = _index("application_user", application_users)
        self.users: Mapping[str, User] = _index("user", users)
        self.devices: Mapping[str, Device] = _index("device", devices)
        self.remote_clusters: Mapping[str, RemoteCluster] = _index("remote_cluster", remote_clusters)
        named = _index("profile", profiles)
        associated = {fold(name): Profile(name) for user in self.users.values() for name in user.profiles}
        # A profile that a user is associated with exists without an entry of its own.
        self.profiles: Mapping[str, Profile] = {**associated, **named}
        self._by_number: dict[str, list[User]] = {}
        self._by_self_service_id: dict[str, list[User]] = {}
        for user in self.users.values():
            if user.directory_number is not None:
                self._by_number.setdefault(fold(user.directory_number), []).append(user)
            if user.self_service_id is not None:
                self._by_self_service_id.setdefault(fold(user.self_service_id), []).append(user)

    def decoded(self, name: str, login_type: str | None = None) -> str:
        """Returns the user ID that a request means: as it is where it calls somebody, else percent-decoded.

        One that calls nobody either way is returned as it is.
        """
        if "%" not in name or self.called(name, login_type):
            return name
        decoded = unquote(name)
        return decoded if self.called(decoded, login_type) else name

    def called(self, name: str, login_type: str | None = None) -> list[User]:
        """Returns the users whom a login of that type (`UID`, `DN` or `SP`; None is `UID`) calls `name`."""
        if login_type == "DN":
            return self._by_number.get(fold(name), [])
        if login_type == "SP":
            return self._by_self_service_id.get(fold(name), [])
        user = self.users.get(fold(name))
        return [] if user is None else [user]

    def __repr__(self) -> str:
        return (
            f"<Cluster: {len(self.users)} users, {len(self.devices)} devices, {len(self.profiles)} profiles, "
            f"{len(self.application_users)} application users>"
        )

    @classmethod
    def demo(cls) -> Cluster:
        """Returns the demo cluster, which comes with the package."""
        with as_file(files("hotdesk_hil") / "clusters" / "demo.toml") as path:
            return cls.read(path)

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
            return cls._from_tables(tomllib.loads(text), Path(path).parent)
        except tomllib.TOMLDecodeError as error:
            raise ClusterError(f"{path}: is not TOML: {error}") from error
        except _EntryError as error:
            line = _line_of(text, error.table, error.number)
            raise ClusterError(f"{path}{line}: {error}") from error

    @classmethod
    def _from_tables(cls, tables: dict[str, Any], folder: Path) -> Cluster:
        for key in tables:
            if key not in ("service", "provisioning", "csv", "tls", *_ENTRIES):
                lists = (f"[[{name}]]" for name in _ENTRIES)
                known = ", ".join(["[service]", *lists, "[csv]", "[provisioning]", "[tls]"])
                raise _EntryError(key, 1, f"unknown table {key!r}; known: {known}")
        lists: dict[str, list[Any]] = {}
        for table, (kind, argument) in _ENTRIES.items():
            entries = tables.get(table, [])
            if not isinstance(entries, list):
                raise _EntryError(table, 1, f"[{table}] is a list: write [[{table}]]")
            lists[argument] = [_build(kind, table, n, entry) for n, entry in enumerate(entries, 1)]
        service = _build(ServiceParameters, "service", 1, tables.get("service", {}))
        provisioning = _build(Provisioning, "provisioning", 1, tables.get("provisioning", {}))
        tls = _build(TlsSettings, "tls", 1, tables.get("tls", {}))
        csv_files = _build(CsvFiles, "csv", 1, tables.get("csv", {}))
        places: dict[tuple[str, int], str] = {}
        associations: list[tuple[str, str, str]] = []
        for table, rows in read_csv(csv_files, folder):
            _, argument = _ENTRIES[table]
            for place, entry in rows:
                associations += [(place, user, entry["name"]) for user in entry.pop("users", ())]
                lists[argument].append(_CSV_KINDS[table](**entry))
                places[table, len(lists[argument])] = place
        _associate(lists["users"], associations)
        try:
            return cls(service=service, provisioning=provisioning, tls=tls, **lists)
        except _EntryError as error:
            known = places.get((error.table, error.number))
            if known is None:
                raise
            raise ClusterError(f"{known}: {error}") from error


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
    "remote_cluster": (RemoteCluster, "remote_clusters"),
}

_CSV_KINDS: dict[str, type] = {"user": User, "device": Device, "profile": Profile}

_KINDS = {
    "str": "text",
    "str | None": "text",
    "bool": "true or false",
    "tuple[str, ...]": "a list of texts",
    "int": "a whole number",
    "float": "a number",
}


def _associate(users: list[User], associations: Iterable[tuple[str, str, str]]) -> None:
    """Adds profiles to the users that a file of profiles names; each with its place, user and profile."""
    numbers = {fold(user.id): number for number, user in enumerate(users)}
    for place, name, profile in associations:
        number = numbers.get(fold(name))
        if number is None:
            raise ClusterError(f"{place}: {name[:20]!r} is not a user of this cluster")
        user = users[number]
        if fold(profile) not in map(fold, user.profiles):
            users[number] = replace(user, profiles=(*user.profiles, profile))


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


_CHOICES: dict[str, tuple[Enum, ...]] = {
    "CertificateShape | CertificateFlaw": CERTIFICATES,
    **{kind.__name__: tuple(kind) for kind in (MultipleLogin, EndUserCredential, TlsVersion)},
}


def _value(table: str, number: int, key: str, kind: str, value: Any) -> Any:
    if kind in _CHOICES:
        for item in _CHOICES[kind]:
            if item.value == value:
                return item
        known = ", ".join(repr(item.value) for item in _CHOICES[kind])
        raise _EntryError(table, number, f"[{table}] {key!r} is one of {known}")
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "float" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
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
            if entry.password is not None:
                _check_secret(table, number, "password", entry.password)
            for other in (entry.directory_number, entry.self_service_id):
                if other is not None:
                    _check_name(table, number, other)
            _check_profiles(table, number, entry)
        if isinstance(entry, Profile) and entry.user_locale not in (None, *settings.LOCALES):
            raise _EntryError(table, number, f"[{table}] 'user_locale' {settings.what_is_a_locale()}")
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


def check_secret(secret: str) -> None:
    """Raises `ValueError` for a PIN or certificate that is blank or too long; the text does not hold it."""
    if not secret.strip() or len(secret.encode()) > CERTIFICATE_LIMIT:
        raise ValueError(f"holds 1 to {CERTIFICATE_LIMIT} bytes, not all blank")


def _check_secret(table: str, number: int, key: str, secret: str) -> None:
    try:
        check_secret(secret)
    except ValueError as error:
        raise _EntryError(table, number, f"[{table}] {key!r} {error}") from None


def _check_service(service: ServiceParameters) -> None:
    text = service.maximum_login_time
    if text != "off" and (
        not re.fullmatch(r"[0-9]{1,3}:[0-5][0-9]", text) or service.maximum_login_minutes > LOGIN_TIME_LIMIT
    ):
        raise _wrong_parameter("maximum_login_time", "is 'off' or hours and minutes from '0:00' to '168:00'")
    if service.maximum_concurrent_requests < 1:
        raise _wrong_parameter("maximum_concurrent_requests", "is at least 1")
    # Not a comparison that a NaN passes.
    if not 0 <= service.operation_seconds <= OPERATION_LIMIT:
        raise _wrong_parameter("operation_seconds", f"is 0 to {OPERATION_LIMIT}")
    if not 0 < service.request_timeout <= REQUEST_LIMIT:
        raise _wrong_parameter("request_timeout", f"is over 0, at most {REQUEST_LIMIT}")
    if not 0 <= service.failed_logon_limit <= FAILED_LOGON_LIMIT:
        raise _wrong_parameter("failed_logon_limit", f"is 0 to {FAILED_LOGON_LIMIT}")
    for key in ("lockout_minutes", "reset_failed_logons_minutes"):
        if not 0 < getattr(service, key) <= LOCKOUT_LIMIT:
            raise _wrong_parameter(key, f"is over 0, at most {LOCKOUT_LIMIT}")
    if len(service.cluster_id) > CLUSTER_ID_LIMIT:
        raise _wrong_parameter("cluster_id", f"holds at most {CLUSTER_ID_LIMIT} characters")
    if len(service.trusted_list_of_ips) > TRUSTED_LIST_LIMIT:
        raise _wrong_parameter("trusted_list_of_ips", f"holds at most {TRUSTED_LIST_LIMIT} characters")
    try:
        _ = service.trusted
    except ValueError as error:
        what = f"holds IP addresses and host names with ';' between: {error}"
        raise _wrong_parameter("trusted_list_of_ips", what) from None


def _wrong_parameter(key: str, what: str) -> _EntryError:
    return _EntryError("service", 1, f"[service] {key!r} {what}")


def _line_of(text: str, table: str, number: int) -> str:
    """Returns `:LINE` of the table's header, nothing where it is written in another form."""
    header = re.compile(rf"^\s*\[{{1,2}}\s*\"?{re.escape(table)}\"?\s*\]{{1,2}}")
    lines = [n for n, line in enumerate(text.splitlines(), 1) if header.match(line)]
    return f":{lines[number - 1]}" if number <= len(lines) else ""
