"""Reads what QEMU's filter-dump records: a pcap file of Ethernet frames."""

from __future__ import annotations

import struct
from pathlib import Path

# The file's header, and the header of each frame, whose third word is the frame's length.
HEADER, RECORD = 24, 16


def frames(file: Path) -> list[bytes]:
    """Returns the frames that are whole."""
    data = file.read_bytes()
    found = []
    position = HEADER
    while position + RECORD <= len(data):
        (length,) = struct.unpack_from("<I", data, position + 8)
        position += RECORD + length
        if position <= len(data):
            found.append(data[position - length : position])
    return found
