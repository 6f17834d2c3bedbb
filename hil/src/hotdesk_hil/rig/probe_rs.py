"""The debug probe of a board on a bench: probe-rs writes the flash of the chip and resets it.

The probe is a resource of labgrid's, so it may be on another machine. This module must not know what is
where in the flash.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import attr
from labgrid import target_factory
from labgrid.driver import Driver
from labgrid.protocol import BootstrapProtocol, PowerProtocol, ResetProtocol

from .flashing import file_of, on_its_machine, powered, run
from .protocols import FlashProtocol

DEBUGGERS = {"USBDebugger", "NetworkUSBDebugger", "USBFlashableDevice", "NetworkUSBFlashableDevice"}

TOOL = "probe-rs"


@target_factory.reg_driver
@attr.s(eq=False)
class ProbeRsDriver(Driver, BootstrapProtocol, FlashProtocol, ResetProtocol):
    """Flashes and resets a chip with `probe-rs`, on the path or named under `tools` in the rig file.

    Bindings:
        probe (USBDebugger, NetworkUSBDebugger): the probe. One that labgrid does not know as a debugger is
            a USBFlashableDevice, NetworkUSBFlashableDevice

    Args:
        chip (str): the chip, as probe-rs calls it
        serial (str): the probe's serial number, for one on another machine beside others of its kind
    """

    bindings = {"probe": DEBUGGERS}  # noqa: RUF012 - labgrid reads this class attribute

    chip = attr.ib(validator=attr.validators.instance_of(str))
    serial = attr.ib(default="", validator=attr.validators.instance_of(str))

    def reachable(self, power: PowerProtocol) -> AbstractContextManager[None]:
        """Power for a board that is off: the probe writes, whatever runs."""
        return powered(power)

    @Driver.check_active
    def load(self, filename: str) -> None:
        """Writes an image, an ELF file, to the flash, and checks that it is there."""
        self._flash(Path(filename))

    @Driver.check_active
    def write_flash(self, address: int, data: bytes) -> None:
        """Writes bytes to the flash. What else is in its sectors is lost."""
        with file_of(data) as file:
            self._flash(file, "--binary-format", "bin", "--base-address", f"{address:#x}")

    @Driver.check_active
    def reset(self) -> None:
        """Resets the chip."""
        self._run("reset")

    def _flash(self, file: Path, *options: str) -> None:
        with on_its_machine(file, self.probe) as path:
            self._run("download", "--verify", *options, path)

    def _run(self, command: str, *words: str) -> None:
        tool = self.target.env.config.get_tool(TOOL)
        which = ["--non-interactive", "--chip", self.chip, "--probe", self._selector()]
        run(self.probe, [tool, command, *which, *words], "cargo install probe-rs-tools --locked")

    def _selector(self) -> str:
        device = getattr(self.probe, "device", None)
        serial = self.serial or (device.properties.get("ID_SERIAL_SHORT") if device is not None else None)
        kind = f"{self.probe.vendor_id:04x}:{self.probe.model_id:04x}"
        return f"{kind}:{serial}" if serial else kind
