"""A debugger on the emulated board: the processor goes on elsewhere, to see how the phone bears a fault.

QEMU speaks GDB's remote protocol on a unix socket. Only what a fault needs is here: registers and memory are
written while the board is halted, then it goes on and the debugger is gone.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Mapping
from pathlib import Path

from elftools.elf.elffile import ELFFile

from .board import EmulatedBoardDriver
from .errors import BoardError, RigError

ANSWER_DEADLINE = 10.0

# GDB's numbers of a Cortex-M's registers.
LR, PC = 14, 15

# The lowest words of the stack: far from where it is used.
SCRATCH = 0x2000_0000
# The phone sleeps with interrupts masked, so code says itself whether they come through.
ENDLESS_LOOP = b"\x62\xb6\xfe\xe7"
ENDLESS_LOOP_WITHOUT_INTERRUPTS = b"\x72\xb6\xfe\xe7"
UNDEFINED_INSTRUCTION = b"\x00\xde"


def go_on_at(board: EmulatedBoardDriver, code: bytes, registers: Mapping[int, int] | None = None) -> None:
    """Writes machine code into memory that nothing uses, and has the processor go on there."""
    go_on(board, {PC: SCRATCH, **(registers or {})}, memory={SCRATCH: code})


def go_on(
    board: EmulatedBoardDriver, registers: Mapping[int, int], memory: Mapping[int, bytes] | None = None
) -> None:
    """Has the processor go on with these registers, and these bytes in memory."""
    file = board.kernel_path.parent / f".gdb-{board.process_id}"
    board.monitor_command(
        "human-monitor-command", {"command-line": f"gdbserver unix:{file},server=on,wait=off"}
    )
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_DEADLINE)
            line.connect(str(file))
            # QEMU takes registers one by one only from who knows their list.
            _ask(line, "qXfer:features:read:target.xml:0,1", "l", "m")
            for address, code in (memory or {}).items():
                _ask(line, f"M{address:x},{len(code):x}:{code.hex()}")
            for number, value in registers.items():
                _ask(line, f"P{number:x}={value.to_bytes(4, 'little').hex()}")
            _ask(line, "D")
    except OSError as error:
        raise BoardError(f"the debugger does not answer: {error}") from error
    finally:
        board.monitor_command("human-monitor-command", {"command-line": "gdbserver none"})
        file.unlink(missing_ok=True)


def _ask(line: socket.socket, command: str, *expected: str) -> None:
    line.sendall(f"${command}#{sum(command.encode()) % 256:02x}".encode())
    answer = b""
    # That the processor has stopped may be told in between.
    while not (found := re.search(rb"\$([^T#][^#]*)?#..", answer)):
        if not (received := line.recv(256)):
            raise BoardError("the debugger is gone")
        answer += received
    line.sendall(b"+")
    said = (found[1] or b"").decode(errors="replace")
    if not said.startswith(expected or "OK"):
        raise BoardError(f"the debugger refused {command[:1]}: {said!r}")


def panics(kernel: Path) -> dict[int, int]:
    """Where an image panics: addresses of the loads of a panic's line, right before the call, with the line.

    Only calls of the function that takes nothing but the line, as for a `RefCell` that is borrowed: the linker
    keeps one for all panics of that kind. Lines of more than 8 bits take another instruction and are left out.
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


def _function(kernel: Path, name: str) -> int:
    """The address of the first function whose symbol contains `name`."""
    with kernel.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        symbols = list(table.iter_symbols()) if table else []
    for symbol in symbols:
        if symbol["st_info"]["type"] == "STT_FUNC" and name in symbol.name:
            return int(symbol["st_value"]) & ~1
    raise RigError(f"{kernel} has no function {name}")
