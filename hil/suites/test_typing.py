"""How a user ID is typed: modes, symbols, corrections, and keys that are held."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, keypad
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import user_id
from hotdesk_hil.rig.reader import Screen

SYMBOLS = "".join(symbol for page in keypad.SYMBOLS for symbol in page)
DELETE = keypad.SOFTKEYS[1]


def open_form(phone: Phone) -> None:
    """From the idle screen: opens the login form."""
    phone.softkey("Log in")
    phone.wait_title("Log in", "User ID:")


def unchanged_for(seconds: float) -> Callable[[Screen], bool]:
    """Returns what is true of a screen once its user ID was the same for so long."""
    seen: tuple[str, float] = ("", 0.0)

    def holds(screen: Screen) -> bool:
        nonlocal seen
        if screen.body[1] != seen[0]:
            seen = (screen.body[1], time.monotonic())
        return time.monotonic() - seen[1] >= seconds

    return holds


def test_every_symbol_and_capitals_can_be_typed(phone: Phone) -> None:
    open_form(phone)
    typed = SYMBOLS + "Aa9Z0z"
    phone.type_user(typed)
    screen = phone.wait("all of it or its end", lambda s: user_id(s) == typed or s.body[1].startswith("«"))
    assert screen.title_note == keypad.LETTERS
    assert screen.body[0] == "User ID:", "the label stays"


def test_user_id_starts_with_digits_where_the_card_says_so(
    rig: Rig, service: EmService, cluster: DemoCluster
) -> None:
    rig.boot(replace(cluster.phone_config(service.port), user_id_mode="digits"))
    phone = Phone(rig)
    open_form(phone)
    phone.press(*"20471")
    phone.wait("a number", lambda s: s.body[1] == "20471" and s.title_note == keypad.NUMBERS)


def test_held_delete_goes_on_until_the_key_comes_up(phone: Phone, rig: Rig) -> None:
    open_form(phone)
    phone.type_user("0" * 12)
    rig.keypad.send(keypad.frame(DELETE, pressed=True))
    phone.wait("a shorter ID", lambda s: len(s.body[1]) < 10)
    rig.keypad.send(keypad.frame(DELETE, pressed=False))
    assert phone.wait("an ID that stays", unchanged_for(1.0)).body[1] != ""
    rig.keypad.send(keypad.frame(DELETE, pressed=True))
    phone.wait("an empty field", lambda s: s.body[1] == "")
    rig.keypad.send(keypad.frame(DELETE, pressed=False))


@pytest.mark.needs("board-keys")
def test_held_button_moves_the_cursor(phone: Phone, rig: Rig) -> None:
    open_form(phone)
    phone.type_user("0" * 12)
    rig.buttons.press(keypad.LEFT, seconds=3.0)
    phone.press("1")
    phone.wait(
        "the cursor at the left end", lambda s: s.body[1][:1] in ("@", "1") and s.body[1][1:] == "0" * 12
    )


@pytest.mark.smoke
def test_correction_in_the_middle(phone: Phone) -> None:
    open_form(phone)
    phone.type_user("jhn")
    phone.press(keypad.LEFT, keypad.LEFT, "6", "6", "6")
    phone.wait("the letter in its place", lambda s: s.body[1] == "john")
    phone.press(DELETE, keypad.RIGHT, DELETE)
    phone.wait("two letters", lambda s: s.body[1] == "jn")
