"""The answers of the service as XML bytes, as captured: a line feed behind every tag that no text follows.

The answers to a request begin with a declaration, those to a query do not. `userID` and `user id` are
percent-encoded UTF-8, `lastlogin` and the names of devices and profiles are plain.
Must never decide anything: what is answered is service.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

from lxml import etree

DECLARATION = b'<?xml version="1.0"?>\n'
_SUCCESS = DECLARATION + b"<response>\n<success/>\n</response>\n"


@dataclass(frozen=True)
class DeviceRow:
    """A device of `deviceUserResults`: who is logged in, who was before, `emccDevice` (None: left out)."""

    name: str
    exists: bool = True
    user: str | None = None
    previous: str | None = None
    emcc: bool | None = False


@dataclass(frozen=True)
class UserRow:
    """A user of `userDevicesResults`, `deviceProfileResults` or `checkUserResults`.

    `items` are device names, or pairs of profile name and whether it is the default. `failure` (code and
    text) replaces them.
    """

    id: str
    exists: bool = True
    items: tuple[str, ...] | tuple[tuple[str, bool], ...] = ()
    failure: tuple[int, str] | None = None


def success() -> bytes:
    """Writes `<success/>`."""
    return _SUCCESS


def failure(code: str | None, text: str, *, declared: bool) -> bytes:
    """Writes `<failure>` with any attribute `code` (None: without); `declared`: begins with a declaration."""
    attribute = "" if code is None else f' code="{escape(code, {chr(34): "&quot;"})}"'
    error = f"<error{attribute}>{escape(text, {chr(13): '&#13;'})}</error>"
    body = f"<response>\n<failure>\n{error}\n</failure>\n</response>\n".encode()
    return DECLARATION + body if declared else body


def device_user_results(rows: Iterable[DeviceRow]) -> bytes:
    """Writes `deviceUserResults`: per device the current user, the previous user, `emccDevice`."""
    results = _results("deviceUserResults")
    for row in rows:
        device = etree.SubElement(results, "device", name=row.name)
        if not row.exists:
            etree.SubElement(device, "doesNotExist")
            continue
        _slot(device, "userID", None if row.user is None else _encoded(row.user))
        _slot(device, "lastlogin", row.previous)
        if row.emcc is not None:
            etree.SubElement(device, "emccDevice").text = "yes" if row.emcc else "no"
    return _write(results.getparent())


def user_devices_results(rows: Iterable[UserRow]) -> bytes:
    """Writes `userDevicesResults`: per user the names of the devices, or `none`."""
    results = _results("userDevicesResults")
    for row in rows:
        user = _user(results, row)
        for name in row.items:
            etree.SubElement(user, "deviceName").text = name
    return _write(results.getparent())


def device_profile_results(rows: Iterable[UserRow]) -> bytes:
    """Writes `deviceProfileResults`: per user the associated profiles and which one is the default."""
    results = _results("deviceProfileResults")
    for row in rows:
        user = _user(results, row)
        for name, default in row.items:
            profile = etree.SubElement(user, "deviceProfile")
            etree.SubElement(profile, "deviceProfileName").text = name
            etree.SubElement(profile, "isDefaultDeviceProfile").text = "t" if default else "f"
    return _write(results.getparent())


def check_user_results(rows: Iterable[UserRow]) -> bytes:
    """Writes `checkUserResults`: per user `exists` with the user's ID in it, or `doesNotExist`."""
    results = _results("checkUserResults")
    for row in rows:
        user = etree.SubElement(results, "user", id=_encoded(row.id))
        if row.exists:
            etree.SubElement(user, "exists").text = row.id
        else:
            etree.SubElement(user, "doesNotExist")
    return _write(results.getparent())


def _results(tag: str) -> etree._Element:
    return etree.SubElement(etree.Element("response"), tag)


def _user(results: etree._Element, row: UserRow) -> etree._Element:
    user = etree.SubElement(results, "user", id=_encoded(row.id))
    if row.failure is not None:
        code, text = row.failure
        etree.SubElement(etree.SubElement(user, "failure"), "error", code=str(code)).text = text
    elif not row.exists:
        etree.SubElement(user, "doesNotExist")
    elif not row.items:
        etree.SubElement(user, "none")
    return user


def _slot(device: etree._Element, tag: str, text: str | None) -> None:
    etree.SubElement(device, "none" if text is None else tag).text = text


def _encoded(user: str) -> str:
    return quote(user, safe="")


def _write(response: etree._Element) -> bytes:
    etree.indent(response, space="")
    response.tail = "\n"
    return etree.tostring(response, encoding="UTF-8", xml_declaration=False)
