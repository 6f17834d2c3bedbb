"""Unwrapping the log: the encoding defmt sends in, and what is not in it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rig.rzcobs import wrap

from hotdesk_hil.rig.errors import LogError
from hotdesk_hil.rig.log import unwrap
from hotdesk_hil.rig.remote_board import RemoteBoardDriver


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"john",
        b"SEP003094C25B15",
        bytes(7),
        bytes(range(256)),
        b"x" * 133,
        b"x" * 134,
        b"x" * 135 + b"\0y",
        b"\1\0\2\0\0\3" * 50,
    ],
)
def test_what_was_logged_comes_back(data: bytes) -> None:
    frame = wrap(data)
    assert 0 not in frame
    unwrapped = unwrap(frame)
    assert unwrapped[: len(data)] == data
    assert set(unwrapped[len(data) :]) <= {0}


def test_encoding_of_known_bytes() -> None:
    """Frames worked out by hand from the description."""
    assert unwrap(b"\x01\x02\x03\x04\x05\x06\x07\x80") == bytes([1, 2, 3, 4, 5, 6, 7, 0])
    assert unwrap(b"\x11\x22\x7a") == bytes([0x11, 0, 0x22, 0, 0, 0, 0])


@pytest.mark.parametrize(("frame", "words"), [(b"\x01", "cut"), (b"ab\xff", "cut"), (b"\x00", "zero")])
def test_damaged_frame_is_refused(frame: bytes, words: str) -> None:
    with pytest.raises(LogError, match=words):
        unwrap(frame)


def test_log_of_a_board_elsewhere_comes_in_pieces_of_the_size_that_is_asked_for() -> None:
    board = object.__new__(RemoteBoardDriver)
    said = iter([b"abcde", b"", b"f", b""])
    board.connection = SimpleNamespace(call=lambda _: next(said))
    board._log_rest = b""
    assert [board.logged(size) for size in (2, 2, None, None)] == [b"ab", b"cd", b"ef", b""]
