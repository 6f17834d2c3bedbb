"""Frames of the log as the phone makes them, for tests."""

from __future__ import annotations


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
