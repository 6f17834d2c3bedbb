"""picotool: writes the flash of an RP2040 by its USB boot ROM, with no debug probe.

The phone's image has no USB, so the boot ROM has to start instead: an output of labgrid's holds BOOTSEL
while the board gets power. Its USB device is there only then. This module must not know what is where in
the flash.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attr
from labgrid import target_factory
from labgrid.driver import Driver
from labgrid.protocol import BootstrapProtocol, DigitalOutputProtocol, PowerProtocol

from .blame import blamed_on_the_rig
from .errors import BoardError
from .flashing import file_of, on_its_machine, powered, run
from .protocols import FlashProtocol

TOOL = "picotool"
DEVICES = {"USBFlashableDevice", "NetworkUSBFlashableDevice"}
# From power on until the boot ROM's USB device is known.
BOOT_DEADLINE = 10.0


@target_factory.reg_driver
@attr.s(eq=False)
class PicotoolDriver(Driver, BootstrapProtocol, FlashProtocol):
    """Flashes an RP2040 with `picotool`, on the path or named under `tools` in the rig file.

    The boot ROM's device is a USBFlashableDevice or NetworkUSBFlashableDevice of the target. It is no
    binding: labgrid would switch the driver off as soon as the phone runs.

    Bindings:
        bootsel (DigitalOutputProtocol): what holds BOOTSEL

    Args:
        device (str): the name of the resource, where the target has several
    """

    bindings = {"bootsel": DigitalOutputProtocol}  # noqa: RUF012 - labgrid reads this class attribute

    device = attr.ib(default=None, validator=attr.validators.optional(attr.validators.instance_of(str)))

    @contextmanager
    def reachable(self, power: PowerProtocol) -> Iterator[None]:
        """Power for a board that is off, which starts its boot ROM."""
        with blamed_on_the_rig():
            self.bootsel.set(True)
        try:
            with powered(power):
                with blamed_on_the_rig():
                    self.bootsel.set(False)
                yield
        finally:
            # Also where there was no power: the phone must start the next time.
            with blamed_on_the_rig():
                self.bootsel.set(False)

    @Driver.check_active
    def load(self, filename: str) -> None:
        """Writes an image, an ELF file, to the flash, and checks that it is there."""
        self._load(Path(filename), "-t", "elf")

    @Driver.check_active
    def write_flash(self, address: int, data: bytes) -> None:
        """Writes bytes to the flash. What else is in its sectors is lost."""
        with file_of(data) as file:
            self._load(file, "-t", "bin", "-o", f"{address:#x}")

    def _load(self, file: Path, *options: str) -> None:
        device = self._boot_rom()
        which = ["--bus", str(device.busnum), "--address", str(device.devnum)]
        tool = self.target.env.config.get_tool(TOOL)
        with on_its_machine(file, device) as path:
            run(device, [tool, "load", "-v", path, *options, *which], "Debian's package is picotool")

    def _boot_rom(self) -> Any:
        """Waits for the boot ROM's USB device."""
        found = [
            each
            for each in self.target.resources
            if type(each).__name__ in DEVICES and self.device in (None, each.name)
        ]
        if len(found) != 1:
            raise BoardError(
                f"the rig file has {len(found)} devices that may be the boot ROM's: PicotoolDriver needs one "
                "USBFlashableDevice, or the name of one as device"
            )
        with blamed_on_the_rig():
            self.target.await_resources(found, timeout=BOOT_DEADLINE)
        return found[0]
