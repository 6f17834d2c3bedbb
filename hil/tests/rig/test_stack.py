"""The stack's high-water mark, from painted memory."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from hotdesk_hil.rig.errors import RigError
from hotdesk_hil.rig.stack import PAINT, Stack


def painted(*words: int) -> bytes:
    """Memory of these words, the lowest address first."""
    return struct.pack(f"<{len(words)}I", *words)


def test_first_word_that_is_not_paint_is_the_mark() -> None:
    stack = Stack(top=0x2000_0018, bottom=0x2000_0000)
    assert stack.size == 24
    assert stack.used(painted(PAINT, PAINT, PAINT, 7, PAINT, 9)) == 12
    assert stack.used(painted(PAINT, PAINT, PAINT, PAINT, PAINT, PAINT)) == 0


def test_used_up_stack_is_an_error_and_not_a_number() -> None:
    with pytest.raises(RigError, match="not painted"):
        Stack(top=8, bottom=0).used(painted(1, PAINT))


def test_image_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    image = tmp_path / "phone.elf"
    image.write_bytes(b"no ELF at all")
    with pytest.raises(RigError, match=r"phone\.elf"):
        Stack.of(image)
