"""What a person does with a phone that is slow, or has room for a part of a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import cast

import pytest

from hotdesk_hil.rig import Phone, Rig, Screen, keypad, repository
from hotdesk_hil.rig.errors import KeypadError
from hotdesk_hil.rig.phone import KEPT, MORE_ABOVE, MORE_BELOW

ROOM = 3
ASKING = ["The connection", "broke off.", "Try again.", "Asking who is", "logged in"]
KNOWN = ["The connection", "broke off. You", "are not logged", "in. Try again."]


class Scrolled:
    """A rig that shows a part of a text, another one from the look on when the phone knows who is there."""

    def __init__(self, before: list[str], after: list[str], answer_at: int) -> None:
        self._texts = (before, after)
        self._answer_at = answer_at
        self._looks = self._top = self.waits = 0
        self.screen = self
        self.keypad = self

    def press(self, key: str) -> None:
        self._top += {keypad.UP: -1, keypad.DOWN: 1}[key]

    def wait_for(self, expected: str, holds: Callable[[Screen], bool], _seconds: float) -> Screen:
        for _ in range(20):
            if holds(screen := self._look()):
                return screen
        raise AssertionError(f"never shown: {expected}")

    def _look(self) -> Screen:
        self._looks += 1
        text = self._texts[self._looks >= self._answer_at]
        self._top = min(max(self._top, 0), max(len(text) - ROOM, 0))
        body = text[self._top : self._top + ROOM]
        flowing = " ".join(body)
        if self._top > 0:
            body[0] = body[0].ljust(16) + MORE_ABOVE
        if self._top + ROOM < len(text):
            body[-1] = body[-1].ljust(16) + MORE_BELOW
        return cast("Screen", SimpleNamespace(body=tuple(body), text="\n".join(body), flowing=flowing))


def read(before: list[str], after: list[str], answer_at: int) -> str:
    """What a person reads of it."""
    return Phone(cast("Rig", Scrolled(before, after, answer_at))).read_to_end()


def test_text_is_read_to_its_end() -> None:
    assert read(KNOWN, KNOWN, 0) == " ".join(KNOWN)
    assert read(KNOWN[:2], KNOWN[:2], 0) == " ".join(KNOWN[:2])


@pytest.mark.parametrize("answer_at", range(1, 8))
def test_text_is_what_the_phone_says_once_it_knows_who_is_logged_in(answer_at: int) -> None:
    assert read(ASKING, ASKING[:3], answer_at) == " ".join(ASKING[:3])


class Left:
    """A rig that shows a screen with these softkeys until a key is pressed, then the idle screen."""

    def __init__(self, *softkeys: str) -> None:
        self.pressed: list[str] = []
        self.screen = self.keypad = self.strategy = self.clock = self
        self._softkeys = softkeys

    def time(self) -> float:
        return 0.0

    def is_idle(self, screen: Screen) -> bool:
        return "Menu" in screen.softkeys

    def press(self, key: str) -> None:
        self.pressed.append(key)

    def settle(self, _seconds: float) -> Screen:
        return self.look()

    def look(self) -> Screen:
        softkeys = ("Log in", "", "Menu") if self.pressed else self._softkeys
        return cast("Screen", SimpleNamespace(softkeys=softkeys, marks=(), picture=len(self.pressed)))


@pytest.mark.parametrize(
    ("softkeys", "place"),
    [
        (("OK", "", "Back"), 0),
        (("Submit", "<<", "Back"), 2),
        (("Exit", "", ""), 0),
        (("Code", "Exit", ""), 1),
        (("Code", "Cancel", ""), 1),
        (("Exit", "ChangePIN", "More"), 0),
        (("Submit", "<<", "More"), 2),
    ],
)
def test_screen_is_left_by_ok_by_exit_or_by_the_last_softkey(softkeys: tuple[str, ...], place: int) -> None:
    rig = Left(*softkeys)
    Phone(cast("Rig", rig)).to_idle()
    assert rig.pressed == [keypad.SOFTKEYS[place]]


class LeftLate(Left):
    """The same rig on a busy machine: a second passes until its display shows what a key did."""

    def __init__(self) -> None:
        super().__init__("OK", "", "Back")
        self._now = self._shown = 0.0

    def time(self) -> float:
        self._now += 0.05
        return self._now

    def press(self, key: str) -> None:
        super().press(key)
        self._shown = self._now + 1.0

    def look(self) -> Screen:
        softkeys = ("Log in", "", "Menu") if self.pressed and self._now > self._shown else self._softkeys
        return cast("Screen", SimpleNamespace(softkeys=softkeys, marks=(), picture=softkeys))


def test_screen_that_a_busy_machine_still_shows_is_not_left_twice() -> None:
    rig = LeftLate()
    Phone(cast("Rig", rig)).to_idle()
    assert len(rig.pressed) == 1


class Slow:
    """A rig whose phone takes keys when somebody waits for what they do; its board keeps some until then."""

    def __init__(self) -> None:
        self.screen = self.keypad = self.history = self
        self.taken: list[str] = []
        self._kept: list[str] = []
        self.lost = self.waits = 0

    def typing(self, _text: str) -> AbstractContextManager[None]:
        return nullcontext()

    def press(self, key: str) -> None:
        if len(self._kept) == KEPT:
            self.lost += 1
        else:
            self._kept.append(key)

    def wait_for(self, _expected: str, holds: Callable[[Screen], bool], _seconds: float) -> Screen:
        self.taken += self._kept
        self._kept.clear()
        self.waits += 1
        screen = cast("Screen", SimpleNamespace(keys="".join(self.taken)))
        assert holds(screen)
        return screen


def test_a_board_keeps_as_many_presses_as_its_firmware_says() -> None:
    source = (repository() / "firmware/boards/common/src/keypad.rs").read_text(encoding="utf-8")
    assert re.findall(r"QUEUE_LENGTH: usize = (\d+);", source) == [str(KEPT)]


def test_keys_that_a_slow_phone_would_lose_are_not_pressed() -> None:
    rig = Slow()
    phone = Phone(cast("Rig", rig))
    phone.press(*"1" * KEPT)
    with pytest.raises(KeypadError, match=f"{KEPT + 1} keys without a wait"):
        phone.press("2")
    rig.screen.wait_for("the first ones", lambda s: s.keys == "1" * KEPT, 1.0)
    phone.press(*"2" * KEPT)
    assert rig.lost == 0


def test_letters_are_typed_as_a_slow_phone_takes_them() -> None:
    rig = Slow()
    text = "elizabeth.bennet@longbourn.test"
    steps = keypad.spell(text)

    def shows(screen: Screen, typed: str) -> bool:
        return "".join(keys for _, keys in steps).startswith(screen.keys) and text.startswith(typed)

    Phone(cast("Rig", rig)).type_letters(text, keypad.LETTERS, shows)
    Phone(cast("Rig", rig)).wait("all of it", lambda _: True)
    assert "".join(rig.taken) == "".join(keys for _, keys in steps) + keypad.RIGHT
    assert rig.lost == 0
