"""The keypad: its frames, and how letters are spelled on twelve keys."""

from __future__ import annotations

import pytest

from hotdesk_hil.rig import keypad
from hotdesk_hil.rig.errors import KeypadError


def test_frame_is_sign_key_and_line_feed() -> None:
    assert keypad.frame("5", pressed=True) == b"+5\n"
    assert keypad.frame("s", pressed=False) == b"-s\n"


def test_every_key_of_the_phone_has_a_frame_of_three_bytes() -> None:
    assert "".join(sorted(keypad.KEYS)) == "#*0123456789abcdlrsu"
    assert all(len(keypad.frame(key, pressed=down)) == 3 for key in keypad.KEYS for down in (True, False))


@pytest.mark.parametrize("key", ["", "x", "55", "\n", "+"])
def test_key_that_does_not_exist_is_refused(key: str) -> None:
    with pytest.raises(KeypadError, match="no key"):
        keypad.frame(key, pressed=True)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("john", ["5", "666", "44", "66"]),
        ("ab", ["2", "r22"]),
        ("aB", ["2", "#22"]),
        ("Bab", ["#22", "##2", "r22"]),
        ("a2", ["2", "##2"]),
        ("22", ["##2", "2"]),
        ("a00b", ["2", "0", "0", "22"]),
        ("a..b", ["2", "11", "r11", "22"]),
        ("2.@", ["##2", "*2", "*1"]),
        ("a%`", ["2", "**4", "****5"]),
        ("b.co", ["22", "11", "222", "666"]),
    ],
)
def test_spelling(text: str, keys: list[str]) -> None:
    assert keypad.spell(text) == list(zip(text, keys, strict=True))


def test_spelling_starts_in_the_mode_shown() -> None:
    assert keypad.spell("a1", "123") == [("a", "#2"), ("1", "##1")]
    assert keypad.spell("1", "123") == [("1", "1")]


def test_an_address_takes_22_presses() -> None:
    steps = keypad.spell("em@cisco.com")
    assert steps[-1] == (".com", "*0")
    assert sum(len(keys) for _, keys in steps) == 22


def test_every_character_of_ascii_but_the_blank_can_be_typed_in_any_mode() -> None:
    for mode in keypad.MODES:
        for character in map(chr, range(ord("!"), ord("~") + 1)):
            ((piece, keys),) = keypad.spell(character, mode)
            assert piece == character
            assert len(keys) <= 6


@pytest.mark.parametrize("text", ["ä", "a b", "€"])
def test_character_no_key_gives_is_refused(text: str) -> None:
    with pytest.raises(KeypadError, match="no key gives"):
        keypad.spell(text)
