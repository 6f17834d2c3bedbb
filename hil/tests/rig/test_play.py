"""From the PC's keyboard to the phone's keys."""

from __future__ import annotations

import pytest

from hotdesk_hil.rig import play


def typist(mode: str = "abc") -> play.Typist:
    return play.Typist(lambda: mode)


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (b"john", "56664466"),
        (b"ab", "2r22"),
        (b"2a", "2r2"),
        (b"12345*#", "12345*#"),
        (b"em@cisco.com", "33612224447777222666112226" + "66r6"),
        (b"Ab", "#2##22"),
        (b"a%`~", "2**4****5**9"),
        (b"\x1b[A\x1b[B\x1b[C\x1b[D\r", "udrls"),
        (b"\x1bOP\x1bOQ\x1bOR\x7f", "abcb"),
        (b"a\x1b[Ba", "2d2"),
        (b"\x00\x1b[Z\x1b[5~\x1bOS", ""),
    ],
)
def test_keys(typed: bytes, keys: str) -> None:
    assert "".join(typist().keys(typed)) == keys


def test_every_character_of_ascii_is_typed_or_said_not_to_be() -> None:
    for code in range(ord(" "), 0x7F):
        one = typist()
        keys = list(one.keys(bytes([code])))
        assert bool(keys) != bool(one.note)
        assert bool(keys) == (code != ord(" "))


def test_what_no_key_gives_is_said_not_to_be_typed() -> None:
    one = typist()
    assert list(one.keys("\N{LATIN SMALL LETTER A WITH DIAERESIS}".encode())) == []
    assert one.note == "'\N{LATIN SMALL LETTER A WITH DIAERESIS}' is not typed: no key of the phone gives it"
    assert list(one.keys(b"\xff")) == []
    assert one.note != ""
    assert list(one.keys(b"a")) == ["2"]
    assert one.note == ""


def test_letters_are_no_digits_of_a_pin() -> None:
    one = typist("")
    assert list(one.keys(b"1a2")) == ["1", "2"]
    list(one.keys(b"a"))
    assert one.note == "'a' is not typed: the phone asks for no user ID here"


def test_the_mode_is_the_one_on_the_screen_and_then_the_one_typed_in() -> None:
    shown = ["123"]
    one = play.Typist(lambda: shown[-1])
    assert "".join(one.keys(b"ab")) == "#2r22"
    shown.append("ABC")
    assert "".join(one.keys(b"#")) == "#"
    assert "".join(one.keys(b"C")) == "222"


def test_a_letter_after_a_pause_is_not_set_off() -> None:
    one = typist()
    assert list(one.keys(b"a")) == ["2"]
    one.pause()
    assert list(one.keys(b"a")) == ["2"]


def test_help_fits_into_a_terminal() -> None:
    assert all(len(line) <= 80 for line in play.HELP)


def test_sequence_that_arrives_in_pieces_is_one_key() -> None:
    one = typist()
    assert [list(one.keys(piece)) for piece in (b"\x1b", b"[", b"A5")] == [[], [], ["u", "5"]]
    assert [list(one.keys(piece)) for piece in (b"\xc3", b"\xa4")] == [[], []]
    assert one.note != ""


def test_without_a_terminal_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert play.main([]) == 2
    assert "needs a terminal" in capsys.readouterr().err
