"""The native part of `hotdesk`; import `hotdesk` instead. Written by hand."""

from typing import ClassVar, Literal, TypeAlias, final

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
    "Secret",
    "Success",
    "UserCheck",
    "UserDevices",
    "UserDevicesQuery",
    "UserDevicesResults",
    "UserProfiles",
    "decode",
    "parse",
]

@final
class Secret:
    """A PIN, password or certificate, masked wherever it is shown."""

    def expose(self) -> str:
        """Return the secret itself."""

    def __hash__(self) -> int: ...

@final
class AppInfo:
    """Who asks: the application, or the person on his own behalf."""

    __match_args__: ClassVar[tuple[Literal["id"], Literal["certificate"], Literal["encrypted"]]]
    @property
    def id(self) -> str:
        """The ID, `appID`."""

    @property
    def certificate(self) -> Secret:
        """The `appCertificate` or `appEncryptedCertificate`."""

    @property
    def encrypted(self) -> bool:
        """Whether it is the `appEncryptedCertificate`."""

    def __hash__(self) -> int: ...

@final
class Login:
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

    def __hash__(self) -> int: ...

@final
class Logout:
    """A request to log out whoever is logged in to a device."""

    __match_args__: ClassVar[
        tuple[Literal["app"], Literal["device_name"], Literal["remote_ip_addr"], Literal["is_via_header_set"]]
    ]
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

    def __hash__(self) -> int: ...

@final
class LogoutAll:
    """A request to log out every Extension Mobility user of the cluster."""

    __match_args__: ClassVar[tuple[Literal["app"], Literal["remote_ip_addr"], Literal["is_via_header_set"]]]
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def remote_ip_addr(self) -> str | None:
        """The address the person's request came from, where another program passes it on."""

    @property
    def is_via_header_set(self) -> str | None:
        """Whether that request had a `Via` header, as text: sources do not say which values there are."""

    def __hash__(self) -> int: ...

@final
class DeviceUserQuery:
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
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def devices(self) -> tuple[str, ...]:
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

    def __hash__(self) -> int: ...

@final
class UserDevicesQuery:
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
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def users(self) -> tuple[str, ...]:
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

    def __hash__(self) -> int: ...

@final
class CheckUser:
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
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def users(self) -> tuple[str, ...]:
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

    def __hash__(self) -> int: ...

@final
class DeviceProfileQuery:
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
    @property
    def app(self) -> AppInfo:
        """Who asks."""

    @property
    def users(self) -> tuple[str, ...]:
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

    def __hash__(self) -> int: ...

@final
class Success:
    """An answer: the request was carried out."""

    __match_args__: ClassVar[tuple[()]]
    def __hash__(self) -> int: ...

@final
class Failure:
    """An answer, or a row of one: the service refused."""

    __match_args__: ClassVar[tuple[Literal["code"], Literal["name"], Literal["text"]]]
    @property
    def code(self) -> int | None:
        """The number, `None` where the service sent an `errorMessage`."""

    @property
    def name(self) -> str | None:
        """The code's name, `None` for a code in no table."""

    @property
    def text(self) -> str | None:
        """The service's own words."""

    def __hash__(self) -> int: ...

@final
class DeviceUserResults:
    """An answer: who is logged in to which device."""

    __match_args__: ClassVar[tuple[Literal["devices"]]]
    @property
    def devices(self) -> tuple[DeviceResult, ...]:
        """One row a device."""

    def __hash__(self) -> int: ...

@final
class DeviceResult:
    """One device and who uses it."""

    __match_args__: ClassVar[
        tuple[Literal["name"], Literal["status"], Literal["user"], Literal["last_login"], Literal["emcc"]]
    ]
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

    def __hash__(self) -> int: ...

@final
class UserDevicesResults:
    """An answer: which devices a user is logged in to."""

    __match_args__: ClassVar[tuple[Literal["users"]]]
    @property
    def users(self) -> tuple[UserDevices, ...]:
        """One row a user."""

    def __hash__(self) -> int: ...

@final
class UserDevices:
    """One user and his devices."""

    __match_args__: ClassVar[tuple[Literal["id"], Literal["status"], Literal["devices"]]]
    @property
    def id(self) -> str:
        """The user's ID."""

    @property
    def status(self) -> Literal["loggedIn", "none", "doesNotExist"]:
        """`loggedIn`, `none` or `doesNotExist`."""

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices' names, empty where there are none."""

    def __hash__(self) -> int: ...

@final
class DeviceProfileResults:
    """An answer: which device profiles a user has."""

    __match_args__: ClassVar[tuple[Literal["users"]]]
    @property
    def users(self) -> tuple[UserProfiles, ...]:
        """One row a user."""

    def __hash__(self) -> int: ...

@final
class UserProfiles:
    """One user and his device profiles."""

    __match_args__: ClassVar[tuple[Literal["id"], Literal["status"], Literal["failure"], Literal["profiles"]]]
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
    def profiles(self) -> tuple[DeviceProfile, ...]:
        """The profiles, empty where there are none."""

    def __hash__(self) -> int: ...

@final
class DeviceProfile:
    """One device profile of a user."""

    __match_args__: ClassVar[tuple[Literal["name"], Literal["is_default"]]]
    @property
    def name(self) -> str:
        """The profile's name."""

    @property
    def is_default(self) -> bool:
        """Whether it is the user's default one. There may be no default."""

    def __hash__(self) -> int: ...

@final
class CheckUserResults:
    """An answer: which users exist."""

    __match_args__: ClassVar[tuple[Literal["users"]]]
    @property
    def users(self) -> tuple[UserCheck, ...]:
        """One row a user."""

    def __hash__(self) -> int: ...

@final
class UserCheck:
    """One user and whether he exists."""

    __match_args__: ClassVar[tuple[Literal["id"], Literal["status"]]]
    @property
    def id(self) -> str:
        """The user's ID."""

    @property
    def status(self) -> Literal["exists", "doesNotExist"]:
        """`exists` or `doesNotExist`."""

    def __hash__(self) -> int: ...

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

def parse(data: bytes | str, /) -> _Message:
    """Read a message: a request, a query or an answer of the service.

    Raises `hotdesk.Refused` with the position where it breaks the protocol.
    """

def decode(data: bytes | str, /) -> str:
    """Read a message and return it as one line of JSON, as `hotdesk decode` prints it.

    Raises `hotdesk.Refused` with the position where it breaks the protocol.
    """
