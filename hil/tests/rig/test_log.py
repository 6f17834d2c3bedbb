"""Unwrapping the log: the encoding defmt sends in, and what is not in it."""

from __future__ import annotations

import pytest

from hotdesk_hil.rig.errors import LogError
from hotdesk_hil.rig.log import unwrap


def wrap(data: bytes) -> bytes:
    """Encodes as the phone does: rzCOBS, written from its description, for the tests alone."""
    out = bytearray()
    run, zeros = 0, 0
    for byte in data:
        if run < 7:
            if byte == 0:
                zeros |= 1 << run
            else:
                out.append(byte)
            run += 1
            if run == 7 and zeros:
                out.append(zeros)
                run, zeros = 0, 0
        elif byte == 0:
            out.append((run - 7) | 0x80)
            run = 0
        else:
            out.append(byte)
            run += 1
            if run == 134:
                out.append(0xFF)
                run = 0
    # The end is filled up with zeros, which the decoder of the log cuts off by what it expects.
    if run < 7:
        if run or zeros:
            out.append((zeros | 0xFF << run) & 0x7F)
    else:
        out.append((run - 7) | 0x80)
    return bytes(out)


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
