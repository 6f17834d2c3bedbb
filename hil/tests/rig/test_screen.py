"""Waiting for a screen: whole pictures only, and the truth when none came."""

from __future__ import annotations

import time

import pytest
from labgrid.binding import BindingState
from rig.drawing import Canvas, form

from hotdesk_hil.rig import waiting
from hotdesk_hil.rig.errors import BoardError, NotShown
from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.protocols import TimeProtocol
from hotdesk_hil.rig.reader import Screen, read
from hotdesk_hil.rig.screen import ScreenDriver
from hotdesk_hil.rig.waiting import Deadline


class Wall(TimeProtocol):
    """A board whose time is this machine's."""

    def time(self) -> float:
        return time.monotonic()


def driver(pictures: list[Canvas], font: Font) -> ScreenDriver:
    """A driver that sees these pictures in turn, and then the last one for ever."""
    seen = [read(canvas.picture(), font) for canvas in pictures]

    class Scripted(ScreenDriver):
        def look(self) -> Screen:
            return seen.pop(0) if len(seen) > 1 else seen[0]

    scripted = object.__new__(Scripted)
    scripted.state = BindingState.active
    scripted.clock = Wall()
    scripted.waits = 0
    return scripted


def test_screen_that_is_half_of_the_next_is_not_taken(font: Font) -> None:
    half_drawn = form(font).bar(53, 11, 0)
    screen = driver([half_drawn, form(font)], font).wait_for("the form", lambda s: s.title == "Log in")
    assert screen.softkeys == ("Submit", "<<", "Cancel")


def test_screen_that_moves_settles(font: Font) -> None:
    pictures = [form(font, stars=stars) for stars in range(5)]
    assert "****" in driver(pictures, font).settle().text


def test_picture_that_is_not_seen_again_is_not_read(font: Font) -> None:
    half_drawn = read(form(font).bar(53, 11, 0).picture(), font)
    moving = driver([form(font)], font)
    pictures = iter([half_drawn])
    whole = moving.look
    moving.look = lambda: next(pictures, None) or whole()
    assert moving.settle().title == "Log in"
    assert "_reading" not in vars(half_drawn)


def test_screen_that_never_comes_is_told(font: Font) -> None:
    with pytest.raises(NotShown, match=r"did not show the menu within 0\.1 s"):
        driver([form(font)], font).wait_for("the menu", lambda s: s.title == "Menu", seconds=0.1)


class Busy(TimeProtocol):
    """A board that this machine has no time for: its own goes on by so much with each look."""

    def __init__(self, step: float) -> None:
        self.now = 0.0
        self._step = step

    def time(self) -> float:
        self.now += self._step
        return self.now


def test_screen_that_is_there_when_this_machine_looks_late_counts(font: Font) -> None:
    late = driver([form(font)], font)
    late.clock = Busy(10.0)
    assert late.wait_for("the form", lambda s: s.title == "Log in", seconds=5.0).title == "Log in"
    late.clock = Busy(10.0)
    with pytest.raises(NotShown):
        late.wait_for("the menu", lambda s: s.title == "Menu", seconds=5.0)


def test_screen_that_comes_while_this_machine_does_not_look_counts(font: Font) -> None:
    rare = driver([form(font, stars=3), form(font)], font)
    rare.clock = Busy(10.0)
    assert "*****" in rare.wait_for("five stars", lambda s: "*****" in s.text, seconds=5.0).text
    rare = driver([form(font, stars=3), form(font, stars=2), form(font)], font)
    rare.clock = Busy(10.0)
    with pytest.raises(NotShown):
        rare.wait_for("five stars", lambda s: "*****" in s.text, seconds=5.0)


def test_deadline_is_in_the_boards_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting.time, "monotonic", iter(range(0, 1000, 10)).__next__)
    deadline = Deadline(Busy(1.0), seconds=10.0)
    assert [deadline.expired for _ in range(10)] == [False] * 9 + [True]


def test_time_that_stands_still_is_the_rigs_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting.time, "monotonic", iter([0.0, 79.0, 80.0]).__next__)
    deadline = Deadline(Busy(0.0), seconds=5.0)
    assert not deadline.expired
    with pytest.raises(BoardError, match="does not go on: 0 s in 80 s; is this machine too busy"):
        _ = deadline.expired
