# pyright: strict
"""The native part of `hotdesk`; import `hotdesk` instead. Written by hand."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, Literal, SupportsIndex, TypeAlias, TypeVar, final, overload

from typing_extensions import Self

__all__ = [
    "AppInfo",
    "CheckUser",
    "CheckUserResults",
    "DeviceProfile",
    "DeviceProfileQuery",
    "DeviceProfileResults",
    "DeviceResult",
    "DeviceUserQuery",
    "DeviceUserResults",
    "Failure",
    "Login",
    "Logout",
    "LogoutAll",
    "Rows",
    "Secret",
    "Success",
    "Traces",
    "UserCheck",
    "UserDevices",
    "UserDevicesQuery",
    "UserDevicesResults",
    "UserProfiles",
    "__version__",
    "code_rows",
    "decode",
    "explain_rows",
    "parse",
    "status_of_change",
    "trace_runs",
    "vip_answer",
    "vip_records",
    "vip_row",
]

__version__: str

_Row = TypeVar("_Row", covariant=True)

@final
class Rows(Sequence[_Row], Generic[_Row]):
    """Rows of a message: a sequence that cannot be changed. A slice of it is a tuple."""

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> _Row: ...
    @overload
    def __getitem__(self, index: slice, /) -> tuple[_Row, ...]: ...
    def __len__(self) -> int: ...
    def count(self, value: object, /) -> int:
        """Return the number of rows that equal `value`."""

    def index(self, value: object, /) -> int:  # type: ignore[override]
        """Return the index of the first row that equals `value`; raise `ValueError` where there is none."""

    def __copy__(self) -> Rows[_Row]: ...
    def __deepcopy__(self, _memo: object) -> Rows[_Row]: ...
    def __hash__(self) -> int: ...

@final
class Secret:
    """A PIN, password or certificate, masked wherever it is shown."""

    def __new__(cls, secret: str, /) -> Secret: ...
    def expose(self) -> str:
        """Return the secret itself."""

    def __copy__(self) -> Secret: ...
    def __deepcopy__(self, _memo: object) -> Secret: ...
    def __hash__(self) -> int: ...

class _Part:
    """What the classes of messages and their parts have in common; not there when the program runs."""

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, object]]: ...
    def __replace__(self, **changes: object) -> Self:
        """Return a copy with other values for some attributes; `copy.replace` of CPython 3.13 calls it."""

    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...
    def __hash__(self) -> int: ...

class _Written(_Part):
    """What the classes of whole messages have in common; not there when the program runs."""

    def to_xml(self) -> bytes:
        """Return the XML document. Raises `hotdesk.Unsendable` with the field that cannot be sent."""

    def to_form(self) -> bytes:
        """Return the body of the HTTP request, `xml=` and the percent-encoded document.

        Raises `hotdesk.Unsendable` with the field that cannot be sent.
        """

@final
class AppInfo(_Part):
    """Who asks: the application, or the person on his own behalf."""

    __match_args__: ClassVar[tuple[Literal["id"], Literal["certificate"], Literal["encrypted"]]]
    def __new__(cls, *, id: str, certificate: Secret, encrypted: bool = False) -> AppInfo: ...
    @property
    def id(self) -> str:
        """The ID, `appID`."""

    @property
    def certificate(self) -> Secret:
        """The `appCertificate` or `appEncryptedCertificate`."""

    @property
    def encrypted(self) -> bool:
        """Whether it is the `appEncryptedCertificate`."""

@final
class Login(_Written):
    """A request to log a user in to a device."""

    __match_args__: ClassVar[
        tuple[
            Literal["app"],
            Literal["device_name"],
            Literal["user_id"],
            Literal["device_profile"],
            Literal["exclusive_duration"],
            Literal["login_type"],
            Literal["remote_ip_addr"],
            Literal["is_via_header_set"],
        ]
    ]
    def __new__(
        cls,
        *,
        app: AppInfo,
        device_name: str,
        user_id: str,
        device_profile: str | None = None,
        exclusive_duration: int | Literal["indefinite"] | None = None,
        login_type: Literal["UID", "DN", "SP"] | None = None,
        remote_ip_addr: str | None = None,
        is_via_header_set: str | None = None,
    ) -> Login: ...
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def device_name(self) -> str:
        """The device."""

    @property
    def user_id(self) -> str:
        """The user."""

    @property
    def device_profile(self) -> str | None:
        """The device profile to use, the user's default one if absent."""

    @property
    def exclusive_duration(self) -> int | Literal["indefinite"] | None:
        """How long the login holds, as the service is configured if absent."""

    @property
    def login_type(self) -> Literal["UID", "DN", "SP"] | None:
        """What kind of ID is given: `UID`, `DN` or `SP`."""

    @property
    def remote_ip_addr(self) -> str | None:
        """The address the person's request came from, where another program passes it on."""

    @property
    def is_via_header_set(self) -> str | None:
        """Whether that request had a `Via` header, as text: sources do not say which values there are."""

@final
class Logout(_Written):
    """A request to log out whoever is logged in to a device."""

    __match_args__: ClassVar[
        tuple[Literal["app"], Literal["device_name"], Literal["remote_ip_addr"], Literal["is_via_header_set"]]
    ]
    def __new__(
        cls,
        *,
        app: AppInfo,
        device_name: str,
        remote_ip_addr: str | None = None,
        is_via_header_set: str | None = None,
    ) -> Logout: ...
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def device_name(self) -> str:
        """The device."""

    @property
    def remote_ip_addr(self) -> str | None:
        """The address the person's request came from, where another program passes it on."""

    @property
    def is_via_header_set(self) -> str | None:
        """Whether that request had a `Via` header, as text: sources do not say which values there are."""

@final
class LogoutAll(_Written):
    """A request to log out every Extension Mobility user of the cluster."""

    __match_args__: ClassVar[tuple[Literal["app"], Literal["remote_ip_addr"], Literal["is_via_header_set"]]]
    def __new__(
        cls, *, app: AppInfo, remote_ip_addr: str | None = None, is_via_header_set: str | None = None
    ) -> LogoutAll: ...
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def remote_ip_addr(self) -> str | None:
        """The address the person's request came from, where another program passes it on."""

    @property
    def is_via_header_set(self) -> str | None:
        """Whether that request had a `Via` header, as text: sources do not say which values there are."""

@final
class DeviceUserQuery(_Written):
    """A query: who is logged in to these devices?"""

    __match_args__: ClassVar[
        tuple[
            Literal["app"],
            Literal["devices"],
            Literal["login_type"],
            Literal["remote_ip_addr"],
            Literal["is_via_header_set"],
        ]
    ]
    def __new__(
        cls,
        *,
        app: AppInfo,
        devices: Iterable[str],
        login_type: Literal["UID", "DN", "SP"] | None = None,
        remote_ip_addr: str | None = None,
        is_via_header_set: str | None = None,
    ) -> DeviceUserQuery: ...
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def devices(self) -> Rows[str]:
        """The devices."""

    @property
    def login_type(self) -> Literal["UID", "DN", "SP"] | None:
        """What kind of ID is given: `UID`, `DN` or `SP`."""

    @property
    def remote_ip_addr(self) -> str | None:
        """The address the person's request came from, where another program passes it on."""

    @property
    def is_via_header_set(self) -> str | None:
        """Whether that request had a `Via` header, as text: sources do not say which values there are."""

@final
class UserDevicesQuery(_Written):
    """A query: to which devices are these users logged in?"""

    __match_args__: ClassVar[
        tuple[
            Literal["app"],
            Literal["users"],
            Literal["login_type"],
            Literal["remote_ip_addr"],
            Literal["is_via_header_set"],
        ]
    ]
    def __new__(
        cls,
        *,
        app: AppInfo,
        users: Iterable[str],
        login_type: Literal["UID", "DN", "SP"] | None = None,
        remote_ip_addr: str | None = None,
        is_via_header_set: str | None = None,
    ) -> UserDevicesQuery: ...
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def users(self) -> Rows[str]:
        """The users."""

    @property
    def login_type(self) -> Literal["UID", "DN", "SP"] | None:
        """What kind of ID is given: `UID`, `DN` or `SP`."""

    @property
    def remote_ip_addr(self) -> str | None:
        """The address the person's request came from, where another program passes it on."""

    @property
    def is_via_header_set(self) -> str | None:
        """Whether that request had a `Via` header, as text: sources do not say which values there are."""

@final
class CheckUser(_Written):
    """A query: do these users exist?"""

    __match_args__: ClassVar[
        tuple[
            Literal["app"],
            Literal["users"],
            Literal["login_type"],
            Literal["remote_ip_addr"],
            Literal["is_via_header_set"],
        ]
    ]
    def __new__(
        cls,
        *,
        app: AppInfo,
        users: Iterable[str],
        login_type: Literal["UID", "DN", "SP"] | None = None,
        remote_ip_addr: str | None = None,
        is_via_header_set: str | None = None,
    ) -> CheckUser: ...
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def users(self) -> Rows[str]:
        """The users."""

    @property
    def login_type(self) -> Literal["UID", "DN", "SP"] | None:
        """What kind of ID is given: `UID`, `DN` or `SP`."""

    @property
    def remote_ip_addr(self) -> str | None:
        """The address the person's request came from, where another program passes it on."""

    @property
    def is_via_header_set(self) -> str | None:
        """Whether that request had a `Via` header, as text: sources do not say which values there are."""

@final
class DeviceProfileQuery(_Written):
    """A query: which device profiles do these users have?"""

    __match_args__: ClassVar[
        tuple[
            Literal["app"],
            Literal["users"],
            Literal["login_type"],
            Literal["remote_ip_addr"],
            Literal["is_via_header_set"],
        ]
    ]
    def __new__(
        cls,
        *,
        app: AppInfo,
        users: Iterable[str],
        login_type: Literal["UID", "DN", "SP"] | None = None,
        remote_ip_addr: str | None = None,
        is_via_header_set: str | None = None,
    ) -> DeviceProfileQuery: ...
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def users(self) -> Rows[str]:
        """The users."""

    @property
    def login_type(self) -> Literal["UID", "DN", "SP"] | None:
        """What kind of ID is given: `UID`, `DN` or `SP`."""

    @property
    def remote_ip_addr(self) -> str | None:
        """The address the person's request came from, where another program passes it on."""

    @property
    def is_via_header_set(self) -> str | None:
        """Whether that request had a `Via` header, as text: sources do not say which values there are."""

@final
class Success(_Written):
    """An answer: the request was carried out."""

    __match_args__: ClassVar[tuple[()]]
    def __new__(cls) -> Success: ...

@final
class Failure(_Written):
    """An answer, or a row of one: the service refused."""

    __match_args__: ClassVar[tuple[Literal["code"], Literal["text"]]]
    def __new__(cls, *, code: int | None = None, text: str | None = None) -> Failure: ...
    @property
    def code(self) -> int | None:
        """The number, `None` where the service sent an `errorMessage`."""

    @property
    def text(self) -> str | None:
        """The service's own words."""

    @property
    def name(self) -> str | None:
        """The code's name, `None` for a code in no table."""

@final
class DeviceUserResults(_Written):
    """An answer: who is logged in to which device."""

    __match_args__: ClassVar[tuple[Literal["devices"]]]
    def __new__(cls, *, devices: Iterable[DeviceResult]) -> DeviceUserResults: ...
    @property
    def devices(self) -> Rows[DeviceResult]:
        """One row a device."""

@final
class DeviceResult(_Part):
    """One device and who uses it."""

    __match_args__: ClassVar[
        tuple[Literal["name"], Literal["status"], Literal["user"], Literal["last_login"], Literal["emcc"]]
    ]
    def __new__(
        cls,
        *,
        name: str,
        status: Literal["loggedIn", "loggedOut", "doesNotExist"],
        user: str | None = None,
        last_login: str | None = None,
        emcc: bool | None = None,
    ) -> DeviceResult: ...
    @property
    def name(self) -> str:
        """The device's name."""

    @property
    def status(self) -> Literal["loggedIn", "loggedOut", "doesNotExist"]:
        """`loggedIn`, `loggedOut` or `doesNotExist`."""

    @property
    def user(self) -> str | None:
        """Who is logged in."""

    @property
    def last_login(self) -> str | None:
        """Who was logged in before."""

    @property
    def emcc(self) -> bool | None:
        """Whether it is logged in across clusters, `None` where the service does not say."""

@final
class UserDevicesResults(_Written):
    """An answer: which devices a user is logged in to."""

    __match_args__: ClassVar[tuple[Literal["users"]]]
    def __new__(cls, *, users: Iterable[UserDevices]) -> UserDevicesResults: ...
    @property
    def users(self) -> Rows[UserDevices]:
        """One row a user."""

@final
class UserDevices(_Part):
    """One user and his devices."""

    __match_args__: ClassVar[tuple[Literal["id"], Literal["status"], Literal["devices"]]]
    def __new__(
        cls, *, id: str, status: Literal["loggedIn", "none", "doesNotExist"], devices: Iterable[str] = ...
    ) -> UserDevices: ...
    @property
    def id(self) -> str:
        """The user's ID."""

    @property
    def status(self) -> Literal["loggedIn", "none", "doesNotExist"]:
        """`loggedIn`, `none` or `doesNotExist`."""

    @property
    def devices(self) -> Rows[str]:
        """The devices' names, empty where there are none."""

@final
class DeviceProfileResults(_Written):
    """An answer: which device profiles a user has."""

    __match_args__: ClassVar[tuple[Literal["users"]]]
    def __new__(cls, *, users: Iterable[UserProfiles]) -> DeviceProfileResults: ...
    @property
    def users(self) -> Rows[UserProfiles]:
        """One row a user."""

@final
class UserProfiles(_Part):
    """One user and his device profiles."""

    __match_args__: ClassVar[tuple[Literal["id"], Literal["status"], Literal["failure"], Literal["profiles"]]]
    def __new__(
        cls,
        *,
        id: str,
        status: Literal["found", "none", "doesNotExist", "failure"],
        failure: Failure | None = None,
        profiles: Iterable[DeviceProfile] = ...,
    ) -> UserProfiles: ...
    @property
    def id(self) -> str:
        """The user's ID."""

    @property
    def status(self) -> Literal["found", "none", "doesNotExist", "failure"]:
        """`found`, `none`, `doesNotExist` or `failure`."""

    @property
    def failure(self) -> Failure | None:
        """Why the service refused this user's row."""

    @property
    def profiles(self) -> Rows[DeviceProfile]:
        """The profiles, empty where there are none."""

@final
class DeviceProfile(_Part):
    """One device profile of a user."""

    __match_args__: ClassVar[tuple[Literal["name"], Literal["is_default"]]]
    def __new__(cls, *, name: str, is_default: bool = False) -> DeviceProfile: ...
    @property
    def name(self) -> str:
        """The profile's name."""

    @property
    def is_default(self) -> bool:
        """Whether it is the user's default one. There may be no default."""

@final
class CheckUserResults(_Written):
    """An answer: which users exist."""

    __match_args__: ClassVar[tuple[Literal["users"]]]
    def __new__(cls, *, users: Iterable[UserCheck]) -> CheckUserResults: ...
    @property
    def users(self) -> Rows[UserCheck]:
        """One row a user."""

@final
class UserCheck(_Part):
    """One user and whether he exists."""

    __match_args__: ClassVar[tuple[Literal["id"], Literal["status"]]]
    def __new__(cls, *, id: str, status: Literal["exists", "doesNotExist"]) -> UserCheck: ...
    @property
    def id(self) -> str:
        """The user's ID."""

    @property
    def status(self) -> Literal["exists", "doesNotExist"]:
        """`exists` or `doesNotExist`."""

_Message: TypeAlias = (
    Login
    | Logout
    | LogoutAll
    | DeviceUserQuery
    | UserDevicesQuery
    | CheckUser
    | DeviceProfileQuery
    | Success
    | Failure
    | DeviceUserResults
    | UserDevicesResults
    | DeviceProfileResults
    | CheckUserResults
)

def code_rows() -> list[tuple[str, int | str | None, str, str, str, str]]:
    """Return every row of the code tables: family, code, name, meaning, who must act, remedy."""

def explain_rows(text: str, /) -> list[tuple[str, int | str | None, str, str, str, str]]:
    """Return what a number or a text of a screen can mean: rows as `code_rows` has them."""

def parse(data: bytes | str, /) -> _Message:
    """Read a message: a request, a query or an answer of the service.

    Raises `hotdesk.Refused` with the position where it breaks the protocol.
    """

def status_of_change(status: int, /) -> Literal["answer", "notCarriedOut", "mayBeCarriedOut"]:
    """Return what an HTTP status says of a change that was posted: "answer" (the body tells),
    "notCarriedOut", or "mayBeCarriedOut" (only a query can tell).
    """

def decode(data: bytes | str, /) -> str:
    """Read a message and return it as one line of JSON, as `hotdesk decode` prints it.

    Raises `hotdesk.Refused` with the position where it breaks the protocol.
    """

@final
class Traces:
    """Traces that are being read; `hotdesk.logs` is what a program uses."""

    def __new__(cls, *, device: str | None, user: str | None, since: str | None, open: int) -> Traces: ...
    def add(self, name: str, group: str, lines: int, time: int | None, /) -> int:
        """Add a source and return its number. `lines` are before it in its file; `time` is that of its first
        line, as `trace_runs` gives it. Sources of one `group` are parts of one log.
        """

    def wants(self) -> int | None:
        """Read as far as it can, and return the source whose bytes it needs next, if any."""

    def feed(self, source: int, data: bytes, /) -> None:
        """Give bytes of a source."""

    def finish(self, source: int, /) -> None:
        """Say that a source has no more bytes."""

    def rest(self, source: int, /) -> None:
        """Say that a source has no more bytes for now."""

    def renew(self, source: int, /) -> None:
        """Say that a source begins anew, as its file was made again."""

    def advance(self, millis: int, /) -> None:
        """Let time go on by milliseconds without lines."""

    def end(self) -> None:
        """Tell every story that is still open."""

    def stories(self) -> list[str]:
        """Take the stories that were told since the last call: one JSON object each."""

    def summary(self) -> str:
        """Return the summary of what was told so far: one JSON object."""

def trace_runs(data: bytes, /) -> list[tuple[int, int, int | None]]:
    """Find where times go back within a log: offset, lines before it and the time of its first line, for each
    part. The time is in milliseconds of a calendar without time zones, below one day where no date is known.
    """

_VipStatus: TypeAlias = tuple[str, str | None, str | None, str | None, str | None, str | None, str | None]

def vip_answer(
    data: bytes | str, /
) -> tuple[str, str | None, str | None, _VipStatus, list[_VipStatus], list[tuple[str | None, bool | None]]]:
    """Read an answer of a VIP service: operation, request ID, number to show, status, statuses of
    transactions, and credential and "was it sent" of each push.

    Raises `hotdesk.Refused` with the position where it is no such answer.
    """

def vip_records(data: bytes | str, /) -> list[tuple[int, int, int, int, str | None, str | None]]:
    """Read the records of the VIP reporting service: line, column, start, end, and the code or what is
    wrong.
    """

def vip_row(code: str, of: str, /) -> tuple[str, int | str | None, str, str, str, str] | None:
    """Return the row of a VIP code as a "status", as a status of the "voice" service, or as a "detail"."""
