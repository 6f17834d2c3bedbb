"""Draws the phone's screen in a terminal: half blocks where the terminal can, else the text as read.

Nothing is added to what the phone has shown but a frame around the text. Must not write anything but what
it is given to the stream it is given: who owns the terminal decides.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from .picture import Colour, Picture, luma
from .reader import Screen

# The lower half of a cell takes the foreground, the upper half the background.
HALF_BLOCK = "▄"
RESET = "\x1b[0m"
# The grey ramp of the 256 colours that terminals share: 24 steps from 232 (dark) to 255 (bright).
_RAMP_START, _RAMP_STEPS = 232, 24
# Pixels that the smallest display is wide.
SMALL = 128


def drawing_step(stream: TextIO, width: int, environment: Mapping[str, str] = os.environ) -> int:
    """Returns of how many pixels of a picture of this width one is drawn on this stream: 1, 2, or 0 for none.

    Pictures make sense on a terminal that is wide enough and knows colours and blocks.
    """
    if not stream.isatty() or environment.get("NO_COLOR") or environment.get("TERM", "dumb") == "dumb":
        return 0
    try:
        HALF_BLOCK.encode(stream.encoding or "ascii")
        columns = os.get_terminal_size(stream.fileno()).columns
    except (UnicodeEncodeError, LookupError, OSError):
        return 0
    # Letters of 10 pixels and more can still be read when every second pixel is left out.
    steps = (1, 2) if width >= 2 * SMALL else (1,)
    return next((step for step in steps if columns >= width // step), 0)


def drawn(picture: Picture, step: int = 1) -> list[str]:
    """Returns lines of half blocks, two rows of pixels each; of `step` pixels one is drawn."""
    lines = []
    for y in range(0, picture.height - step, 2 * step):
        line, before = "", None
        for x in range(0, picture.width, step):
            colours = (_colour(picture.at(x, y)), _colour(picture.at(x, y + step)))
            if colours != before:
                line += f"\x1b[48;{colours[0]};38;{colours[1]}m"
                before = colours
            line += HALF_BLOCK
        lines.append(line + RESET)
    return lines


def written(screen: Screen) -> list[str]:
    """Returns the screen's text as lines of ASCII in a frame; `<` marks a selected line."""
    width = screen.columns + 2
    rule = "+" + "-" * width + "+"
    lines = [rule]
    place = (width - 2) // 3
    softkeys = " ".join(f"{label:^{place}}" for label in screen.softkeys)
    if screen.title:
        lines += [f"| {_ascii(screen.title):<{screen.columns}} |", rule]
    selected = screen.selected
    for text in screen.body:
        mark = "<" if text == selected else " "
        lines.append(f"| {_ascii(text):<{screen.columns}}{mark}|")
    if softkeys.strip():
        lines += [rule, f"|{_ascii(softkeys):<{width}}|"]
    return [*lines, rule]


def _colour(colour: Colour) -> str:
    if len(set(colour)) > 1:
        return "2;{};{};{}".format(*colour)
    # The darkest grey of the display is a shade above black, so that the screen stands out from the terminal.
    return f"5;{_RAMP_START + round(luma(colour) / 255 * (_RAMP_STEPS - 1))}"


def _ascii(text: str) -> str:
    return text.encode("ascii", errors="replace").decode("ascii")
