"""The pages of the login application: IP phone XML objects as bytes, within what phones take.

Texts of an object are bounded: what is longer is shown with an ellipsis, and a URL that would be over its
bound is refused, since a cut one would lead elsewhere. Must never hold a PIN, nor decide which page it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree

LABEL_LIMIT = 32
"""Characters of a title, a prompt, a softkey's name, a field's name and its default value."""
NAME_LIMIT = 64
"""Characters of the name of a menu's item."""
URL_LIMIT = 256
"""Characters of a URL."""
ITEM_LIMIT = 100
"""Items of a menu."""
TITLE = "Extension Mobility"
FORM_TITLE = "Please Login"
"""The title of the login form; clients know it by that."""
CHANGE_TITLE = "Change Credential"
"""The title of the form for a new PIN; clients take it for "not changed"."""
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


class UrlTooLong(Exception):
    """A URL of a page would be longer than phones take."""


class Page(NamedTuple):
    """A page: its bytes, the `Refresh` header, and for the record what was refused and why.

    `code` is None where nothing was refused. A phone does not go back to a page that has `expired` when it
    comes.
    """

    body: bytes
    refresh: str | None = None
    code: int | None = None
    detail: str | None = None
    expired: bool = False

    @property
    def shown(self) -> str:
        """The object and its title, as a record shows them."""
        root = etree.fromstring(self.body)
        return f"{root.tag} {root.findtext('Title')}"


class Field(NamedTuple):
    """A field of a form: the name that is shown, the parameter, its `InputFlags`, what is in it at first."""

    name: str
    parameter: str
    flags: str
    value: str = ""


class SoftKey(NamedTuple):
    """A softkey and what it does."""

    name: str
    url: str


SUBMIT, BACKSPACE, EXIT = (
    SoftKey("Submit", "SoftKey:Submit"),
    SoftKey("<<", "SoftKey:<<"),
    SoftKey("Exit", "SoftKey:Exit"),
)


def form(title: str, prompt: str, url: str, fields: Iterable[Field], soft_keys: Iterable[SoftKey]) -> bytes:
    """Writes a `CiscoIPPhoneInput`."""
    root = _screen("CiscoIPPhoneInput", title, prompt)
    _add(root, "URL", _url(url))
    for field in fields:
        item = etree.SubElement(root, "InputItem")
        _add(item, "DisplayName", _shown(field.name, LABEL_LIMIT))
        _add(item, "QueryStringParam", field.parameter)
        # One that is cut would be sent as it is.
        _add(item, "DefaultValue", field.value if len(field.value) <= LABEL_LIMIT else "")
        _add(item, "InputFlags", field.flags)
    return _write(root, soft_keys)


def menu(title: str, items: Iterable[tuple[str, str]]) -> bytes:
    """Writes a `CiscoIPPhoneMenu` of names and URLs."""
    root = _screen("CiscoIPPhoneMenu", title, None)
    for name, url in items:
        item = etree.SubElement(root, "MenuItem")
        _add(item, "Name", _shown(name, NAME_LIMIT))
        _add(item, "URL", _url(url))
    return _write(root, ())


def text(
    content: str, *, title: str = TITLE, prompt: str | None = None, soft_keys: Iterable[SoftKey] = ()
) -> bytes:
    """Writes a `CiscoIPPhoneText`."""
    root = _screen("CiscoIPPhoneText", title, prompt)
    _add(root, "Text", content)
    return _write(root, soft_keys)


def _screen(tag: str, title: str, prompt: str | None) -> etree._Element:
    root = etree.Element(tag)
    _add(root, "Title", _shown(title, LABEL_LIMIT))
    if prompt is not None:
        _add(root, "Prompt", _shown(prompt, LABEL_LIMIT))
    return root


def _write(root: etree._Element, soft_keys: Iterable[SoftKey]) -> bytes:
    for position, key in enumerate(soft_keys, 1):
        item = etree.SubElement(root, "SoftKeyItem")
        _add(item, "Name", _shown(key.name, LABEL_LIMIT))
        _add(item, "URL", _url(key.url))
        _add(item, "Position", str(position))
    return DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _add(parent: etree._Element, tag: str, content: str) -> None:
    # What a phone sent may hold characters that XML cannot. A text has lines.
    lines = "\n" if tag == "Text" else ""
    etree.SubElement(parent, tag).text = "".join(
        char if char.isprintable() or char in lines else "\ufffd" for char in content
    )


def _shown(content: str, limit: int) -> str:
    return content if len(content) <= limit else f"{content[: limit - 1]}…"


def _url(url: str) -> str:
    if len(url) > URL_LIMIT:
        raise UrlTooLong(f"{len(url)} characters, {URL_LIMIT} at most")
    return url
