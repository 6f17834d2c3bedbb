"""The story of each login, out of the traces of a call manager: who, where, how long each step took, what
failed, which code the phone showed, what it means and who must act.

    with hotdesk.logs.read("traces/") as traces:
        for story in traces:
            print(story.device, story.user, story.result)
        print(traces.summary().logins.failed)

Reads the traces of the login application (EMApp), the service (EMService, EMCC), Tomcat's authentication and
the call manager (SDL). It never guesses: a cause that no line proves is not `certain`, and what it does not
understand is counted. No PIN, password or certificate is in anything it returns.
"""

import json
import time as _time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from . import _log_files
from ._log_files import Problems, Reading
from ._native import Traces as _Native
from .codes import CodeRow

__all__ = [
    "Cause",
    "CauseCount",
    "Counts",
    "LineCounts",
    "Seen",
    "ShownCode",
    "SlowStep",
    "Step",
    "StepTimes",
    "Story",
    "Summary",
    "Traces",
    "read",
]

OPEN_STORIES = 10_000
"""How many stories are open at once unless a program says otherwise. Where more are, the one that would have
been looked at next is told as it stands, `unfinished`, and counted in `Summary.cut_short`."""
_POLL_SECONDS = 0.2
_LOOK_SECONDS = 2.0


@dataclass(frozen=True)
class Step:
    """A step of a story: what took the time, when it ended, how long it took."""

    step: str
    at: datetime | None
    seconds: float


@dataclass(frozen=True)
class ShownCode:
    """The number inside, the one that the phone shows, and whether a line tells it."""

    number: int
    shown: int
    logged: bool


@dataclass(frozen=True)
class Cause:
    """Why it was not done: what was seen, the rows of the code tables that fit, who must act, and the lines
    (`file:line`). `certain` is false where the sequence of lines suggests it and no line proves it.
    """

    cause: str
    says: str
    certain: bool
    codes: tuple[CodeRow, ...]
    who: str | None
    remedy: str | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """A login or logout. Times are those of the lines; what no line tells is `None`."""

    kind: Literal["login", "logout"]
    result: Literal["done", "failed", "abandoned", "unfinished"]
    by: Literal["person", "application", "automatic"]
    device: str | None
    user: str | None
    profile: str | None
    address: str | None
    login_type: str | None
    cross_cluster: bool
    home_cluster: str | None
    began: datetime | None
    ended: datetime | None
    seconds: float
    """How long the person waited for the programs."""
    steps: tuple[Step, ...]
    registered: bool | None
    """Whether the phone registered again; `None` where no trace of the call manager covers the time."""
    code: ShownCode | None
    causes: tuple[Cause, ...]
    text: str | None
    logout_at: datetime | None
    cached_seconds: float | None
    security_modes: tuple[str, str] | None
    """Of the phone and of the home cluster."""
    emapp_requests: tuple[int, ...]
    emservice_requests: tuple[int, ...]
    lines: int
    line: str
    json: str
    """The story as `hotdesk logs --json` prints it."""


@dataclass(frozen=True)
class Counts:
    """How many logins or logouts ended how."""

    done: int
    failed: int
    abandoned: int
    unfinished: int


@dataclass(frozen=True)
class CauseCount:
    """How often a cause was told. `code` is there where only a number tells the cause."""

    cause: str
    code: int | None
    count: int


@dataclass(frozen=True)
class StepTimes:
    """How long a step took, in seconds."""

    step: str
    count: int
    mean: float
    longest: float


@dataclass(frozen=True)
class SlowStep:
    """One of the slowest steps."""

    step: str
    seconds: float
    device: str | None
    user: str | None
    began: datetime | None
    line: str


@dataclass(frozen=True)
class Seen:
    """Something that was seen and belongs to no story: how often, and the first lines."""

    count: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class LineCounts:
    """How lines were read. `other_sentences` have a layout that is known and a sentence that is not;
    `not_understood` have neither.
    """

    total: int
    bytes: int
    read: int
    bodies: int
    call_manager: int
    console: int
    notes: int
    blank: int
    other_sentences: int
    other_categories: dict[str, int]
    not_understood: Seen
    too_long: int
    times_back: int


@dataclass(frozen=True)
class Summary:
    """What all stories together tell."""

    first: datetime | None
    last: datetime | None
    logins: Counts
    logouts: Counts
    automatic_logouts: int
    failures: tuple[CauseCount, ...]
    steps: tuple[StepTimes, ...]
    slowest: tuple[SlowStep, ...]
    not_registered: int
    not_registered_devices: tuple[str, ...]
    """The first 1,000 of them."""
    registration_unknown: int
    cached: dict[str, float]
    """For how many seconds at most an application user's old password is still taken."""
    certificate_not_trusted: Seen
    inactive_in_directory: Seen
    codes_not_joined: Seen
    cut_short: int
    other_requests: int
    lines: LineCounts
    unreadable: tuple[str, ...]
    left_out: tuple[str, ...]
    """Files that are no text."""
    json: str


class Traces:
    """Traces that are being read: an iterator over their stories, in the order of their ends.

    What was opened is closed by `close`, or at the end of `with`.
    """

    def __init__(self, paths: list[str], native: _Native, *, follow: bool) -> None:
        self._native = native
        self._follow = follow
        self._paths = paths
        self._problems = Problems()
        self._sources = _log_files.add(native, _log_files.find(paths, self._problems))
        if follow:
            self._check_follow()
        self._open: dict[int, Reading] = {}
        self._stories = self._read()

    def __iter__(self) -> Iterator[Story]:
        return self._stories

    def __enter__(self) -> "Traces":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open."""
        for reading in self._open.values():
            reading.close()
        self._open.clear()

    def stop(self) -> list[Story]:
        """Stop reading; return the stories that were still open, as the traces end here."""
        self.close()
        self._native.end()
        return [_story(line) for line in self._native.stories()]

    def summary(self) -> Summary:
        """Return what the stories so far tell together."""
        return _summary(json.loads(self._native.summary())["summary"], self._problems)

    def _check_follow(self) -> None:
        for source in self._sources:
            if source.path is None and source.end is None and source.name != _log_files.STANDARD_INPUT:
                raise ValueError(f"{source.name} cannot be followed; follow logs that are not packed")

    def _read(self) -> Iterator[Story]:
        last = _time.monotonic()
        looked = last
        resting: set[int] = set()
        while True:
            number = self._native.wants()
            for line in self._native.stories():
                yield _story(line)
            if number is None and not resting:
                break
            if number is None:
                _time.sleep(_POLL_SECONDS)
                now = _time.monotonic()
                if any([self._grow(one, resting) for one in sorted(resting)]):
                    last = now
                else:
                    self._native.advance(int((now - last) * 1000))
                if now - looked >= _LOOK_SECONDS:
                    looked = now
                    self._look()
                continue
            reading = self._open.setdefault(number, Reading(self._sources[number], self._problems))
            if data := reading.read():
                self._native.feed(number, data)
            elif self._follow and self._sources[number].path is not None:
                self._native.rest(number)
                resting.add(number)
            else:
                self._open.pop(number).close()
                self._native.finish(number)
        yield from self.stop()

    def _grow(self, number: int, resting: set[int]) -> bool:
        reading = self._open[number]
        data = reading.grown()
        if not data and reading.is_made_anew():
            self._native.renew(number)
            data = reading.read()
        if data:
            resting.discard(number)
            self._native.feed(number, data)
        return bool(data)

    def _look(self) -> None:
        """Look for new files in the folders that are followed."""
        known = {source.path for source in self._sources}
        for path in self._paths:
            place = Path(path)
            if path == "-" or not place.is_dir():
                continue
            for file in _log_files.files(place):
                # A log that got another name has been read.
                if file not in known and not any(reading.is_of(file) for reading in self._open.values()):
                    new = [
                        one for one in _log_files.find([str(file)], self._problems) if one.path is not None
                    ]
                    self._sources += _log_files.add(self._native, new)


def read(
    *paths: str | PathLike[str],
    device: str | None = None,
    user: str | None = None,
    since: str | datetime | None = None,
    follow: bool = False,
    open_stories: int = OPEN_STORIES,
) -> Traces:
    """Read traces: files, `.gz`, `.zip`, folders, `-` for standard input.

    Stories are told of one `device` or `user` (in any case) only, or of those that began at `since`
    (`2018-04-14`, `2018-04-14 19:09`) or later. With `follow` it goes on as files grow, until it is closed.
    Raises `ValueError` for a path that is not there.
    """
    given = [fspath(path) for path in paths]
    if not given:
        raise ValueError("there is nothing to read; give files, folders, or - for standard input")
    if isinstance(since, datetime):
        since = since.replace(tzinfo=None).isoformat(timespec="milliseconds")
    native = _Native(device=device, user=user, since=since, open=open_stories)
    return Traces(given, native, follow=follow)


def _time_of(text: str | None) -> datetime | None:
    # A trace of the call manager alone tells no date.
    return None if text is None or "T" not in text else datetime.fromisoformat(text)


def _story(line: str) -> Story:
    told: dict[str, Any] = json.loads(line)
    code, modes, requests = told["code"], told["securityModes"], told["requests"]
    return Story(
        kind=told["kind"],
        result=told["result"],
        by=told["by"],
        device=told["device"],
        user=told["user"],
        profile=told["profile"],
        address=told["address"],
        login_type=told["loginType"],
        cross_cluster=told["crossCluster"],
        home_cluster=told["homeCluster"],
        began=_time_of(told["began"]),
        ended=_time_of(told["ended"]),
        seconds=told["seconds"],
        steps=tuple(Step(one["step"], _time_of(one["at"]), one["seconds"]) for one in told["steps"]),
        registered=told["registered"],
        code=code and ShownCode(**code),
        causes=tuple(_cause(one) for one in told["causes"]),
        text=told["text"],
        logout_at=_time_of(told["logoutAt"]),
        cached_seconds=told["cachedSeconds"],
        security_modes=modes and (modes["device"], modes["home"]),
        emapp_requests=tuple(requests["emapp"]),
        emservice_requests=tuple(requests["emservice"]),
        lines=told["lines"],
        line=told["line"],
        json=line,
    )


def _cause(told: dict[str, Any]) -> Cause:
    codes = tuple(CodeRow(**row) for row in told["codes"])
    return Cause(**{**told, "codes": codes, "lines": tuple(told["lines"])})


def _seen(told: dict[str, Any]) -> Seen:
    return Seen(told["count"], tuple(told["lines"]))


def _summary(told: dict[str, Any], problems: Problems) -> Summary:
    lines, not_joined = told["lines"], told["notJoined"]
    unreadable, left_out = tuple(problems.unreadable), tuple(problems.left_out)
    return Summary(
        first=_time_of(told["from"]),
        last=_time_of(told["to"]),
        logins=Counts(**told["logins"]),
        logouts=Counts(**told["logouts"]),
        automatic_logouts=told["automaticLogouts"],
        failures=tuple(CauseCount(**one) for one in told["failures"]),
        steps=tuple(StepTimes(**one) for one in told["steps"]),
        slowest=tuple(SlowStep(**{**one, "began": _time_of(one["began"])}) for one in told["slowest"]),
        not_registered=told["notRegistered"]["count"],
        not_registered_devices=tuple(told["notRegistered"]["devices"]),
        registration_unknown=told["registrationUnknown"],
        cached={one["app"]: one["seconds"] for one in told["cached"]},
        certificate_not_trusted=_seen(not_joined["certificateNotTrusted"]),
        inactive_in_directory=_seen(not_joined["inactiveInDirectory"]),
        codes_not_joined=_seen(not_joined["codes"]),
        cut_short=told["cutShort"],
        other_requests=told["otherRequests"],
        lines=LineCounts(
            lines["total"],
            lines["bytes"],
            lines["read"],
            lines["bodies"],
            lines["callManager"],
            lines["console"],
            lines["notes"],
            lines["blank"],
            lines["otherSentences"],
            {one["category"]: one["count"] for one in lines["otherCategories"]},
            _seen(lines["notUnderstood"]),
            lines["tooLong"],
            lines["timesBack"],
        ),
        unreadable=unreadable,
        left_out=left_out,
        json=json.dumps(
            {"summary": {**told, "unreadable": unreadable, "leftOut": left_out}}, ensure_ascii=False
        ),
    )
