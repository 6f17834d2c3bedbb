"""From the PC's keyboard to the phone's keys."""

from __future__ import annotations

import pytest

from hotdesk_hil.rig import play


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (b"john", "56664466"),
        (b"ab", "2r22"),
        (b"12345*#", "12345*#"),
        (b"\x1b[A\x1b[B\x1b[C\x1b[D\r", "udrls"),
        (b"\x1bOP\x1bOQ\x1bOR\x7f", "abcb"),
        (b"a\x1b[Ba", "2d2"),
        (b"A\x00\xff\x1b[Z\x1b[5~\x1bOS", ""),
    ],
)
def test_keys(typed: bytes, keys: str) -> None:
    assert "".join(play.Typist().keys(typed)) == keys


def test_sequence_that_arrives_in_pieces_is_one_key() -> None:
    typist = play.Typist()
    assert [list(typist.keys(piece)) for piece in (b"\x1b", b"[", b"A5")] == [[], [], ["u", "5"]]


def test_without_a_terminal_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert play.main([]) == 2
    assert "needs a terminal" in capsys.readouterr().err
