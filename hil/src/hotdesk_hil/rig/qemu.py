"""A board that QEMU emulates, the lm3s6965evb: labgrid's QEMUDriver, with what this board has besides.

labgrid's driver starts, stops and speaks to QEMU. This one adds what the board has besides: display,
buttons, memory and processor by QMP, the card in the slot, and a console: what is written goes to the
keypad on UART0, what is read is the log on UART1 (labgrid's own serial line comes after them and is
UART2, which the phone leaves alone). It answers in bounded time when QEMU cannot start. All its files lie
in a directory of its own, so rigs run side by side. It must not know what the phone does.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attr
from labgrid import target_factory
from labgrid.driver import QEMUDriver
from labgrid.driver.exception import ExecutionError
from labgrid.protocol import ResetProtocol
from labgrid.util.qmp import QMPError

from . import gdb, keypad
from .console import EmulatedConsole
from .errors import BoardError, KeypadError
from .image import EmulatedImage
from .picture import Picture
from .protocols import (
    BoardKeysProtocol,
    DisplayProtocol,
    ForeignFramesProtocol,
    FramesProtocol,
    LinkProtocol,
    MemoryProtocol,
    ProcessorProtocol,
    Ram,
    TimeProtocol,
    check_image,
)
from .wire import BOARD, Wire, netdev, user_network

# QEMU opens its serial lines within milliseconds; a loaded machine may need seconds.
START_DEADLINE = 20.0
STOP_DEADLINE = 5.0
SEND_DEADLINE = 5.0

# The display, each pixel of which QEMU draws as a square of this side.
WIDTH, HEIGHT, SQUARE = 128, 64, 4
RAM = Ram(0x2000_0000, 64 * 1024)

# The board's buttons, named as on the keypad, and the host's keys QEMU takes them from.
BUTTONS = {
    keypad.UP: "up",
    keypad.DOWN: "down",
    keypad.LEFT: "left",
    keypad.RIGHT: "right",
    keypad.SELECT: "ctrl",
}


@target_factory.reg_driver
@attr.s(eq=False)
class EmulatedBoardDriver(
    EmulatedConsole,
    EmulatedImage,
    QEMUDriver,
    ResetProtocol,
    DisplayProtocol,
    BoardKeysProtocol,
    LinkProtocol,
    MemoryProtocol,
    ProcessorProtocol,
    FramesProtocol,
    ForeignFramesProtocol,
    TimeProtocol,
):
    """QEMUDriver with keypad, log, buttons, display and an SD card.

    Bindings:
        card (SdCardDriver): what is in the card slot when the board is switched on

    Args:
        mac (str): the MAC address of its network interface, and so the phone's device name
    """

    bindings = {"card": "SdCardDriver"}  # noqa: RUF012 - labgrid reads this class attribute

    mac = attr.ib(default="", validator=attr.validators.instance_of(str))

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._files: Path | None = None
        self._keypad: socket.socket | None = None
        self.wire = Wire()
        self.instruction_shift: int | None = None
        """From the next power on an instruction takes two to the power of this in nanoseconds of board time.

        While the processor sleeps the clock goes on with this machine's. None: it always does.
        """

    @property
    def log_file(self) -> Path | None:
        """What the board has sent on its log line since power on, as it came. None while it is off."""
        return None if self._files is None else self._files / "log"

    @property
    def keys(self) -> Sequence[str]:
        """The board's buttons."""
        return tuple(BUTTONS)

    @property
    def ram(self) -> Ram:
        """The board's memory."""
        return RAM

    def receive(self, frames: Sequence[bytes]) -> None:
        """Lets frames come in from the cable, beside those of the phone's network."""
        self.wire.receive(frames)

    def flood(self, per_second: int) -> None:
        """Lets so many broadcasts a second come in."""
        self.wire.flood(per_second)

    def arrived(self) -> int:
        """Returns how many frames have come in."""
        return self.wire.counts.to_board

    @property
    def process_id(self) -> int:
        """The process QEMU runs in."""
        if self._child is None:
            raise BoardError("the board is off")
        return self._child.pid

    def get_qemu_base_args(self) -> list[str]:
        """Adds network, keypad, log and card; labgrid's own serial line comes after them."""
        arguments = super().get_qemu_base_args()
        arguments += user_network(self._directory()) + netdev("net0", self._directory() / BOARD)
        arguments += ["-net", f"nic,netdev=net0,macaddr={self.mac}"]
        arguments += ["-serial", f"unix:{self._keypad_socket()},server=on,wait=off"]
        # A file takes all the board can say. A socket that is not read in time stops QEMU.
        arguments += ["-serial", f"file:{self._directory() / 'log'}"]
        if self.instruction_shift is not None:
            arguments += ["-icount", f"shift={self.instruction_shift},sleep=on"]
        if self.card.image is not None:
            arguments += ["-drive", f"if=sd,format=raw,file={self.card.image}"]
        return arguments

    def on_activate(self) -> None:
        """Checks what labgrid takes for granted, then prepares QEMU's command line."""
        qemu = self.target.env.config.get_tool(self.qemu_bin)
        if shutil.which(qemu) is None:
            raise BoardError(f"{qemu} is not installed: install the package qemu-system-arm")
        check_image(self.kernel_path)
        _ = self.device_name
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
        self._cmd[self._cmd.index("-kernel") + 1] = str(self.kernel_path)
        try:
            self.wire.open(self._directory())
            with _stderr_to(words):
                super().on()
            self._keypad = self._open_keypad()
        except (OSError, QMPError, ExecutionError) as error:
            self._end()
            said = words.read_text(encoding="utf-8", errors="replace").strip() or str(error)
            raise BoardError(f"the board does not start: {said}") from error
        self.begin_log()
        self._prime_buttons()

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
            if self._child is not None and self._ends():
                raise BoardError(f"QEMU has ended, boot the rig again: {self._ending()}") from error
            raise BoardError(f"the board did not execute {command}: {error}") from error

    def _ends(self) -> bool:
        """Whether QEMU has ended, or is about to: its monitor closes a moment before."""
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=STOP_DEADLINE)
        return self._child.returncode is not None

    def _ending(self) -> str:
        code = self._child.returncode
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def reset(self) -> None:
        """Resets the board as its reset button would."""
        self.monitor_command("system_reset")
        self._prime_buttons()

    def hold(self, key: str, down: bool) -> None:
        """Presses a button, or lets it go."""
        self._send_keys([(key, down)])

    def read_memory(self, address: int, length: int) -> bytes:
        """Returns the bytes in the board's memory at `address`, with the board halted meanwhile."""
        file = self._directory() / "memory"
        self.monitor_command("stop")
        try:
            self.monitor_command("pmemsave", {"val": address, "size": length, "filename": str(file)})
            return file.read_bytes()
        finally:
            self.monitor_command("cont")

    def set_link(self, up: bool) -> None:
        """Plugs the cable in or out, which the board does not learn."""
        self.monitor_command("set_link", {"name": "net0", "up": up})

    def time(self) -> float:
        """Returns this machine's time, which the board's follows."""
        return time.monotonic()

    def picture(self) -> Picture:
        """Returns what the display shows."""
        file = self._directory() / "screen.ppm"
        self.monitor_command("screendump", {"filename": str(file)})
        return Picture.from_ppm(file.read_bytes(), WIDTH, HEIGHT, SQUARE)

    def go_on(self, registers: Mapping[int, int], memory: Mapping[int, bytes]) -> None:
        """Has the processor go on with these registers, and these bytes in memory."""
        file = self._directory() / "gdb"
        self._monitor_in_words(f"gdbserver unix:{file},server=on,wait=off")
        try:
            gdb.go_on(file, registers, memory)
        finally:
            self._monitor_in_words("gdbserver none")

    def _monitor_in_words(self, line: str) -> None:
        """Executes what QMP has no command for."""
        self.monitor_command("human-monitor-command", {"command-line": line})

    def _prime_buttons(self) -> None:
        """Presses and lets go every button once.

        QEMU reports them as pressed after power-up and after a reset, and swallows the first press of each.
        """
        self._send_keys([(key, down) for key in BUTTONS for down in (True, False)])

    def _send_keys(self, events: list[tuple[str, bool]]) -> None:
        for key, _ in events:
            if key not in BUTTONS:
                raise KeypadError(f"the board has no button {key!r}; it has {' '.join(BUTTONS)}")
        data = [
            {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": BUTTONS[key]}}}
            for key, down in events
        ]
        self.monitor_command("input-send-event", {"events": data})

    def send(self, data: bytes) -> None:
        """Sends bytes on the keypad's line."""
        if self._keypad is None:
            raise BoardError("the board is off: nothing can be sent to it")
        self._keypad.sendall(data)

    def _open_keypad(self) -> socket.socket:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SEND_DEADLINE)
        try:
            line.connect(str(self._keypad_socket()))
        except OSError:
            line.close()
            raise
        return line

    def _keypad_socket(self) -> Path:
        return self._directory() / "keypad"

    def _directory(self) -> Path:
        if self._files is None:
            raise BoardError("the board is not active: the strategy activates it on the way to 'on'")
        return self._files

    def _end(self) -> None:
        self.wire.close()
        if self._keypad is not None:
            self._keypad.close()
            self._keypad = None
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
