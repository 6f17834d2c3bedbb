"""The phone on the emulated W5500-EVB-Pico: the image that is flashed, on a chip that is not ours.

What the display says is read from its pixels, by the font that the firmware draws from.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import repository
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.keypad import spell
from hotdesk_hil.rig.pico import EMULATOR_IN_REPOSITORY, PICO_KERNEL_IN_REPOSITORY, EmulatedPico
from hotdesk_hil.rig.rig import DEFAULT_MAC

DEVICE = "SEP" + DEFAULT_MAC.replace(":", "")

# Where 320 x 240 pixels have their cells: view/layout.rs.
TITLE, BODY, SOFTKEYS = 2, 29, 217
LINES = 9

DEADLINE = 20.0
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
        """Waits until the display says so."""
        lines: list[str] = []

        def look() -> bool:
            lines[:] = self.lines()
            return holds(lines)

        wait_until(what, look, lambda: "the display says:\n" + "\n".join(lines))
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


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(DemoCluster.read().path) as service:
        yield service


@pytest.fixture
def desk(service: EmService) -> Iterator[Desk]:
    root = repository()
    configuration = DemoCluster.read().phone_config(service.port).text().encode("utf-8")
    image, emulator = root / PICO_KERNEL_IN_REPOSITORY, root / EMULATOR_IN_REPOSITORY
    with EmulatedPico(image, emulator, configuration, DEFAULT_MAC) as board:
        board.power(on=True)
        desk = Desk(board, Font.read(root / Path("firmware/phone/font/hotdesk-10x20.bdf")))
        desk.wait_text("Nobody logged in")
        yield desk


def log_in(desk: Desk) -> None:
    desk.softkey("Log in")
    desk.wait_text("User ID:")
    for _, keys in spell("john"):
        desk.board.press(*keys)
    desk.board.press("d", *"12345")
    desk.wait_text("*****")
    desk.softkey("Submit")


def test_a_person_logs_in_and_out(desk: Desk, service: EmService) -> None:
    log_in(desk)
    desk.wait_text("DPJOHNIPC")
    desk.softkey("Select")
    desk.wait_text("Logged in")
    assert service.sessions() == {DEVICE: "john"}
    desk.softkey("OK")
    desk.wait_text("Logged in: john")
    desk.softkey("Log out")
    desk.softkey("Yes")
    desk.wait_text("Logged out")
    assert service.sessions() == {}


def test_keys_of_the_matrix_are_pressed_once_each(desk: Desk) -> None:
    desk.softkey("Log in")
    desk.wait_text("User ID:")
    for key in "526":
        desk.board.hold(key, down=True)
        time.sleep(0.08)  # part of the key press itself; nothing is waited for
        desk.board.hold(key, down=False)
        time.sleep(0.08)
    desk.wait_text("jam")


def test_a_cable_is_missed_and_found(desk: Desk) -> None:
    desk.board.link(up=False)
    desk.wait_text("Waiting for link")
    desk.board.link(up=True)
    desk.wait("no complaint about the link", lambda lines: "Waiting" not in " ".join(lines))
    desk.wait_text("Nobody logged in")


def test_a_network_that_chatters_keeps_nobody_from_logging_in(desk: Desk, service: EmService) -> None:
    broadcast = bytes.fromhex("ffffffffffff0200000000090806") + bytes(46)
    # A full frame with a VLAN tag: 1,518 bytes. The driver of others panicked on one.
    tagged = bytes.fromhex("ffffffffffff020000000009810000010800") + bytes(1500)
    desk.softkey("Log in")
    desk.wait_text("User ID:")
    for _, keys in spell("john"):
        desk.board.receive([broadcast] * 8 + [tagged])
        desk.board.press(*keys)
    desk.board.press("d", *"12345")
    desk.wait_text("*****")
    desk.softkey("Submit")
    for _ in range(20):
        desk.board.receive([broadcast] * 8 + [tagged])
    desk.wait_text("DPJOHNIPC")
    desk.softkey("Select")
    desk.wait_text("Logged in")
    assert service.sessions() == {DEVICE: "john"}
    assert desk.board.state()["resets"] == 0


def test_what_is_set_on_the_phone_is_kept_without_power(desk: Desk) -> None:
    set_polling(desk, "60 min")
    desk.wait_text("Polling: 60 min")
    desk.board.power(on=False)
    desk.board.power(on=True)
    desk.wait_text("Nobody logged in")
    open_settings(desk)
    desk.wait_text("Polling: 60 min")


def test_a_supply_that_fails_in_the_middle_of_a_write_leaves_the_settings_before(desk: Desk) -> None:
    set_polling(desk, "60 min")
    desk.wait_text("Polling: 60 min")
    desk.softkey("Back")
    desk.softkey("Back")
    desk.board.tell("failPower", writes=3)
    set_polling(desk, "1 min")
    wait_until("the board is off", lambda: not desk.board.state()["on"])
    desk.board.power(on=True)
    desk.wait_text("Nobody logged in")
    open_settings(desk)
    desk.wait_text("Polling: 60 min")


def open_settings(desk: Desk) -> None:
    desk.softkey("Menu")
    desk.choose("Settings")


def set_polling(desk: Desk, interval: str) -> None:
    open_settings(desk)
    desk.choose("Polling")
    desk.choose(interval)
