"""The phone's log: the bytes of its second serial line, kept, unwrapped and, with defmt-print, made readable.

The phone logs in defmt's wire format: frames in rzCOBS with a zero after each, which only the ELF file
turns back into sentences. The bytes are kept as they came, so that a failed test can be read later with
the image it ran. The log is never cut and never filtered: a secret in it must be found by the tests that
look for it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import attr
import pexpect
from labgrid import target_factory
from labgrid.driver import Driver

from .errors import LogError

DECODE_DEADLINE = 20.0


@target_factory.reg_driver
@attr.s(eq=False)
class LogDriver(Driver):
    """Keeps what the phone logs since power on.

    Bindings:
        console (ConsoleProtocol): the serial line the log comes from
    """

    bindings = {"console": "ConsoleProtocol"}  # noqa: RUF012 - labgrid reads this class attribute

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.data = bytearray()
        """All bytes since power on."""

    @Driver.check_active
    def start(self) -> None:
        """Begins a new log: the board was just switched on."""
        self.data.clear()

    @Driver.check_active
    def drain(self) -> None:
        """Takes what has come since the last time. Never waits."""
        while True:
            try:
                data = self.console.read(timeout=0)
            except (pexpect.TIMEOUT, ConnectionError):
                return  # nothing more for now, or the board is gone; what came before is kept
            if not data:
                return
            self.data += data

    def frames(self) -> list[bytes]:
        """Returns the log's frames, unwrapped. A frame still on its way is left out."""
        return [unwrap(frame) for frame in bytes(self.data).split(b"\0")[:-1] if frame]

    def text(self, defmt_print: Path | None, kernel: Path) -> str:
        """Returns the log in words by running defmt-print over it with the image that wrote it."""
        if defmt_print is None:
            return "(no defmt-print given: the raw log decodes with `defmt-print -e ELF < log.defmt`)\n"
        tool = shutil.which(defmt_print)
        if tool is None:
            raise LogError(f"no defmt-print at {defmt_print}: install it with `cargo install defmt-print`")
        try:
            done = subprocess.run(  # noqa: S603 - the arguments are ours
                [tool, "-e", str(kernel)],
                input=bytes(self.data),
                capture_output=True,
                timeout=DECODE_DEADLINE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise LogError(f"defmt-print did not end within {DECODE_DEADLINE:g} s") from error
        if done.returncode:
            raise LogError(f"defmt-print failed: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode("utf-8", errors="replace")


def unwrap(frame: bytes) -> bytes:
    """Takes one frame out of its rzCOBS encoding ("reverse zero-compressing COBS", as defmt describes it).

    The frame is read from its end: a byte up to 0x7f says which of the seven bytes before it were zero,
    one up to 0xfe how many plain bytes stand before a zero, 0xff stands behind 134 plain bytes. Raises
    LogError on anything else.
    """
    rest = bytearray(frame)
    found = bytearray()

    def take(count: int) -> None:
        if len(rest) < count:
            raise LogError("a frame of the log is cut: bytes were lost on the serial line")
        for _ in range(count):
            found.append(rest.pop())

    while rest:
        code = rest.pop()
        if code == 0:
            raise LogError("a frame of the log holds a zero")
        if code <= 0x7F:
            for bit in range(6, -1, -1):
                if code >> bit & 1:
                    found.append(0)
                else:
                    take(1)
        elif code < 0xFF:
            found.append(0)
            take((code & 0x7F) + 7)
        else:
            take(134)
    found.reverse()
    return bytes(found)
