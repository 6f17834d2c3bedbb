"""Opens what traces are kept in: files, `.gz`, `.zip`, folders, standard input; the native reader gets their
bytes.

It knows nothing of what is in a line. What cannot be read is a problem that is told in the end, and does not
keep the others from being read.
"""

import codecs
import gzip
import os
import re
import stat
import sys
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ._native import Traces, trace_runs

CHUNK = 1 << 20
# A file of this size is looked through for logs that were copied into it one after the other.
LOOKED_THROUGH = 4 << 20
# More parts than these are no logs one after the other, but lines in any order.
PARTS = 64
# By how many bytes a file is known again, and how many files that had a name before are.
HEAD = 256
NAMES = 100
DAY = 86_400_000
_UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)
STANDARD_INPUT = "standard input"


@dataclass
class Source:
    """A log, or a part of one: where it is, and what is known of it before it is read."""

    name: str
    group: str
    open: Callable[[], BinaryIO]
    lines: int = 0
    time: int | None = None
    start: int = 0
    end: int | None = None
    # A plain file can grow.
    path: Path | None = None


@dataclass
class Problems:
    """What could not be read, and why."""

    unreadable: list[str] = field(default_factory=list)
    # What is no text, as an archive of traces may hold.
    left_out: list[str] = field(default_factory=list)

    def add(self, name: str, error: BaseException) -> None:
        """Note an error by its name; its text may quote what was read."""
        says = {
            EOFError: "it ends too early; what is there was read",
            zlib.error: "it is damaged",
            zipfile.BadZipFile: "it is damaged",
            RuntimeError: "it is encrypted",
            NotImplementedError: "it is packed in a way that Python does not read",
        }
        said = next((text for kind, text in says.items() if isinstance(error, kind)), None)
        if said is None:
            strerror = error.strerror if isinstance(error, OSError) else None
            said = strerror or "it is damaged"
        self.unreadable.append(f"{name}: {said}")


class Reading:
    """A source that is open."""

    def __init__(self, source: Source, problems: Problems) -> None:
        self.source = source
        self._problems = problems
        self._stream: BinaryIO | None = None
        self._decoder: codecs.IncrementalDecoder | None = None
        self._left: int | None = None
        self._position = 0
        # The files that had this name before, and how they begin; they may have other names by now.
        self._before: deque[tuple[os.stat_result, bytes]] = deque(maxlen=NAMES)

    def read(self) -> bytes:
        """Return more bytes, as UTF-8; none at the end."""
        try:
            if self._stream is None:
                self._open()
            data = self._read()
        except _UNREADABLE as error:
            self._problems.add(self.source.name, error)
            return b""
        return data

    def grown(self) -> bytes:
        """Return what a file that had ended got since."""
        path = self.source.path
        is_there = self._stream is not None or (path is not None and path.exists())
        return self.read() if is_there else b""

    def is_made_anew(self) -> bool:
        """Tell whether the file is another one, or shorter, by now; it is read from its start then."""
        path = self.source.path
        if path is None or self._stream is None:
            return False
        try:
            now, ours = path.stat(), os.fstat(self._stream.fileno())
        except OSError:
            return False
        if os.path.samestat(now, ours) and now.st_size >= self.source.start + self._position:
            return False
        self._stream.seek(0)
        self._before.append((ours, self._stream.read(HEAD)))
        self.close()
        self.source.start = 0
        return True

    def is_of(self, path: Path) -> bool:
        """Tell whether what is read here, or was, has that path now."""
        try:
            now = path.stat()
            if self._stream is not None and os.path.samestat(now, os.fstat(self._stream.fileno())):
                return True
            with path.open("rb") as stream:
                head = stream.read(HEAD)
        except OSError:
            return False
        # The number of a file that is gone may be another file's.
        return any(os.path.samestat(now, one) and head == begins for one, begins in self._before)

    def close(self) -> None:
        """Close it."""
        if self._stream is not None:
            self._stream.close()
        self._stream, self._decoder, self._position = None, None, 0

    def _open(self) -> None:
        self._stream = self.source.open()
        skipped = 0
        while skipped < self.source.start:
            data = self._stream.read(min(CHUNK, self.source.start - skipped))
            if not data:
                break
            skipped += len(data)
        self._left = None if self.source.end is None else self.source.end - self.source.start

    def _read(self) -> bytes:
        assert self._stream is not None
        size = CHUNK if self._left is None else min(CHUNK, self._left)
        # What is there: a pipe may be slow, and an archive that was cut raises what it has not unpacked.
        read = getattr(self._stream, "read1", self._stream.read)
        data: bytes = read(size)
        if self._left is not None:
            self._left -= len(data)
        if self._position == 0 and data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._position += len(data)
        if self._decoder is not None:
            return self._decoder.decode(data, final=not data).encode("utf-8", "replace")
        return data


def find(paths: list[str], problems: Problems) -> list[Source]:
    """Return the sources of files, folders and `-`; raise `ValueError` for a path that is not there."""
    found: list[Source] = []
    for path in paths:
        if path == "-":
            found += _parts(_standard_input())
            continue
        place = Path(path)
        if not place.exists():
            raise ValueError(f"cannot read {path}: there is no such file or folder")
        if place.is_dir():
            for file in files(place):
                found += _in_file(file, problems)
        else:
            found += _in_file(place, problems)
    _give_dates(found)
    return found


def files(folder: Path) -> Iterator[Path]:
    """Return the files in a folder and the folders in it, by name."""
    for at, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if stat.S_ISREG(_mode(Path(at) / name)):
                yield Path(at) / name


def add(traces: Traces, sources: list[Source]) -> list[Source]:
    """Add sources to a reader, in the order of their numbers."""
    for source in sources:
        traces.add(_text(source.name), _text(source.group), source.lines, source.time)
    return sources


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _in_file(path: Path, problems: Problems) -> list[Source]:
    try:
        with path.open("rb") as stream:
            magic = stream.read(4)
        if magic.startswith(b"PK\x03\x04"):
            return list(_in_zip(path, problems))
        if magic.startswith(b"\x1f\x8b"):
            return _parts(Source(str(path), _group(str(path)), lambda: _gunzip(path.open("rb"))), problems)
    except _UNREADABLE as error:
        problems.add(str(path), error)
        return []
    return _parts(Source(str(path), _group(str(path)), lambda: path.open("rb"), path=path), problems)


def _in_zip(path: Path, problems: Problems) -> Iterator[Source]:
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
    for member in sorted(members, key=lambda one: one.filename):
        name = f"{path}/{member.filename}"
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
                is_packed = stream.read(2) == b"\x1f\x8b"
        except _UNREADABLE as error:
            problems.add(name, error)
            continue
        yield from _parts(Source(name, _group(name), _member(path, member, is_packed)), problems)


def _member(path: Path, member: zipfile.ZipInfo, is_packed: bool) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        # The archive is closed with the stream, which holds it.
        stream = zipfile.ZipFile(path).open(member)  # noqa: SIM115
        return _gunzip(stream) if is_packed else stream  # type: ignore[return-value]

    return opened


def _gunzip(stream: object) -> BinaryIO:
    return gzip.GzipFile(fileobj=stream)  # type: ignore[arg-type, return-value]


class _Held:
    """Standard input: what was looked at, and the rest."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.head = _all_of(stream, LOOKED_THROUGH + 1)

    def read1(self, size: int) -> bytes:
        if self.head:
            data, self.head = self.head[:size], self.head[size:]
            return data
        read = getattr(self._stream, "read1", self._stream.read)
        return read(size)

    read = read1

    def close(self) -> None:
        """Leave standard input open: it is not ours."""


def _standard_input() -> Source:
    held: list[_Held] = []

    def opened() -> BinaryIO:
        if not held:
            held.append(_Held(sys.stdin.buffer))
        return held[0]  # type: ignore[return-value]

    return Source(STANDARD_INPUT, STANDARD_INPUT, opened)


def _all_of(stream: BinaryIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (data := stream.read(min(size, CHUNK))):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def _parts(source: Source, problems: Problems | None = None) -> list[Source]:
    """Look at the start of a source: the time of its first line, and the logs in it, one after the other."""
    try:
        stream = source.open()
        if isinstance(stream, _Held):
            data = stream.head
        else:
            with stream:
                data = _all_of(stream, LOOKED_THROUGH + 1)
    except _UNREADABLE as error:
        if problems is not None and not isinstance(error, EOFError):
            problems.add(source.name, error)
            return []
        # What is there is read, and the end is told then.
        return [source]
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return [source]
    if b"\0" in data[:65536]:
        if problems is not None:
            problems.left_out.append(source.name)
        return []
    is_whole = len(data) <= LOOKED_THROUGH
    runs = trace_runs(data if is_whole else data[:65536])
    if not is_whole or not 1 < len(runs) <= PARTS or isinstance(stream, _Held):
        source.time = runs[0][2]
        return [source] if not isinstance(stream, _Held) else _held(source, data, runs, is_whole)
    return [_part(source, source.open, run, runs[at + 1 :]) for at, run in enumerate(runs)]


def _held(
    source: Source, data: bytes, runs: list[tuple[int, int, int | None]], is_whole: bool
) -> list[Source]:
    """Cut standard input, which cannot be opened twice, where it was read whole."""
    import io

    if not is_whole or not 1 < len(runs) <= PARTS:
        return [source]
    return [_part(source, lambda: io.BytesIO(data), run, runs[at + 1 :]) for at, run in enumerate(runs)]


def _part(
    source: Source,
    opened: Callable[[], BinaryIO],
    run: tuple[int, int, int | None],
    behind: list[tuple[int, int, int | None]],
) -> Source:
    offset, lines, time = run
    # The last part is the one that can grow.
    end = behind[0][0] if behind else None
    path = None if behind else source.path
    return Source(source.name, source.group, opened, lines, time, offset, end, path)


def _give_dates(sources: list[Source]) -> None:
    """Give a log whose lines have no date the day of the log before it in its file, else of the first log."""
    dated = [source.time for source in sources if source.time is not None and source.time >= DAY]
    first = min(dated, default=0) // DAY * DAY
    days: dict[str, int] = {}
    for source in sources:
        if source.time is None:
            continue
        if source.time >= DAY:
            days[source.name] = source.time // DAY * DAY
        else:
            source.time += days.get(source.name, first)


def _group(name: str) -> str:
    """Return what the files of one log share: all but the numbers in their names."""
    folder, _, file = name.replace(os.sep, "/").rpartition("/")
    return f"{folder}/{re.sub(r'[0-9]+', '', file.removesuffix('.gz'))}"


def _text(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
