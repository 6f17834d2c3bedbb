"""Looks for a PIN in the board's memory, however a program may keep it.

A PIN need not lie there as a string: a queue of keys holds a tag before each digit, an array of numbers
three zeros after it, and a ring begins anywhere. So digits are looked for as characters and as numbers, one
after the other and two and four bytes apart, and a run of four is a trace: a PIN of eight or more digits
leaves one however it is wrapped around the end of a buffer, and also when a part of it was written over.

What was found is told by address and variable, never by its digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from .errors import RigError

# Where a Cortex-M has its memory.
RAM = 0x2000_0000

STRIDES = (1, 2, 4)
RUN = 4


@dataclass(frozen=True)
class Trace:
    """A run of a PIN's digits in memory."""

    address: int
    stride: int
    """Bytes from one digit to the next."""
    variable: str
    """The variable it lies in, such as `keypad::KEYS`; empty on the stack and in gaps."""

    def __str__(self) -> str:
        place = self.variable or "no variable: the stack, or a gap"
        return f"{RUN} digits, {self.stride} bytes apart, at {self.address:#x} ({place})"


@dataclass(frozen=True)
class Variables:
    """The variables of an image: address, size and name of each."""

    places: tuple[tuple[int, int, str], ...]

    @classmethod
    def of(cls, kernel: Path) -> Variables:
        """Reads them from the image's symbols."""
        try:
            with kernel.open("rb") as file:
                table = ELFFile(file).get_section_by_name(".symtab")
                symbols = list(table.iter_symbols()) if table else []
        except (OSError, ELFError) as error:
            raise RigError(f"cannot read symbols from {kernel}: {error}") from error
        objects = (symbol for symbol in symbols if symbol["st_info"]["type"] == "STT_OBJECT")
        places = tuple((symbol["st_value"], symbol["st_size"], _short(symbol.name)) for symbol in objects)
        if not places:
            raise RigError(f"{kernel} names no variables: is it stripped?")
        return cls(places)

    def at(self, address: int) -> str:
        """Returns the name of the variable at an address, or an empty text."""
        return next((name for start, size, name in self.places if start <= address < start + size), "")


def _short(symbol: str) -> str:
    """Returns the last two parts of a Rust path out of its mangled symbol, which ends with a hash."""
    parts: list[str] = []
    rest = symbol.removeprefix("_ZN")
    while found := re.match(r"(\d+)", rest):
        end = found.end() + int(found[1])
        parts.append(rest[found.end() : end])
        rest = rest[end:]
    return "::".join(parts[:-1][-2:]) or symbol


def traces(memory: bytes, pin: str, base: int = RAM, variables: Variables | None = None) -> list[Trace]:
    """Returns every run of the PIN's digits in `memory`, which begins at the address `base`.

    Raises ValueError for a PIN that is too short to leave a run on one side of a buffer's end.
    """
    if len(pin) < 2 * RUN or not pin.isdecimal():
        raise ValueError(f"the PIN looked for needs {2 * RUN} digits or more")
    return [
        Trace(base + offset, stride, variables.at(base + offset) if variables else "")
        for stride in STRIDES
        for phase in range(stride)
        for offset in _runs(memory[phase::stride], pin, stride, phase)
    ]


def _runs(column: bytes, pin: str, stride: int, phase: int) -> Iterator[int]:
    for digits in (pin.encode("ascii"), bytes(int(digit) for digit in pin)):
        for start in range(len(pin) - RUN + 1):
            run = digits[start : start + RUN]
            index = column.find(run)
            while index >= 0:
                yield index * stride + phase
                index = column.find(run, index + 1)
