"""GDB's remote protocol, as far as a fault needs it: writes registers and memory, then lets go.

QEMU speaks it on a unix socket and halts the board meanwhile.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from pathlib import Path

from .errors import BoardError

ANSWER_DEADLINE = 10.0


def go_on(file: Path, registers: Mapping[int, int], memory: Mapping[int, bytes]) -> None:
    """Has the processor behind this socket go on with these registers, and these bytes in memory."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_DEADLINE)
            line.connect(str(file))
            # QEMU takes registers one by one only from who knows their list.
            _ask(line, "qXfer:features:read:target.xml:0,1", "l", "m")
            for address, code in memory.items():
                _ask(line, f"M{address:x},{len(code):x}:{code.hex()}")
            for number, value in registers.items():
                _ask(line, f"P{number:x}={value.to_bytes(4, 'little').hex()}")
            _ask(line, "D")
    except OSError as error:
        raise BoardError(f"the debugger does not answer: {error}") from error


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
