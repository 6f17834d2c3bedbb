"""Extension Mobility messages: typed, strict where it hurts, secrets masked."""

from collections.abc import Sequence as _Sequence
from importlib import import_module as _import_module
from typing import TYPE_CHECKING, TypeAlias

# The annotations of the native classes name it.
from typing import Literal as _Literal  # noqa: F401

from . import codes
from ._native import (
    AppInfo,
    CheckUser,
    CheckUserResults,
    DeviceProfile,
    DeviceProfileQuery,
    DeviceProfileResults,
    DeviceResult,
    DeviceUserQuery,
    DeviceUserResults,
    Failure,
    Login,
    Logout,
    LogoutAll,
    Rows,
    Secret,
    Success,
    UserCheck,
    UserDevices,
    UserDevicesQuery,
    UserDevicesResults,
    UserProfiles,
    __version__,
    decode,
    parse,
)
from .codes import explain
from .errors import (
    AnswerLost,
    BrokenAnswer,
    CertificateRefused,
    ClientClosed,
    Error,
    Refused,
    ServiceRefused,
    TransportError,
    TurnedAway,
    Unreachable,
    Unsendable,
)

_Sequence.register(Rows)  # pyright: ignore[reportAttributeAccessIssue]


def __getattr__(name: str) -> object:
    # The clients are there without an import of their own, and httpx is loaded only by who uses them.
    if name in ("AsyncClient", "Client"):
        from . import client

        return getattr(client, name)
    if name in ("azure_mfa", "vip"):
        return _import_module(f"hotdesk.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if TYPE_CHECKING:
    from . import azure_mfa, vip
    from .client import AsyncClient, Client

Request: TypeAlias = Login | Logout | LogoutAll
Query: TypeAlias = DeviceUserQuery | UserDevicesQuery | CheckUser | DeviceProfileQuery
Response: TypeAlias = (
    Success | Failure | DeviceUserResults | UserDevicesResults | DeviceProfileResults | CheckUserResults
)
Message: TypeAlias = Request | Query | Response

__all__ = [
    "AnswerLost",
    "AppInfo",
    "AsyncClient",
    "BrokenAnswer",
    "CertificateRefused",
    "CheckUser",
    "CheckUserResults",
    "Client",
    "ClientClosed",
    "DeviceProfile",
    "DeviceProfileQuery",
    "DeviceProfileResults",
    "DeviceResult",
    "DeviceUserQuery",
    "DeviceUserResults",
    "Error",
    "Failure",
    "Login",
    "Logout",
    "LogoutAll",
    "Message",
    "Query",
    "Refused",
    "Request",
    "Response",
    "Rows",
    "Secret",
    "ServiceRefused",
    "Success",
    "TransportError",
    "TurnedAway",
    "Unreachable",
    "Unsendable",
    "UserCheck",
    "UserDevices",
    "UserDevicesQuery",
    "UserDevicesResults",
    "UserProfiles",
    "__version__",
    "azure_mfa",
    "codes",
    "decode",
    "explain",
    "parse",
    "vip",
]
