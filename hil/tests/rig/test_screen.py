"""Waiting for a screen: whole pictures only, and the truth when none came."""

from __future__ import annotations

import pytest
from labgrid.binding import BindingState
from rig.drawing import Canvas, form

from hotdesk_hil.rig.errors import NotShown
from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.reader import Screen, read
from hotdesk_hil.rig.screen import ScreenDriver


def driver(pictures: list[Canvas], font: Font) -> ScreenDriver:
    """A driver that sees these pictures in turn, and then the last one for ever."""
    seen = [read(canvas.picture(), font) for canvas in pictures]

    class Scripted(ScreenDriver):
        def look(self) -> Screen:
            return seen.pop(0) if len(seen) > 1 else seen[0]

    scripted = object.__new__(Scripted)
    scripted.state = BindingState.active
    return scripted


def test_screen_that_is_half_of_the_next_is_not_taken(font: Font) -> None:
    half_drawn = form(font).bar(53, 11, 0)
    screen = driver([half_drawn, form(font)], font).wait_for("the form", lambda s: s.title == "Log in")
    assert screen.softkeys == ("Submit", "<<", "Cancel")


def test_screen_that_moves_settles(font: Font) -> None:
    pictures = [form(font, stars=stars) for stars in range(5)]
    assert "****" in driver(pictures, font).settle().text


def test_screen_that_never_comes_is_told(font: Font) -> None:
    with pytest.raises(NotShown, match=r"did not show the menu within 0\.1 s"):
        driver([form(font)], font).wait_for("the menu", lambda s: s.title == "Menu", seconds=0.1)
