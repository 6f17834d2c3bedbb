"""A list as it lies on the disk: read once, decoded, cut into cells. What the cells mean is told in
`_list_rows`.

Must never open the file a second time to work with it: whoever saves it during a run would move its lines.
"""

import codecs
import csv
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

LARGEST = 256 * 1024 * 1024
"""Bytes that a list may hold; all of it is in memory."""
STANDARD_INPUT = Path("-")
RUN_BY_SPREADSHEETS = "=+@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""With what a cell starts that a spreadsheet runs, the wide forms of Asian ones included; a minus does as
well where no number follows.
"""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; those that start like another one come first."""
_NO_TEXT = (
    (b"PK\x03\x04", "an Excel workbook (.xlsx)"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)"),
)
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_SEP_LINE = re.compile(r'"?sep=([^"])"?', re.IGNORECASE)
_RULER = re.compile(r"\s*=+(?: +=+)*\s*")
"""The line under the headings that `run sql` of Unified CM prints."""
_SPACED_MAC = re.compile(r"(SEP )?[0-9A-F]{2}( [0-9A-F]{2}){5}|SEP [0-9A-F]{4,12}(.*)", re.IGNORECASE)
_PROMPT = "admin:"
_LINES_SEARCHED = 20
"""How many lines may stand before that ruler: a prompt, the statement, blank lines."""


class Fault(NamedTuple):
    """What is wrong in a list, and in which line; 0 where it is no line in particular."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


class Unreadable(Exception):
    """From this line on the list cannot be cut into cells."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(line, text)
        self.fault = Fault(line, text)


@dataclass(frozen=True)
class Form:
    """How a list is written, so that its result is written likewise.

    `separator` is one character, or `ruled` (columns under a ruler of `=`) or `blanks`.
    """

    encoding: str
    mark: bytes
    separator: str
    line_end: str
    sep_line: bool = False


class ListFile:
    """The text of a list and its form. `digest` tells this content from any other."""

    def __init__(self, path: Path, data: bytes, encoding: str | None = None) -> None:
        self.path = path
        self.digest = hashlib.sha256(data).hexdigest()
        codec, mark, self._text = _decode(path, data, encoding)
        self.form = _form(self._text, codec, mark)

    @classmethod
    def read(cls, path: Path, encoding: str | None = None) -> "ListFile":
        """Read a file, or standard input where the path is `-`; raise `ValueError` where that fails."""
        return cls(path, _read(path), encoding)

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        """Return the number of each line that is not blank, and its cells. Raises `Unreadable`."""
        cut = {"ruled": self._ruled, "blanks": self._blanks}.get(self.form.separator, self._separated)
        for line, cells in cut():
            if any(cell.strip() for cell in cells):
                yield line, cells

    def changed(self) -> str | None:
        """Say what happened to the file since it was read, if anything did."""
        try:
            now = hashlib.sha256(_read(self.path)).hexdigest()
        except ValueError:
            return f"{self.path} was moved or removed during the run"
        return None if now == self.digest else f"{self.path} was changed during the run"

    def _separated(self) -> Iterator[tuple[int, list[str]]]:
        texts = (match.group() for match in _LINES.finditer(self._text))
        before = 0
        if self.form.sep_line:
            next(texts)
            before = 1
        # Blanks between a separator and a quote are no part of the cell.
        reader = csv.reader(texts, delimiter=self.form.separator, strict=True, skipinitialspace=True)
        line = before + 1
        try:
            for cells in reader:
                yield line, cells
                line = before + reader.line_num + 1
        except csv.Error as error:
            raise Unreadable(line, _why(error)) from None

    def _ruled(self) -> Iterator[tuple[int, list[str]]]:
        ruler = next(self._ruler())
        starts = [match.start() for match in re.finditer(r"=+", ruler[1])]
        for line, text in self._numbered():
            if line >= ruler[0] - 1 and line != ruler[0] and not text.startswith(_PROMPT):
                if any(text[start - 1 : start].strip() for start in starts if start):
                    raise Unreadable(line, "a cell does not stand under its heading; copy the table as it is")
                ends = [*starts[1:], None]
                yield line, [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]

    def _blanks(self) -> Iterator[tuple[int, list[str]]]:
        return ((line, text.split()) for line, text in self._numbered())

    def _numbered(self) -> Iterator[tuple[int, str]]:
        return numbered(self._text)

    def _ruler(self) -> Iterator[tuple[int, str]]:
        return ((line, text) for line, text in self._numbered() if _RULER.fullmatch(text))


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """Return the number of each line and the line without its end."""
    for number, match in enumerate(_LINES.finditer(text), 1):
        yield number, match.group().rstrip("\r\n")


def _read(path: Path) -> bytes:
    try:
        if path == STANDARD_INPUT:
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    if len(data) > LARGEST:
        raise ValueError(f"{path} is longer than {LARGEST} bytes; split it")
    return data


def _decode(path: Path, data: bytes, told: str | None) -> tuple[str, bytes, str]:
    """Return the codec, the mark and the text. A mark tells the encoding for certain, so it goes first."""
    for start, what in _NO_TEXT:
        if data.startswith(start):
            raise ValueError(f"{path} is {what}, which is no text; save it as CSV UTF-8")
    mark, codec = next(((mark, codec) for mark, codec in _MARKS if data.startswith(mark)), (b"", told))
    if codec is None and b"\0" in data:
        raise ValueError(
            f"{path} holds zero bytes; if it is UTF-16 without a byte order mark, give --encoding utf-16-le"
        )
    codec = codec or "utf-8"
    try:
        name = codecs.lookup(codec).name
        text = data[len(mark) :].decode(name)
    except LookupError:
        raise ValueError(
            f"there is no encoding {codec!r}; known are utf-8, utf-16, cp1252 and more"
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, len(mark) + error.start) + 1
        if told is None and not mark:
            raise ValueError(
                f"{path} is not UTF-8 (line {line}); save it as CSV UTF-8, or give --encoding cp1252 for "
                f"what Excel of Western Europe and America calls CSV"
            ) from None
        raise ValueError(f"{path} is not {codec} (line {line}); give the --encoding it is in") from None
    if "\0" in text:
        raise ValueError(f"{path} holds zero characters; is it a list?")
    if name == "utf-16":  # Told, without a mark: as this codec reads it.
        name = f"utf-16-{sys.byteorder[0]}e"
    return name, mark, text


def _form(text: str, codec: str, mark: bytes) -> Form:
    ends = re.search(r"\r\n|\n|\r", text)
    form = Form(codec, mark, ",", ends.group() if ends else "\r\n")
    first = text[: ends.start()] if ends else text
    if sep := _SEP_LINE.fullmatch(first.strip(" ")):
        return replace(form, separator=sep.group(1), sep_line=True)
    if _is_ruled(text):
        return replace(form, separator="ruled")
    # Where a comma is in numbers, spreadsheets write semicolons between cells.
    separator = max(",;\t", key=first.count)
    if separator not in first and _is_blank_separated(text):
        separator = "blanks"
    return replace(form, separator=separator)


def _is_ruled(text: str) -> bool:
    for line, content in numbered(text):
        if line > _LINES_SEARCHED:
            break
        if line > 1 and _RULER.fullmatch(content):
            return True
    return False


def _is_blank_separated(text: str) -> bool:
    """Tell whether each line has the same number of words, two or more, that are no parts of a MAC
    address."""
    if next((content for _, content in numbered(text) if _SPACED_MAC.fullmatch(content.strip())), None):
        return False
    counts = {len(content.split()) for _, content in numbered(text)} - {0}
    return len(counts) == 1 and counts.pop() > 1


def _why(error: csv.Error) -> str:
    if "expected after" in str(error):
        return 'a quote (") stands inside a quoted cell; write it twice, or leave the quotes out'
    return 'a quote (") opens a cell and is never closed'
