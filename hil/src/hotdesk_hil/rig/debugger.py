"""A debugger on the board: the processor goes on elsewhere, to see how the phone bears a fault."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

from elftools.elf.elffile import ELFFile

from .errors import RigError
from .rig import Rig

# A Cortex-M's registers by number.
LR, PC = 14, 15

# The phone sleeps with interrupts masked, so code says itself whether they come through.
ENDLESS_LOOP = b"\x62\xb6\xfe\xe7"
ENDLESS_LOOP_WITHOUT_INTERRUPTS = b"\x72\xb6\xfe\xe7"
UNDEFINED_INSTRUCTION = b"\x00\xde"


def go_on_at(rig: Rig, code: bytes, registers: Mapping[int, int] | None = None) -> None:
    """Writes machine code into memory that nothing uses, and has the processor go on there."""
    scratch = _scratch(rig)
    rig.processor.go_on({PC: scratch, **(registers or {})}, {scratch: code})


def panics(kernel: Path) -> dict[int, int]:
    """Where an image panics: addresses of the loads of a panic's line, right before the call, with the line.

    Only calls of the function that takes nothing but the line, as for a `RefCell` that is borrowed: the
    linker keeps one for all panics of that kind. Lines of more than 8 bits take another instruction and are
    left out.
    """
    panic = _function(kernel, "panic_already_borrowed")
    with kernel.open("rb") as file:
        section = ELFFile(file).get_section_by_name(".text")
        start, code = section["sh_addr"], section.data()
    halves = struct.unpack(f"<{len(code) // 2}H", code)
    found = {}
    for index, (load, first, second) in enumerate(zip(halves, halves[1:], halves[2:], strict=False)):
        address = start + 2 * index
        # `movs r0, #line`, then `bl`: 22 bits of offset, for no image here is longer.
        if load >> 8 == 0x20 and first >> 11 == 0x1E and second >> 11 == 0x1F:
            offset = (first & 0x7FF) << 12 | (second & 0x7FF) << 1
            offset -= (offset & 1 << 22) << 1
            if address + 6 + offset == panic:
                found[address] = load & 0xFF
    return found


def _scratch(rig: Rig) -> int:
    """The lowest words of the stack, which is the lowest in memory: far from where it is used."""
    return rig.memory.ram.start


def _function(kernel: Path, name: str) -> int:
    """The address of the first function whose symbol contains `name`."""
    with kernel.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        symbols = list(table.iter_symbols()) if table else []
    for symbol in symbols:
        if symbol["st_info"]["type"] == "STT_FUNC" and name in symbol.name:
            return int(symbol["st_value"]) & ~1
    raise RigError(f"{kernel} has no function {name}")
