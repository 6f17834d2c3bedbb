"""The person at the emulated board presses no key twice for what a slow display still shows."""

from __future__ import annotations

from typing import cast

from emulators.desk import Desk

from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.pico import EmulatedPico

FAILED, IDLE, MENU = "OK", "Log in  Menu", "Select  Back"


class SlowBoard:
    """A phone whose display follows its keys some looks late."""

    def __init__(self, late: int) -> None:
        self.pressed: list[str] = []
        self._shown = self._screen = FAILED
        self._late = self._left = late

    def press(self, key: str) -> None:
        self.pressed.append(key)
        after = {(FAILED, "a"): IDLE, (IDLE, "c"): MENU, (MENU, "c"): IDLE}
        self._screen = after.get((self._screen, key), self._screen)
        self._left = self._late

    def look(self) -> str:
        if self._left <= 0:
            self._shown = self._screen
        self._left -= 1
        return self._shown


class SlowDesk(Desk):
    def lines(self) -> list[str]:
        return [cast("SlowBoard", self.board).look()]


def test_each_screen_is_left_by_one_key() -> None:
    for late in range(8):
        board = SlowBoard(late)
        SlowDesk(cast("EmulatedPico", board), cast("Font", None)).to_idle()
        assert board.pressed == ["a"], f"{late} looks late"
