"""The debug probe of a board on a bench: probe-rs writes the flash of the chip and resets it.

The probe is a resource of labgrid's, so it may be on another machine. The configuration is written with
this, so its file holds a certificate: it is removed on either machine. This module must not know what is
where in the flash.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import attr
from labgrid import target_factory
from labgrid.driver import Driver
from labgrid.protocol import BootstrapProtocol, ResetProtocol
from labgrid.resource.common import NetworkResource
from labgrid.util.managedfile import ManagedFile

from .errors import BoardError

DEBUGGERS = {"USBDebugger", "NetworkUSBDebugger", "USBFlashableDevice", "NetworkUSBFlashableDevice"}

# A megabyte by a slow probe takes less.
DEADLINE = 120.0
TOOL = "probe-rs"


@target_factory.reg_driver
@attr.s(eq=False)
class ProbeRsDriver(Driver, BootstrapProtocol, ResetProtocol):
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

    @Driver.check_active
    def load(self, filename: str) -> None:
        """Writes an image, an ELF file, to the flash, and checks that it is there."""
        self._flash(Path(filename))

    @Driver.check_active
    def write_flash(self, address: int, data: bytes) -> None:
        """Writes bytes to the flash. What else is in its sectors is lost."""
        with tempfile.TemporaryDirectory(prefix="hotdesk-flash-") as folder:
            file = Path(folder) / "flash.bin"
            file.write_bytes(data)
            self._flash(file, "--binary-format", "bin", "--base-address", f"{address:#x}")

    @Driver.check_active
    def reset(self) -> None:
        """Resets the chip."""
        self._run("reset")

    def _flash(self, file: Path, *options: str) -> None:
        there = ManagedFile(str(file), self.probe)
        there.sync_to_resource()
        try:
            self._run("download", "--verify", *options, there.get_remote_path())
        finally:
            if isinstance(self.probe, NetworkResource):
                self._execute(["rm", "-f", there.get_remote_path()])

    def _run(self, command: str, *words: str) -> None:
        tool = self.target.env.config.get_tool(TOOL)
        which = ["--non-interactive", "--chip", self.chip, "--probe", self._selector()]
        self._execute([tool, command, *which, *words])

    def _selector(self) -> str:
        device = getattr(self.probe, "device", None)
        serial = self.serial or (device.properties.get("ID_SERIAL_SHORT") if device is not None else None)
        kind = f"{self.probe.vendor_id:04x}:{self.probe.model_id:04x}"
        return f"{kind}:{serial}" if serial else kind

    def _execute(self, command: list[str]) -> None:
        words = " ".join(command[:2])
        try:
            done = subprocess.run(  # noqa: S603 - the command is ours
                self.probe.wrap_command(command),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=DEADLINE,
                check=False,
            )
        except FileNotFoundError as error:
            raise BoardError(
                f"{command[0]} is not installed: cargo install probe-rs-tools --locked, or name it under "
                "tools in the rig file"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise BoardError(f"{words} did not end within {DEADLINE:g} s") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
            raise BoardError(f"{words} failed: {said}")
