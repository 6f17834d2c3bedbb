"""A phone on the emulated W5500-EVB-Pico, and a person at it who reads its display and presses its keys.

What the display says is read from its pixels, by the font that the firmware draws from.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable

from PIL import Image

from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.keypad import spell
from hotdesk_hil.rig.pico import EmulatedPico
from hotdesk_hil.rig.rig import DEFAULT_MAC

DEVICE = "SEP" + DEFAULT_MAC.replace(":", "")

# Where 320 x 240 pixels have their cells: view/layout.rs.
TITLE, BODY, SOFTKEYS = 2, 29, 217
LINES = 9

# A board under a flood takes twice its time.
DEADLINE = 60.0
INTERVAL = 0.05


class Desk:
    """A phone on the board, and a person who reads its display."""

    def __init__(self, board: EmulatedPico, font: Font) -> None:
        self.board = board
        self._font = font

    def lines(self) -> list[str]:
        """The title, the nine lines and the labels, as far as they are letters."""
        picture = Image.open(io.BytesIO(self.board.screendump())).convert("L")
        tops = [TITLE, *(BODY + self._font.height * line for line in range(LINES)), SOFTKEYS]
        return [self._line(picture, top) for top in tops]

    def wait(self, what: str, holds: Callable[[list[str]], bool]) -> list[str]:
        """Waits until the display says so twice in a row: half-drawn it may lack keys."""
        lines: list[str] = []

        def look() -> bool:
            before = lines[:]
            lines[:] = self.lines()
            return holds(lines) and lines == before

        def said() -> str:
            return "\n".join(["the display says:", *lines, str(self.board.state())])

        wait_until(what, look, said)
        return lines

    def wait_text(self, text: str) -> list[str]:
        return self.wait(repr(text), lambda lines: text in " ".join(lines))

    def softkey(self, label: str) -> None:
        """Presses the key under a label, as soon as it is there."""
        labels = self.wait(f"a key {label!r}", lambda lines: label in lines[-1])[-1].split("  ")
        places = [each.strip() for each in labels if each.strip()]
        self.board.press("abc"[places.index(label)] if label != places[-1] else "c")

    def choose(self, entry: str) -> None:
        """Presses the digit of an entry of a list, as soon as it is there."""
        pattern = re.compile(rf"(\d) {re.escape(entry)}")
        lines = self.wait(f"an entry {entry!r}", lambda lines: any(map(pattern.match, lines)))
        self.board.press(next(found[1] for found in map(pattern.match, lines) if found))

    def type_login(self) -> None:
        """Types john's user ID and PIN into the form."""
        self.softkey("Log in")
        self.wait_text("User ID:")
        for _, keys in spell("john"):
            self.board.press(*keys)
        self.board.press("d", *"12345")
        self.wait_text("*****")

    def log_in(self) -> None:
        self.type_login()
        self.softkey("Submit")
        self.wait_text("DPJOHNIPC")
        self.softkey("Select")
        self.wait_text("Logged in")
        self.go_on()
        self.wait_text("Logged in: john")

    def log_out(self) -> None:
        self.softkey("Log out")
        self.softkey("Yes")
        self.wait_text("Logged out")
        self.go_on()
        self.wait_text("Nobody logged in")

    def go_on(self) -> None:
        """Leaves what is shown for three seconds after a login or logout.

        Any key does; this one does nothing where the phone has gone on by itself since the display was read.
        The right softkey, OK, would open the menu there.
        """
        self.board.press("l")

    def who(self) -> None:
        """Has the phone ask who is logged in."""
        self.softkey("Menu")
        self.choose("Who is logged in")
        self.wait_text("Nobody logged in")
        self.wait("the answer", lambda lines: "Log in" in lines[-1])

    def to_idle(self) -> None:
        """Leaves whatever is shown, with the right softkey or OK, until the phone is idle.

        Each screen is left by one key: where the display still shows it, another would open the idle menu.
        """
        lines: list[str] = []
        while True:
            lines = self.wait("another screen", lambda now, before=lines: now != before)
            if "Log in" in lines[-1] or "Log out" in lines[-1]:
                return
            self.board.press("a" if lines[-1].startswith("OK") else "c")

    def _line(self, picture: Image.Image, top: int) -> str:
        """The characters of a line; a gap of more than a cell is two blanks."""
        text, x, end = "", 0, 0
        while x + self._font.width <= picture.width:
            character = self._character(picture, x, top)
            if character == " ":
                x += 1
                continue
            gap = x - end
            text += "  " if gap > 2 * self._font.width else " " if gap >= self._font.width else ""
            text += character
            x = end = x + self._font.width
        return text.strip()

    def _character(self, picture: Image.Image, left: int, top: int) -> str:
        cell = picture.crop((left, top, left + self._font.width, top + self._font.height))
        greys = cell.tobytes()
        # A cell has two colours; a letter covers less of it than what is behind.
        ground = max(set(greys), key=greys.count)
        if len(set(greys)) != 2:
            return " "
        mask = 0
        for index, grey in enumerate(greys):
            row, column = divmod(index, self._font.width)
            if grey != ground:
                mask |= 1 << (column * self._font.height + row)
        return self._font.characters.get(mask, " ")


def wait_until(what: str, holds: Callable[[], bool], otherwise: Callable[[], str] = str) -> None:
    """Waits for what the emulator cannot tell of by itself."""
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end, f"{what}, within {DEADLINE:g} s; {otherwise()}"
        time.sleep(INTERVAL)
