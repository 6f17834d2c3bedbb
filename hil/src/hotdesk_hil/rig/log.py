"""The phone's log: the bytes of its console, kept, unwrapped and, with defmt-print, made readable.

The phone logs in defmt's wire format: frames in rzCOBS with a zero after each, which only the ELF file
turns back into sentences. The bytes are kept as they came, so that a failed test can be read later with
the image it ran. The log is never cut and never filtered: a secret in it must be found by the tests that
look for it.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import attr
from labgrid import target_factory
from labgrid.binding import BindingState
from labgrid.driver import Driver
from labgrid.protocol import ConsoleProtocol
from pexpect import TIMEOUT

from ..package_data import FOLDER
from .errors import LogError, NotShown, RigError
from .protocols import TimeProtocol
from .waiting import Deadline

DECODE_DEADLINE = 20.0
# Where the tool is that puts a log into words: on the PATH, or in the checkout that this is run from.
TOOLS = (Path("defmt-print"), FOLDER.resolve().parents[2] / "target/tools/bin/defmt-print")
INTERVAL = 0.02


@target_factory.reg_driver
@attr.s(eq=False)
class LogDriver(Driver):
    """Keeps the log of the phone from power-on to the next power-on.

    Bindings:
        console (ConsoleProtocol): the serial line that the log comes from
        clock (TimeProtocol): the time in which something is expected of it
    """

    bindings = {  # noqa: RUF012 - labgrid reads this class attribute
        "console": ConsoleProtocol,
        "clock": TimeProtocol,
    }

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._data = b""

    def on_activate(self) -> None:
        """Begins a new log."""
        self._data = b""

    def on_deactivate(self) -> None:
        """Keeps the log of a board that is being switched off."""
        # A line that broke has said all it had to.
        with suppress(RigError):
            self._take()

    def cut(self) -> None:
        """Ends the log's last frame: the power goes, and what comes next is the start of another run."""
        if self.data and not self._data.endswith(b"\0"):
            self._data += b"\0"

    @property
    def data(self) -> bytes:
        """All bytes since power on, also after power off."""
        if self.state is BindingState.active:
            self._take()
        return self._data

    def _take(self) -> None:
        try:
            while True:
                self._data += self.console.read(timeout=0.0)
        except TIMEOUT:
            pass  # all there is
        except OSError as error:
            raise LogError(f"the log cannot be read: {error}") from error

    def wait_for(
        self, expected: str, holds: Callable[[list[bytes]], bool], seconds: float = 10.0
    ) -> list[bytes]:
        """Waits until `holds` is true of the log's frames. Raises NotShown when it does not come true."""
        deadline = Deadline(self.clock, seconds)
        while not holds(frames := self.frames()):
            if deadline.expired:
                raise NotShown(f"{expected} in its log", f"  ({len(frames)} frames)", seconds)
            time.sleep(min(INTERVAL, seconds))
        return frames

    def frames(self) -> list[bytes]:
        """Returns the log's frames, unwrapped. A frame that is still incomplete is left out."""
        return [unwrap(frame) for frame in self.data.split(b"\0")[:-1] if frame]

    def text(self, defmt_print: Path | None, kernel: Path) -> str:
        """Returns the log in words by running defmt-print over it with the image that wrote it.

        `defmt_print` None: the one on the PATH, else the one that `cargo xtask setup` installed.
        """
        places = TOOLS if defmt_print is None else [defmt_print]
        tool = next(filter(None, map(shutil.which, places)), None)
        if tool is None:
            raise LogError(
                f"no {defmt_print or 'defmt-print'}: install it (cargo install --locked defmt-print), "
                "or name it with --defmt-print"
            )
        try:
            done = subprocess.run(  # noqa: S603 - the arguments are ours
                [tool, "-e", str(kernel)],
                input=self.data,
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
