"""The emulated board: labgrid's QEMUDriver for the lm3s6965evb, with its keypad line and its SD card.

labgrid's driver starts, stops and speaks to QEMU. This one adds what the board has besides: the keypad on
UART0 as a unix socket, the log on UART1 as a file (labgrid's own serial line comes after them and is
UART2, which the phone leaves alone), the card in the slot, and an answer in bounded time when QEMU cannot
start. All its files lie in a directory of its own, so rigs run side by side. It must not know what the
phone does.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attr
from labgrid import target_factory
from labgrid.driver import QEMUDriver
from labgrid.driver.exception import ExecutionError
from labgrid.util.qmp import QMPError

from .errors import BoardError

# QEMU opens its serial lines within milliseconds; a loaded machine may need seconds.
START_DEADLINE = 20.0
STOP_DEADLINE = 5.0

# A pcap file: the file's header, and the header of each frame, whose third word is the frame's length.
PCAP_HEADER, PCAP_RECORD = 24, 16


@target_factory.reg_driver
@attr.s(eq=False)
class EmulatedBoardDriver(QEMUDriver):
    """QEMUDriver with a keypad socket and an SD card.

    Bindings:
        card (SdCardDriver): what is in the card slot when the board is switched on
    """

    bindings = {"card": "SdCardDriver"}  # noqa: RUF012 - labgrid reads this class attribute

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._files: Path | None = None
        self.records_frames = False
        """Whether the next power on begins a record of all frames: see `frames`."""
        self.instruction_shift: int | None = None
        """From the next power on an instruction takes two to the power of this in nanoseconds of board time.

        While the processor sleeps the clock goes on with this machine's. None: it always does.
        """

    @property
    def device_name(self) -> str:
        """SEP and the MAC address the board's network interface is given in the environment."""
        found = re.search(r"mac=((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})", self.nic or "")
        if not found:
            raise BoardError("the rig file gives the board no MAC address: nic needs mac=00:30:94:C2:5B:15")
        return "SEP" + found[1].replace(":", "").upper()

    @property
    def keypad_socket(self) -> Path:
        """The unix socket of the keypad line, there as soon as the board is on."""
        return self._directory() / "keypad"

    @property
    def log_file(self) -> Path:
        """What the board has sent on its log line since power on, as it came."""
        return self._directory() / "log"

    def frames(self) -> list[bytes]:
        """The Ethernet frames since power on, both ways. They hold PINs: for a test, not for evidence."""
        data = self._frames_file().read_bytes()
        frames = []
        position = PCAP_HEADER
        while position + PCAP_RECORD <= len(data):
            (length,) = struct.unpack_from("<I", data, position + 8)
            position += PCAP_RECORD + length
            frames.append(data[position - length : position])
        return frames

    @property
    def kernel_path(self) -> Path:
        """The image the board runs."""
        return Path(self.target.env.config.get_image_path(self.kernel))

    @property
    def process_id(self) -> int:
        """The process QEMU runs in."""
        if self._child is None:
            raise BoardError("the board is off")
        return self._child.pid

    def get_qemu_base_args(self) -> list[str]:
        """Adds keypad, log and card; labgrid's own serial line comes after them."""
        arguments = super().get_qemu_base_args()
        arguments += ["-serial", f"unix:{self.keypad_socket},server=on,wait=off"]
        # A file takes all the board can say. A socket that is not read in time stops QEMU.
        arguments += ["-serial", f"file:{self.log_file}"]
        if self.instruction_shift is not None:
            arguments += ["-icount", f"shift={self.instruction_shift},sleep=on"]
        if self.records_frames:
            arguments += ["-object", f"filter-dump,id=frames,netdev=net0,file={self._frames_file()}"]
        if self.card.image is not None:
            arguments += ["-drive", f"if=sd,format=raw,file={self.card.image}"]
        return arguments

    def on_activate(self) -> None:
        """Checks what labgrid takes for granted, then prepares QEMU's command line."""
        qemu = self.target.env.config.get_tool(self.qemu_bin)
        if shutil.which(qemu) is None:
            raise BoardError(f"{qemu} is not installed: install the package qemu-system-arm")
        if not self.kernel_path.is_file():
            raise BoardError(f"no phone image at {self.kernel_path}: build it first, or name another one")
        self._files = Path(tempfile.mkdtemp(prefix="hotdesk-board-"))
        super().on_activate()
        # Without this labgrid waits forever for a QEMU that refused its command line.
        self._socket.settimeout(START_DEADLINE)

    def on_deactivate(self) -> None:
        """Switches off and removes the board's files."""
        super().on_deactivate()
        shutil.rmtree(self._directory(), ignore_errors=True)
        self._files = None

    def resolve_conflicts(self, client: Any) -> None:
        """Keeps all clients active: a console has one reader, but this board has keys, display and log."""

    def on(self) -> None:
        """Switches the board on. Raises BoardError with QEMU's own words when it does not come up."""
        words = self._directory() / "stderr"
        try:
            with _stderr_to(words):
                super().on()
        except (OSError, QMPError, ExecutionError) as error:
            self._end()
            said = words.read_text(encoding="utf-8", errors="replace").strip() or str(error)
            raise BoardError(f"the board does not start: {said}") from error

    def off(self) -> None:
        """Switches the board off, also one that is already gone."""
        if self._child is None:
            return
        try:
            if self.status:
                self.qmp.execute("quit")
        except (OSError, QMPError, ValueError):
            pass  # gone already, or on its way: _end waits for it either way
        self._end()

    def monitor_command(self, command: str, arguments: dict[str, Any] | None = None) -> Any:
        """Executes a QMP command. Raises BoardError when QEMU refuses it or is gone.

        Not a labgrid step, unlike the inherited one: the screen is looked at many times a second.
        """
        if not self.status:
            raise BoardError(f"the board is off: cannot run {command}")
        try:
            return self.qmp.execute(command, arguments or {})
        except (OSError, QMPError, ValueError) as error:
            raise BoardError(f"the board did not execute {command}: {error}") from error

    def reset(self) -> None:
        """Resets the board as its reset button would. Memory of the keys is lost: see ButtonsDriver.prime."""
        self.monitor_command("system_reset")

    def read_memory(self, address: int, length: int) -> bytes:
        """Returns the bytes in the board's memory at `address`, with the board halted meanwhile."""
        file = self._directory() / "memory"
        self.monitor_command("stop")
        try:
            self.monitor_command("pmemsave", {"val": address, "size": length, "filename": str(file)})
            return file.read_bytes()
        finally:
            self.monitor_command("cont")

    def screendump(self) -> bytes:
        """Returns QEMU's picture of the display as PPM."""
        file = self._directory() / "screen.ppm"
        self.monitor_command("screendump", {"filename": str(file)})
        return file.read_bytes()

    def _frames_file(self) -> Path:
        return self._directory() / "frames.pcap"

    def _directory(self) -> Path:
        if self._files is None:
            raise BoardError("the board is not active: the strategy activates it on the way to 'on'")
        return self._files

    def _end(self) -> None:
        child, self._child, self.status = self._child, None, 0
        if child is not None:
            try:
                child.wait(timeout=STOP_DEADLINE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            for pipe in (child.stdin, child.stdout):
                # A board that was already gone leaves a command unsent, which closing would try to send.
                with suppress(BrokenPipeError):
                    pipe.close()
        if self._clientsocket is not None:
            self._clientsocket.close()
            self._clientsocket = None


@contextmanager
def _stderr_to(file: Path) -> Iterator[None]:
    """Sends the standard error of processes started meanwhile to a file: labgrid hands ours on to QEMU."""
    kept = os.dup(2)
    try:
        with file.open("wb") as stream:
            os.dup2(stream.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
