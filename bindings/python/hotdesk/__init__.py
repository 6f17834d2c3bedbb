"""Extension Mobility messages: typed, strict where it hurts, secrets masked."""

from collections.abc import Sequence as _Sequence
from importlib.metadata import version as _version
from typing import TypeAlias

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
    decode,
    parse,
)
from .errors import Error, Refused, Unsendable

__version__ = _version("hotdesk")

_Sequence.register(Rows)

Request: TypeAlias = Login | Logout | LogoutAll
Query: TypeAlias = DeviceUserQuery | UserDevicesQuery | CheckUser | DeviceProfileQuery
Response: TypeAlias = (
    Success | Failure | DeviceUserResults | UserDevicesResults | DeviceProfileResults | CheckUserResults
)
Message: TypeAlias = Request | Query | Response

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
    "Success",
    "Unsendable",
    "UserCheck",
    "UserDevices",
    "UserDevicesQuery",
    "UserDevicesResults",
    "UserProfiles",
    "__version__",
    "decode",
    "parse",
]
