"""The emulated W5500-EVB-Pico for labgrid: its flash, and the board as a driver over the emulator's process.

The console is UART0: what is written goes to the keypad's line, what is read is the log. The
configuration and the MAC address are in the flash, where a person would have written them. It must not
know what the phone does.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attr
from labgrid import target_factory
from labgrid.driver import Driver
from labgrid.protocol import ConsoleProtocol, PowerProtocol, ResetProtocol

from . import pico
from .console import EmulatedConsole
from .errors import BoardError
from .image import EmulatedImage
from .picture import Picture
from .protocols import (
    BoardKeysProtocol,
    ConfigurationProtocol,
    DisplayProtocol,
    ForeignFramesProtocol,
    FramesProtocol,
    LinkProtocol,
    MemoryProtocol,
    ProcessorProtocol,
    Ram,
    TimeProtocol,
)
from .wire import Wire

WIDTH, HEIGHT = 320, 240
RAM = Ram(0x2000_0000, 264 * 1024)


@target_factory.reg_driver
@attr.s(eq=False)
class PicoFlashDriver(Driver, ConfigurationProtocol):
    """Keeps what is kept of the board's flash, also while the board is off."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._files: Path | None = None

    def on_activate(self) -> None:
        """Makes the file, with nothing written."""
        self._files = Path(tempfile.mkdtemp(prefix="hotdesk-flash-"))
        self.write(None)

    def on_deactivate(self) -> None:
        """Removes the file: it may hold a certificate."""
        if self._files is not None:
            shutil.rmtree(self._files, ignore_errors=True)
        self._files = None

    @property
    def file(self) -> Path:
        """The file with what is kept."""
        if self._files is None:
            raise BoardError("the flash driver is not active: the strategy activates it on the way to 'off'")
        return self._files / "flash"

    def write(self, config: str | bytes | None) -> None:
        """Erases what is kept and writes this configuration. Takes effect at the next power on."""
        text = config.encode("utf-8") if isinstance(config, str) else config
        self.file.write_bytes(pico.flash(text, None))

    def write_certificates(self, certificates: Sequence[str]) -> None:
        """Writes what the services are trusted by beside the configuration."""
        self.file.write_bytes(pico.with_certificates(self.file.read_bytes(), certificates))

    def config(self) -> bytes | None:
        """Returns the configuration that is written, None where there is none."""
        text = self.file.read_bytes()[: pico.SECTOR].rstrip(pico.ERASED)
        return text or None

    def set_mac(self, mac: str) -> None:
        """Writes a MAC address beside the configuration, and leaves everything else as it is."""
        kept = self.file.read_bytes()
        end = pico.MAC_ADDRESS + pico.MAC_BYTES
        self.file.write_bytes(kept[: pico.MAC_ADDRESS] + bytes.fromhex(mac.replace(":", "")) + kept[end:])


@target_factory.reg_driver
@attr.s(eq=False)
class EmulatedPicoDriver(
    EmulatedConsole,
    Driver,
    EmulatedImage,
    ConsoleProtocol,
    PowerProtocol,
    ResetProtocol,
    DisplayProtocol,
    BoardKeysProtocol,
    LinkProtocol,
    FramesProtocol,
    ForeignFramesProtocol,
    MemoryProtocol,
    ProcessorProtocol,
    TimeProtocol,
):
    """The board, on rp2040js.

    Bindings:
        flash (PicoFlashDriver): what is in its flash beside the image

    Args:
        kernel (str): reference to the images key for the phone's image
        emulator (str): reference to the paths key for the folder of the emulator
        mac (str): the MAC address written into its flash, and so the phone's device name
    """

    bindings = {"flash": "PicoFlashDriver"}  # noqa: RUF012 - labgrid reads this class attribute

    kernel = attr.ib(validator=attr.validators.instance_of(str))
    emulator = attr.ib(validator=attr.validators.instance_of(str))
    mac = attr.ib(default="", validator=attr.validators.instance_of(str))

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.wire = Wire()
        self._process: pico.EmulatedPico | None = None
        self._passed = self._shown = 0.0

    @property
    def process_id(self) -> int:
        """The process of the emulator."""
        return self._board.process_id

    def on_activate(self) -> None:
        """Checks what the board is started with."""
        _ = self.device_name

    def on_deactivate(self) -> None:
        """Switches off."""
        self.off()

    def resolve_conflicts(self, client: Driver) -> None:
        """Keeps all clients active: a console has one reader, but this board has keys, display and log."""

    @Driver.check_active
    def on(self) -> None:
        """Starts the emulator and switches the board on."""
        if self._process is not None:
            return
        self.flash.set_mac(self.mac)
        emulator = Path(self.target.env.config.get_path(self.emulator))
        self.begin_log()
        self._process = pico.EmulatedPico(self.kernel_path, emulator, self.flash.file, self.wire)
        self._process.power(on=True)

    def off(self) -> None:
        """Switches the board off and ends the emulator, also one that is already gone."""
        process, self._process = self._process, None
        if process is not None:
            process.close()

    @Driver.check_active
    def cycle(self) -> None:
        """Takes the power away and gives it back."""
        self._board.power(on=False)
        self._board.power(on=True)

    @Driver.check_active
    def reset(self) -> None:
        """Pulls the reset line."""
        self._board.reset()

    def picture(self) -> Picture:
        """Returns what the display shows."""
        return Picture.from_ppm(self._board.screendump(), WIDTH, HEIGHT)

    @property
    def keys(self) -> Sequence[str]:
        """The keys of the matrix."""
        return tuple("".join(pico.MATRIX))

    def hold(self, key: str, down: bool) -> None:
        """Presses a key of the matrix, or lets it go."""
        self._board.hold(key, down)

    def time(self) -> float:
        """Returns the seconds that the board was on, by its own clock."""
        shown = self.counters()["milliseconds"]
        # A reset sets the clock back.
        self._passed += max(0.0, shown - self._shown)
        self._shown = shown
        return self._passed / 1000

    def set_link(self, up: bool) -> None:
        """Plugs the cable in or out."""
        self._board.link(up)

    def receive(self, frames: Sequence[bytes]) -> None:
        """Lets frames come in from the cable, beside those of the phone's network."""
        self._board.receive(frames)

    def flood(self, per_second: int) -> None:
        """Lets so many broadcasts a second come in."""
        self._board.flood(per_second)

    def arrived(self) -> int:
        """Returns how many frames the Ethernet chip has taken."""
        return self.counters()["ethernet"]["received"]

    @property
    def ram(self) -> Ram:
        """The chip's memory."""
        return RAM

    def read_memory(self, address: int, length: int) -> bytes:
        """Returns the bytes in the chip's memory at `address`, between two instructions."""
        return self._board.memory(address, length)

    def go_on(self, registers: Mapping[int, int], memory: Mapping[int, bytes]) -> None:
        """Has the processor go on with these registers, and these bytes in memory."""
        self._board.go_on(registers, memory)

    def fail_power(self, writes: int) -> None:
        """Lets the power fail in the middle of a write to flash, so many from now on."""
        self._board.tell("failPower", writes=writes)

    def counters(self) -> dict[str, Any]:
        """Returns whether it is on, and counts: resets, cycles, milliseconds, pixels drawn, frames."""
        return self._board.state()

    @property
    def log_file(self) -> Path | None:
        """What the board has sent on its serial line since power on, as it came. None while it is off."""
        return None if self._process is None else self._process.log_file

    def send(self, data: bytes) -> None:
        """Sends bytes on the serial line."""
        self._board.type(data)

    @property
    def _board(self) -> pico.EmulatedPico:
        if self._process is None:
            raise BoardError("the board is off: the strategy switches it on on the way to 'on'")
        return self._process
