"""From the JSON of `hotdesk decode` to a message: the input of `hotdesk encode`.

An error never holds a value of the input, only the key.
"""

import json
from collections.abc import Callable
from typing import Any

from . import _native as native
from ._native import AppInfo, Secret

_QUERIES: dict[str, tuple[Any, str]] = {
    "deviceUserQuery": (native.DeviceUserQuery, "devices"),
    "userDevicesQuery": (native.UserDevicesQuery, "users"),
    "checkUser": (native.CheckUser, "users"),
    "deviceProfileQuery": (native.DeviceProfileQuery, "users"),
}


def needs_certificate(document: object) -> bool:
    """Tell whether it is a request or a query, which carries a certificate."""
    return isinstance(document, dict) and document.get("kind") in ("request", "query")


def message(document: object, certificate: Secret | None) -> Any:  # noqa: ANN401
    """Make the message of a JSON object; raise `ValueError` where it is none."""
    whole = _Object(document, "the message")
    kind = whole.word("kind", ("request", "query", "response"))
    if kind == "response":
        return _response(whole)
    app = whole.object("app")
    by = AppInfo(id=app.text("id"), certificate=certificate or Secret(""))
    app.end()
    made = _request(whole, by) if kind == "request" else _query(whole, by)
    whole.end()
    return made


def _request(whole: "_Object", app: AppInfo) -> Any:  # noqa: ANN401
    operation = whole.word("operation", ("login", "logout", "logoutAll"))
    given = {key: whole.take(key) for key in ("device", "user", "profile", "duration")}
    if operation == "login":
        return native.Login(
            app=app,
            device_name=_text(given["device"], "device"),
            user_id=_text(given["user"], "user"),
            device_profile=_optional(given["profile"], "profile"),
            exclusive_duration=given["duration"],
        )
    if operation == "logout":
        return native.Logout(app=app, device_name=_text(given["device"], "device"))
    return native.LogoutAll(app=app)


def _query(whole: "_Object", app: AppInfo) -> Any:  # noqa: ANN401
    kind, names = _QUERIES[whole.word("operation", tuple(_QUERIES))]
    return kind(app=app, **{names: [_text(name, names) for name in whole.list(names)]})


def _response(whole: "_Object") -> Any:  # noqa: ANN401
    rows: dict[str, tuple[Any, str, Callable[[_Object], Any]]] = {
        "deviceUserResults": (native.DeviceUserResults, "devices", _device),
        "userDevicesResults": (native.UserDevicesResults, "users", _user_devices),
        "deviceProfileResults": (native.DeviceProfileResults, "users", _user_profiles),
        "checkUserResults": (native.CheckUserResults, "users", _user_check),
    }
    result = whole.word("result", ("success", "failure", *rows))
    if result == "success":
        made = native.Success()
    elif result == "failure":
        made = _failure(whole.object("failure"))
    else:
        kind, name, row = rows[result]
        made = kind(**{name: [row(_Object(item, name)) for item in whole.list(name)]})
    whole.end()
    return made


def _failure(row: "_Object") -> native.Failure:
    row.take("name")  # It follows from the code.
    made = native.Failure(code=row.take("code"), text=_optional(row.take("text"), "text"))
    row.end()
    return made


def _device(row: "_Object") -> native.DeviceResult:
    made = native.DeviceResult(
        name=row.text("name"),
        status=row.take("status"),
        user=_optional(row.take("user"), "user"),
        last_login=_optional(row.take("lastLogin"), "lastLogin"),
        emcc=row.take("emcc"),
    )
    row.end()
    return made


def _user_devices(row: "_Object") -> native.UserDevices:
    devices = [_text(name, "devices") for name in row.list("devices")]
    made = native.UserDevices(id=row.text("id"), status=row.take("status"), devices=devices)
    row.end()
    return made


def _user_profiles(row: "_Object") -> native.UserProfiles:
    failure = row.take("failure")
    made = native.UserProfiles(
        id=row.text("id"),
        status=row.take("status"),
        failure=None if failure is None else _failure(_Object(failure, "failure")),
        profiles=[_profile(_Object(item, "profiles")) for item in row.list("profiles")],
    )
    row.end()
    return made


def _profile(row: "_Object") -> native.DeviceProfile:
    made = native.DeviceProfile(name=row.text("name"), is_default=row.take("default"))
    row.end()
    return made


def _user_check(row: "_Object") -> native.UserCheck:
    made = native.UserCheck(id=row.text("id"), status=row.take("status"))
    row.end()
    return made


class _Object:
    """A JSON object whose keys must all be known."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise ValueError(f"{where} must be a JSON object")
        self._left = dict(value)
        self._where = where

    def take(self, key: str) -> Any:  # noqa: ANN401
        """Take a value; an absent key is null."""
        return self._left.pop(key, None)

    def text(self, key: str) -> str:
        return _text(self.take(key), key)

    def word(self, key: str, words: tuple[str, ...]) -> str:
        value = self.take(key)
        if value not in words:
            raise ValueError(f"{key} must be one of {', '.join(words)}")
        return value

    def object(self, key: str) -> "_Object":
        return _Object(self.take(key), key)

    def list(self, key: str) -> list[Any]:
        value = self.take(key)
        if not isinstance(value, list):
            raise ValueError(f"{key} must be a list")
        return value

    def end(self) -> None:
        if self._left:
            raise ValueError(f"{self._where} has an unknown key; known are those that hotdesk decode prints")


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{key} must be a text")
    return value


def _optional(value: object, key: str) -> str | None:
    return None if value is None else _text(value, key)


def read(data: bytes) -> object:
    """Read JSON; raise `ValueError` that says where it is none."""
    try:
        return json.loads(data)
    except UnicodeDecodeError:
        raise ValueError("the input is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.lineno}:{error.colno}: the input is no JSON: {error.msg}") from None
