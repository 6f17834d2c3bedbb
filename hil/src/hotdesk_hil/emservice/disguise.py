"""The service's answer in other forms: what a reader must take, and what it must refuse.

Works on the bytes of an answer as answers.py writes them. Must never change what the answer says where the
form is one that a reader has to take.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum

from lxml import etree

BIG_BODY = 10_000_000
"""Bytes of the body that `Form.BIG` sends."""
_BOMB_LEVELS = 10


class Form(Enum):
    """A form of the answer. `taken`: a reader that keeps the message grammar and XML 1.0 takes it."""

    taken: bool

    COMPACT = "compact", True
    UNKNOWN_ELEMENTS = "unknown elements", True
    REORDERED = "reordered", True
    CDATA = "cdata", True
    BIG = "big", False
    MALFORMED = "malformed", False
    ENTITY_BOMB = "entity bomb", False
    WRONG_ENCODING = "wrong encoding", False
    UTF_16 = "utf-16", False

    def __new__(cls, name: str, taken: bool) -> Form:
        form = object.__new__(cls)
        form._value_ = name
        form.taken = taken
        return form


def disguise(answer: bytes, form: Form) -> bytes:
    """Returns the answer in another form."""
    return _FORMS[form](answer)


def _without_declaration(answer: bytes) -> bytes:
    return re.sub(rb"\A<\?xml[^>]*\?>\n?", b"", answer)


def _compact(answer: bytes) -> bytes:
    """No declaration, no white space between tags, `exists` empty."""
    root = etree.fromstring(answer)
    for element in root.iter():
        element.tail = None
        if len(element) or element.tag == "exists":
            element.text = None
    return etree.tostring(root, encoding="UTF-8")


def _unknown_elements(answer: bytes) -> bytes:
    root = etree.fromstring(answer)
    for element in [element for element in root.iter() if len(element)]:
        element.insert(0, etree.fromstring('<seen at="now"><by>nobody</by></seen>'))
        element.append(etree.Element("more"))
    return etree.tostring(root, encoding="UTF-8")


def _reordered(answer: bytes) -> bytes:
    root = etree.fromstring(answer)
    for element in list(root.iter()):
        # The rows of a list stay as they are: their order has a meaning.
        if len({child.tag for child in element}) == len(element):
            element[:] = reversed(element)
    return etree.tostring(root, encoding="UTF-8")


def _cdata(answer: bytes) -> bytes:
    root = etree.fromstring(answer)
    for element in root.iter():
        if element.text and not len(element):
            element.text = etree.CDATA(element.text)
    return etree.tostring(root, encoding="UTF-8")


def _big(answer: bytes) -> bytes:
    head, tail = answer.rsplit(b"</", 1)
    return head + b" " * (BIG_BODY - len(answer)) + b"</" + tail


def _malformed(answer: bytes) -> bytes:
    return answer.rsplit(b"</", 1)[0]


def _entity_bomb(answer: bytes) -> bytes:
    """Ten levels of ten: a reader that expands it holds 30 GB."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, _BOMB_LEVELS))
    head, tail = answer.rsplit(b"</", 1)
    doctype = f'<!DOCTYPE response [<!ENTITY e0 "bomb">{levels}]>'.encode()
    # A DOCTYPE follows the declaration, so that goes.
    return doctype + _without_declaration(head) + f"&e{_BOMB_LEVELS - 1};".encode() + b"</" + tail


def _wrong_encoding(answer: bytes) -> bytes:
    return b'<?xml version="1.0" encoding="ISO-8859-1"?>\n' + _without_declaration(answer)


def _utf_16(answer: bytes) -> bytes:
    declaration = '<?xml version="1.0" encoding="UTF-16"?>\n'
    return (declaration + _without_declaration(answer).decode()).encode("utf-16")


_FORMS: dict[Form, Callable[[bytes], bytes]] = {
    Form.COMPACT: _compact,
    Form.UNKNOWN_ELEMENTS: _unknown_elements,
    Form.REORDERED: _reordered,
    Form.CDATA: _cdata,
    Form.BIG: _big,
    Form.MALFORMED: _malformed,
    Form.ENTITY_BOMB: _entity_bomb,
    Form.WRONG_ENCODING: _wrong_encoding,
    Form.UTF_16: _utf_16,
}
