"""Draws the phone's screen in a terminal: half blocks in greys where the terminal can, else the text as read.

Nothing is added to what the phone has shown but a frame around the text. Must not write anything but what it
is given to the stream it is given: who owns the terminal decides.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from .picture import HEIGHT, WIDTH, Picture
from .reader import Screen

# The lower half of a cell takes the foreground, the upper half the background.
HALF_BLOCK = "▄"
RESET = "\x1b[0m"
# The grey ramp of the 256 colours that terminals share: 24 steps from 232 (dark) to 255 (bright).
_RAMP_START, _RAMP_STEPS = 232, 24


def can_draw(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether pictures make sense on this stream: a terminal, wide enough, that knows colours and blocks."""
    if not stream.isatty() or environment.get("NO_COLOR") or environment.get("TERM", "dumb") == "dumb":
        return False
    try:
        HALF_BLOCK.encode(stream.encoding or "ascii")
        return os.get_terminal_size(stream.fileno()).columns >= WIDTH
    except (UnicodeEncodeError, LookupError, OSError):
        return False


def drawn(picture: Picture) -> list[str]:
    """Returns the picture as lines of half blocks in greys: two rows of pixels a line."""
    lines = []
    for y in range(0, HEIGHT, 2):
        line, before = "", None
        for x in range(WIDTH):
            colours = (_colour(picture.at(x, y)), _colour(picture.at(x, y + 1)))
            if colours != before:
                line += f"\x1b[48;5;{colours[0]};38;5;{colours[1]}m"
                before = colours
            line += HALF_BLOCK
        lines.append(line + RESET)
    return lines


def written(screen: Screen) -> list[str]:
    """Returns the screen's text as lines of ASCII in a frame; `<` marks a selected line."""
    rule = "+" + "-" * 23 + "+"
    lines = [rule]
    softkeys = " ".join(f"{label:^7}" for label in screen.softkeys)
    if screen.title:
        lines += [f"| {_ascii(screen.title):<21} |", rule]
    selected = screen.selected
    for text in screen.body:
        mark = "<" if text == selected else " "
        lines.append(f"| {_ascii(text):<21}{mark}|")
    if softkeys.strip():
        lines += [rule, f"|{_ascii(softkeys):<23}|"]
    return [*lines, rule]


def _colour(grey: int) -> int:
    # The darkest grey of the display is a shade above black, so that the screen stands out from the terminal.
    return _RAMP_START + round(grey / 15 * (_RAMP_STEPS - 1))


def _ascii(text: str) -> str:
    return text.encode("ascii", errors="replace").decode("ascii")
