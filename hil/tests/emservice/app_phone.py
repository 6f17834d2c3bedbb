"""A phone's browser of the login application, as strict as phones from firmware 8.3(2) on.

Written from the public development notes with the standard library alone. Must never import the simulator.
"""

from __future__ import annotations

import http.client
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

HEADERS = {
    "User-Agent": "Allegro-Software-WebClient/4.34",
    "Accept": "x-CiscoIPPhone/*, text/*,image/png,*/*",
    "Accept-Language": "de",
    "Accept-Charset": "utf-8,;q=0.8",
    "x-CiscoIPPhoneModelName": "CP-7965G",
    "x-CiscoIPPhoneSDKVersion": "8.5.1",
    "x-CiscoIPPhoneDisplay": "298, 156, 16, C",
    "Connection": "close",
}
FLAGS = {kind + hidden for kind in "ATNEUL" for hidden in ("", "P")} | {"P" + kind for kind in "ATNEUL"}
SOFT_KEYS = ("Select", "Exit", "Update", "Submit", "<<", "Cancel", "Search", "Dial", "EditDial", "Next")
# Of each object: its own elements with the limit of their characters; a limit of items; the parts of an item.
SCREEN = {"Title": 32, "Prompt": 32}
OWN: dict[str, dict[str, int]] = {
    "CiscoIPPhoneText": {"Text": 4000},
    "CiscoIPPhoneInput": {"URL": 256},
    "CiscoIPPhoneMenu": {},
    "CiscoIPPhoneExecute": {},
}
ITEMS = {
    "SoftKeyItem": (16, {"Name": 32, "URL": 256, "URLDown": 256, "Position": 2}, ("URL", "Position")),
    "InputItem": (
        5,
        {"DisplayName": 32, "QueryStringParam": 32, "DefaultValue": 32, "InputFlags": 2},
        ("QueryStringParam",),
    ),
    "MenuItem": (100, {"Name": 64, "URL": 256}, ("URL",)),
}
ITEMS_OF = {
    "CiscoIPPhoneText": ("SoftKeyItem",),
    "CiscoIPPhoneInput": ("SoftKeyItem", "InputItem"),
    "CiscoIPPhoneMenu": ("SoftKeyItem", "MenuItem"),
    "CiscoIPPhoneExecute": ("ExecuteItem",),
}


class XmlError(Exception):
    """The phone shows `XML Error`: it does not take this object."""


@dataclass
class Shown:
    """What the phone shows: an object that was read, and the headers that it obeys."""

    root: ET.Element
    refresh: tuple[int, str] | None
    headers: dict[str, str] = field(repr=False)

    @property
    def kind(self) -> str:
        return self.root.tag.removeprefix("CiscoIPPhone")

    @property
    def title(self) -> str:
        return self.root.findtext("Title", "")

    @property
    def prompt(self) -> str:
        return self.root.findtext("Prompt", "")

    @property
    def text(self) -> str:
        return self.root.findtext("Text", "")

    @property
    def soft_keys(self) -> dict[str, str]:
        return {item.findtext("Name", ""): item.findtext("URL", "") for item in self.root.iter("SoftKeyItem")}

    @property
    def items(self) -> dict[str, str]:
        return {item.findtext("Name", ""): item.findtext("URL", "") for item in self.root.iter("MenuItem")}

    @property
    def fields(self) -> dict[str, tuple[str, str]]:
        """Of each parameter its default value and its flags."""
        return {
            item.findtext("QueryStringParam", ""): (
                item.findtext("DefaultValue", ""),
                item.findtext("InputFlags", ""),
            )
            for item in self.root.iter("InputItem")
        }


class AppPhone:
    """A phone of that name, which follows URLs of the login application."""

    def __init__(self, name: str) -> None:
        self.name = name

    def open(self, service_url: str) -> Shown:
        """Opens a service URL, in which it puts its own name."""
        return self.follow(service_url.replace("#DEVICENAME#", self.name))

    def follow(self, url: str) -> Shown:
        """Loads a page and reads it."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=20)
        try:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request("GET", target, headers={"Host": parts.netloc, **HEADERS})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            body = answer.read()
        finally:
            connection.close()
        assert answer.status == 200, f"HTTP Error [{answer.status}]"
        assert headers["content-type"].partition(";")[0] == "text/xml", "shown as it is, not as an object"
        refresh = re.fullmatch(r"(\d+); url=(\S+)", headers.get("refresh", ""))
        return Shown(read(body), refresh and (int(refresh[1]), refresh[2]), headers)

    def submit(self, page: Shown, **typed: str) -> Shown:
        """Sends a form: what was typed is appended to its URL."""
        url = page.root.findtext("URL", "")
        values = {name: typed.get(name, default) for name, (default, _) in page.fields.items()}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
        return self.follow(f"{url}{'&' if '?' in url else '?'}{query}")


def read(body: bytes) -> ET.Element:
    """Reads an object; raises `XmlError` for what newer phones refuse."""
    if b"<!DOCTYPE" in body:
        raise XmlError("DOCTYPE")
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise XmlError(str(error)) from None
    if root.tag not in OWN:
        raise XmlError(f"{root.tag} is no object")
    for child in root:
        if child.tag in ITEMS_OF[root.tag]:
            _read_item(child)
        elif child.tag in (limits := SCREEN | OWN[root.tag]):
            _check(child, limits[child.tag])
        else:
            raise XmlError(f"{child.tag} is unknown")
    for tag, (most, _, _) in ITEMS.items():
        if len(root.findall(tag)) > most:
            raise XmlError(f"more than {most} {tag}")
    if root.tag == "CiscoIPPhoneInput" and not root.findtext("URL"):
        raise XmlError("URL is missing")
    return root


def _read_item(item: ET.Element) -> None:
    if item.tag == "ExecuteItem":
        if item.get("URL", "").startswith(("SoftKey:", "Notify:")):
            raise XmlError("not allowed in Execute")
        return
    _, parts, mandatory = ITEMS[item.tag]
    for child in item:
        if child.tag not in parts:
            raise XmlError(f"{child.tag} is unknown")
        _check(child, parts[child.tag])
    for tag in mandatory:
        if not item.findtext(tag):
            raise XmlError(f"{tag} is missing")
    if (position := item.findtext("Position")) is not None and int(position) not in (-1, *range(1, 17)):
        raise XmlError(f"Position {position}")
    if (flags := item.findtext("InputFlags")) is not None and flags not in FLAGS:
        raise XmlError(f"InputFlags {flags}")
    scheme, _, name = item.findtext("URL", "").partition(":")
    if scheme == "SoftKey" and name not in SOFT_KEYS:
        raise XmlError(f"SoftKey:{name}")


def _check(element: ET.Element, limit: int) -> None:
    if len(element) or len(element.text or "") > limit:
        raise XmlError(f"{element.tag} is longer than {limit} characters, or holds elements")
