"""Looking for a PIN in memory: each way a program may keep one is found, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from hotdesk_hil.rig import RigError
from hotdesk_hil.rig.memory import RAM, Trace, Variables, _short, traces

PIN = "9073518264"
NUMBERS = bytes(int(digit) for digit in PIN)
CHARACTERS = PIN.encode("ascii")


def apart(digits: bytes, stride: int, filler: int) -> bytes:
    """The digits with `stride` bytes from one to the next."""
    return b"".join(bytes([digit]) + bytes([filler]) * (stride - 1) for digit in digits)


@pytest.mark.parametrize("digits", [NUMBERS, CHARACTERS], ids=["numbers", "characters"])
@pytest.mark.parametrize("stride", [1, 2, 4])
@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_pin_is_found_at_every_stride_and_place(digits: bytes, stride: int, at: int) -> None:
    memory = bytes([0xAA]) * at + apart(digits, stride, filler=0x0B) + b"\xaa" * 8
    assert Trace(RAM + at, stride, "") in traces(memory, PIN)


@pytest.mark.parametrize("turn", range(len(PIN)))
def test_pin_around_the_end_of_a_ring_is_found(turn: int) -> None:
    ring = CHARACTERS[turn:] + CHARACTERS[:turn]
    assert traces(b"\xaa" * 7 + ring + b"\xaa" * 7, PIN)


def test_part_of_a_pin_is_found() -> None:
    assert len(traces(b"\x0a\x07\x03\x05\x01\x0a", PIN)) == 1
    assert traces(b"\x0a\x07\x03\x05\x0a", PIN) == []


def test_memory_without_the_pin_has_no_trace() -> None:
    noise = random.Random(1).randbytes(64 * 1024)  # noqa: S311 - no secret is made of it
    for memory in (b"", b"\x00" * 4096, noise, CHARACTERS[::-1]):
        assert traces(memory, PIN) == []


def test_trace_names_its_place_and_no_digit() -> None:
    variables = Variables(((RAM, 4, "SMALL"), (RAM + 4, 16, "KEYS")))
    [first, *_] = traces(b"\xaa" * 4 + CHARACTERS, PIN, variables=variables)
    assert str(first) == "4 digits, 1 bytes apart, at 0x20000004 (KEYS)"
    assert variables.at(RAM + 20) == ""


@pytest.mark.parametrize(
    ("symbol", "name"),
    [("_ZN5board6keypad4KEYS17h6e15513341b23ec5E", "keypad::KEYS"), ("_stack_end", "_stack_end")],
)
def test_variable_is_named_as_in_the_source(symbol: str, name: str) -> None:
    assert _short(symbol) == name


@pytest.mark.parametrize("pin", ["1234567", "12345x78", ""])
def test_pin_that_a_ring_could_hide_is_refused(pin: str) -> None:
    with pytest.raises(ValueError, match="8 digits"):
        traces(b"", pin)


def test_file_that_is_no_image_is_told(tmp_path: Path) -> None:
    with pytest.raises(RigError, match="cannot read symbols"):
        Variables.of(tmp_path / "none.elf")
