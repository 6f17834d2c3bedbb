"""What is drawn in the terminal and kept as pictures."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from rig.drawing import BRIGHT, DARK, Canvas, form

from hotdesk_hil.rig import terminal
from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.reader import Screen, read
from hotdesk_hil.rig.recorder import Recorder

DEVICE = "SEP003094C25B15"


class Terminal(io.StringIO):
    """A terminal of 130 columns with colours."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal that can draw."""
    monkeypatch.setattr(os, "get_terminal_size", lambda _fd: os.terminal_size((130, 40)))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def idle(font: Font, text: str = "Nobody logged in") -> Screen:
    """The idle screen."""
    canvas = Canvas(font).bar(0, 11).text(1, 0, DEVICE, DARK, BRIGHT).text(1, 12, text).bar(53, 11)
    return read(canvas.text(7, 54, "Log in", DARK, BRIGHT).picture(), font)


def see(recorder: Recorder, *screens: Screen) -> None:
    """Lets the recorder see each screen twice, as a screen that stands."""
    for screen in screens:
        recorder(screen)
        recorder(screen)


def test_text_form_shows_title_body_selection_and_softkeys(font: Font) -> None:
    lines = terminal.written(read(form(font).bar(22, 10).text(1, 22, "john", DARK, BRIGHT).picture(), font))
    assert lines == [
        "+-----------------------+",
        "| Log in                |",
        "+-----------------------+",
        "| User ID:              |",
        "| john                 <|",
        "| PIN:                  |",
        "| *****                 |",
        "+-----------------------+",
        "|Submit    <<    Cancel |",
        "+-----------------------+",
    ]


def test_text_form_is_ascii_whatever_the_screen_shows(font: Font) -> None:
    lines = terminal.written(read(Canvas(font).text(1, 22, "Käthe").picture(), font))
    assert "| K?the                 |" in lines
    assert "\n".join(lines).isascii()


def test_drawing_shows_two_rows_of_pixels_a_line_in_their_greys(font: Font) -> None:
    lines = terminal.drawn(form(font).picture())
    assert len(lines) == 32
    assert all(line.count(terminal.HALF_BLOCK) == 128 for line in lines)
    # The title bar's first pixels are bright over bright, the gap under it dark over dark.
    assert lines[0].startswith("\x1b[48;5;255;38;5;255m")
    assert "\x1b[48;5;232;38;5;232m" in lines[6]


@pytest.mark.parametrize(
    ("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", None), ("LINES", "40")]
)
def test_terminal_draws_only_where_it_can(wide: Terminal, name: str, value: str | None) -> None:
    environment = {"TERM": "xterm", name: value} if value else {}
    assert terminal.drawing_step(wide, 128, environment) == (name == "LINES")
    assert not terminal.drawing_step(io.StringIO(), 128, environment)


def test_narrow_terminal_gets_text(wide: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "get_terminal_size", lambda _fd: os.terminal_size((100, 40)))
    assert not terminal.drawing_step(wide, 128)


def test_each_screen_is_one_picture_and_a_form_being_filled_in_is_one_screen(
    font: Font, tmp_path: Path
) -> None:
    recorder = Recorder(tmp_path, DEVICE, io.StringIO())
    see(recorder, idle(font))
    see(recorder, *(read(form(font, user, 0).picture(), font) for user in ("j", "jo", "john")))
    see(recorder, read(form(font).picture(), font), idle(font, "Logged in: john"))
    assert [path.name for path in recorder.pictures] == ["01-idle.png", "02-log-in.png", "03-idle.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name for path in recorder.pictures]


def test_screen_seen_once_may_be_half_drawn_and_is_not_kept(font: Font, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, DEVICE, io.StringIO())
    recorder(idle(font))
    recorder(read(form(font).picture(), font))
    assert recorder.pictures == []


def test_pictures_of_the_run_before_are_removed_and_nothing_else(font: Font, tmp_path: Path) -> None:
    for name in ("07-failed.png", "mine.png", "service.log"):
        (tmp_path / name).write_text("old")
    see(Recorder(tmp_path, DEVICE, io.StringIO()), idle(font))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["01-idle.png", "mine.png", "service.log"]


def test_form_being_filled_in_is_drawn_in_place(font: Font, tmp_path: Path, wide: Terminal) -> None:
    recorder = Recorder(tmp_path, DEVICE, wide)
    see(recorder, read(form(font, "j").picture(), font))
    assert "\x1b[32F" not in wide.getvalue()
    see(recorder, read(form(font, "jo").picture(), font))
    assert wide.getvalue().count("\x1b[32F") == 1
    recorder.say("a line of words")
    see(recorder, read(form(font, "joh").picture(), font))
    assert wide.getvalue().count("\x1b[32F") == 1


def test_text_of_a_pipe_holds_no_escapes(font: Font, tmp_path: Path) -> None:
    stream = io.StringIO()
    recorder = Recorder(tmp_path, DEVICE, stream)
    see(recorder, idle(font), *(read(form(font, user).picture(), font) for user in ("j", "jo", "john")))
    recorder.say("logged in")
    text = stream.getvalue()
    assert "\x1b" not in text
    assert text.index("Nobody logged in") < text.index("| john ") < text.index("logged in\n")


def test_text_of_a_form_is_written_once_when_it_is_filled_in(font: Font, tmp_path: Path) -> None:
    stream = io.StringIO()
    recorder = Recorder(tmp_path, DEVICE, stream)
    see(recorder, *(read(form(font, user).picture(), font) for user in ("j", "jo", "john")), idle(font))
    assert stream.getvalue().count("User ID:") == 1
    assert "| john " in stream.getvalue()
