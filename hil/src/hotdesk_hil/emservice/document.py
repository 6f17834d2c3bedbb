"""From the bytes of a request to what it asks: the service's own parser, and its strict check.

lxml reads the document without network, entities or DOCTYPE; `emservice.dtd` says which elements stand
where; what a DTD cannot say (numbers, blanks, encodings) is checked here. Whatever is wrong is code 1, an
unknown query is code 8. A lenient reading first puts a looser document into the DTD's order. Must never
quote an element's text in an error: it may be a certificate.
"""

from __future__ import annotations

import re
import threading
from binascii import a2b_qp
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from lxml import etree

from hotdesk_hil.emservice.codes import Code, Refused

QUERIES = ("deviceUserQuery", "userDevicesQuery", "checkUser", "deviceProfileQuery")
OLDER_NAMES = {"userDeviceProfileQuery": "deviceProfileQuery"}
MINUTES_LIMIT = 2**32 - 1
"""The longest `time` that is read; no source gives a range."""

_TAIL = ("loginType", "remoteIPAddr", "isViaHeaderSet")
_ORDER: dict[str, tuple[str, ...]] = {
    "request": ("appInfo", "login", "logout", "logoutAll"),
    "query": ("appInfo", *QUERIES, *OLDER_NAMES),
    "appInfo": ("appID", "appCertificate", "appEncryptedCertificate"),
    "login": ("deviceName", "userID", "deviceProfile", "exclusiveDuration", *_TAIL),
    "logout": ("deviceName", *_TAIL),
    "logoutAll": _TAIL[1:],
    "deviceUserQuery": ("deviceName", *_TAIL[:2]),
    "userDevicesQuery": ("userID", *_TAIL[:2]),
    **{kind: ("userID", *_TAIL) for kind in ("checkUser", "deviceProfileQuery", "userDeviceProfileQuery")},
    "exclusiveDuration": ("time", "indefinite"),
    "indefinite": (),
}
"""What a lenient reading keeps of an element's children, in the DTD's order; other elements hold text."""


class _Parsers(threading.local):
    """A parser for each thread: lxml's are not shared between threads, and cost more than a document."""

    def __init__(self) -> None:
        self.strict = self._parser(None)
        self.lenient = self._parser("UTF-8")

    def _parser(self, encoding: str | None) -> etree.XMLParser:
        """Makes a parser; `encoding` None is the one that the document declares."""
        return etree.XMLParser(
            encoding=encoding,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )


_PARSERS = _Parsers()
_DTD = etree.DTD(str(Path(__file__).with_name("emservice.dtd")))
_BLANKS = " \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DECLARATION = re.compile(rb"(\xef\xbb\xbf)?<\?xml")
_BEFORE_ROOT = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ENCODINGS = ("UTF-8", "US-ASCII", "ASCII")
_YES = ("true", "yes", "t", "1")


class Document(NamedTuple):
    """What a request or query asks, names trimmed, the certificate as it came.

    `minutes` and `indefinite` are `exclusiveDuration`; both unset where it is absent.
    """

    operation: str
    app_id: str
    certificate: str
    encrypted: bool = False
    devices: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    profile: str | None = None
    minutes: int | None = None
    indefinite: bool = False
    login_type: str | None = None
    remote_address: str | None = None
    via_header: bool = False

    @property
    def is_query(self) -> bool:
        """Whether it is a query, not a request: its answer begins without a declaration."""
        return self.operation in QUERIES

    def __repr__(self) -> str:
        shown = ", ".join(f"{k}={v!r}" for k, v in self._asdict().items() if k != "certificate")
        return f"Document({shown})"


def form_field(body: bytes, name: str) -> bytes | None:
    """Returns the first field `name` of a form body, decoded; None where it is absent."""
    wanted = name.encode()
    for pair in body.split(b"&"):
        key, _, value = pair.partition(b"=")
        if key == wanted or _unquote(key) == wanted:
            return _unquote(value)
    return None


def _unquote(data: bytes) -> bytes:
    data = data.replace(b"+", b" ")
    escapes = data.count(b"%")
    if not escapes:
        return data
    # Quoted-printable is the same escape with another sign, and its decoder is not written in Python. What it
    # reads in another way shows: a broken escape by the length, a sign before a line's end by that end.
    decoded = a2b_qp(data.replace(b"=", b"=3D").replace(b"%", b"="))
    if len(decoded) != len(data) - 2 * escapes or b"\n" in data or b"\r" in data:
        return unquote_to_bytes(data)
    return decoded


def read(data: bytes, *, lenient: bool = False) -> Document:
    """Reads and checks one document.

    `lenient`: elements may stand in any order and in any namespace; unknown ones, attributes, text between
    elements and the declared encoding are skipped: it is read as UTF-8. A known element twice or a mandatory
    one missing is refused all the same.

    Raises `Refused` with code 1 (not well-formed, not of the DTD, a number that is none, a blank name) or
    code 8 (a query of no known type).
    """
    root = _parse(data, lenient)
    if lenient:
        _tidy(root)
    _check_query_type(root)
    if not _DTD.validate(root):
        problem = _DTD.error_log[0]
        # libxml2 names elements here, never their text.
        raise Refused(Code.PARSING, f"line {problem.line}: {problem.message.strip()}")
    # The grammar holds from here on: each element is in its place, and a name has one meaning.
    operation = root[1].tag
    texts: dict[str, list[str]] = {}
    for element in root.iter():
        texts.setdefault(element.tag, []).append(element.text or "")
    encrypted = "appEncryptedCertificate" in texts
    minutes, indefinite = _duration(root, texts) if "exclusiveDuration" in texts else (None, False)
    return Document(
        OLDER_NAMES.get(operation, operation),
        texts["appID"][0].strip(_BLANKS),
        texts["appEncryptedCertificate" if encrypted else "appCertificate"][0],
        encrypted,
        _names(root, texts, "deviceName"),
        _names(root, texts, "userID"),
        _first(texts, "deviceProfile") or None,
        minutes,
        indefinite,
        _first(texts, "loginType").upper() or None,
        _first(texts, "remoteIPAddr") or None,
        _first(texts, "isViaHeaderSet").lower() in _YES,
    )


def _parse(data: bytes, lenient: bool) -> etree._Element:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(Code.PARSING, f"byte {error.start} is not UTF-8") from None
    # Before the parser sees it: an entity bomb must not even be read.
    if _has_doctype(data):
        raise Refused(Code.PARSING, "DOCTYPE is not accepted")
    try:
        root = etree.fromstring(data, _PARSERS.lenient if lenient else _PARSERS.strict)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise Refused(Code.PARSING, f"line {line}, column {column}: not well-formed XML") from None
    if not _DECLARATION.match(data):
        return root
    info = root.getroottree().docinfo
    known = lenient or info.encoding.upper() in _ENCODINGS
    if info.xml_version != "1.0" or not known:
        raise Refused(Code.PARSING, "line 1: the declaration must say XML 1.0 and UTF-8 or US-ASCII")
    return root


def _has_doctype(data: bytes) -> bool:
    if b"<!DOCTYPE" not in data:
        return False
    # In a text it is none: it is one only before the root element.
    at = len(_BYTE_ORDER_MARK) if data.startswith(_BYTE_ORDER_MARK) else 0
    while found := _BEFORE_ROOT.match(data, at):
        at = found.end()
    return data.startswith(b"<!DOCTYPE", at)


def _tidy(root: etree._Element) -> None:
    """Puts a loose document into the form that the DTD asks for, as far as it can be."""
    for element in root.iter(etree.Element):
        element.attrib.clear()
        element.tag = etree.QName(element).localname
    etree.cleanup_namespaces(root)
    if root.tag == "query" and not any(child.tag in (*QUERIES, *OLDER_NAMES) for child in root):
        # Left as it is: an operation nobody knows is code 8.
        return
    for element in list(root.iter()):
        order = _ORDER.get(element.tag)
        for child in [child for child in element if order is None or child.tag not in order]:
            # The text behind an element that is removed stays.
            tail = child.tail or ""
            before = child.getprevious()
            if before is None:
                element.text = (element.text or "") + tail
            else:
                before.tail = (before.tail or "") + tail
            element.remove(child)
        if order is None:
            continue
        element.text = None
        element[:] = sorted(element, key=lambda child: order.index(child.tag))
        for child in element:
            child.tail = None


def _check_query_type(root: etree._Element) -> None:
    """A query whose one operation has an unknown name is no grammar error: the table has code 8 for it."""
    if root.tag != "query" or len(root) != 2 or root[0].tag != "appInfo":
        return
    kind = root[1].tag
    if kind not in QUERIES and kind not in OLDER_NAMES:
        raise Refused(Code.QUERY_TYPE, f"line {root[1].sourceline}: not one of {', '.join(QUERIES)}")


def _names(root: etree._Element, texts: dict[str, list[str]], tag: str) -> tuple[str, ...]:
    names = tuple([text.strip(_BLANKS) for text in texts.get(tag, ())])
    if "" in names:
        line = next(islice(root.iter(tag), names.index(""), None)).sourceline
        raise Refused(Code.PARSING, f"line {line}: {tag} is blank")
    return names


def _first(texts: dict[str, list[str]], tag: str) -> str:
    found = texts.get(tag)
    return found[0].strip(_BLANKS) if found else ""


def _duration(root: etree._Element, texts: dict[str, list[str]]) -> tuple[int | None, bool]:
    if "indefinite" in texts:
        return None, True
    digits = _first(texts, "time")
    # The length is looked at before the value: int() of a million digits takes its time.
    if not re.fullmatch("[0-9]+", digits) or len(digits.lstrip("0")) > 10 or int(digits) > MINUTES_LIMIT:
        line = next(root.iter("time")).sourceline
        raise Refused(Code.PARSING, f"line {line}: time is whole minutes, at most {MINUTES_LIMIT}, in digits")
    return int(digits), False
