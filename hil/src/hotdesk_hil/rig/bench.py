"""A real board on a bench: what is written to it before it is switched on, and its time.

Power is a power driver of labgrid's. What is in the flash is written by a probe or the boot ROM while the
board has power; with a probe, a phone may start for a moment meanwhile. These drivers must not know a
board: what is where in its flash is in the rig file.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import attr
from labgrid import target_factory
from labgrid.driver import Driver
from labgrid.protocol import BootstrapProtocol, PowerProtocol

from .blame import blamed_on_the_rig
from .errors import BoardError
from .image import RigFileImage
from .protocols import (
    ConfigurationProtocol,
    FlashProtocol,
    TimeProtocol,
    check_image,
)
from .sdcard import SdCardDriver

ERASED = b"\xff"


@target_factory.reg_driver
@attr.s(eq=False)
class BenchBoardDriver(Driver, BootstrapProtocol, RigFileImage, TimeProtocol):
    """The board: its image, its MAC address, and power that is off where nobody wants it.

    Bindings:
        power (PowerProtocol): its supply
        programmer (FlashProtocol): what writes its flash

    Args:
        kernel (str): reference to the images key for the phone's image
        mac (str): the MAC address written into its flash, and so the phone's device name
        mac_at (int): the address in the flash where the phone looks for it; its sector has nothing else
        seconds_off (float): how long the supply is off at least, until it is down
    """

    bindings = {"power": PowerProtocol, "programmer": FlashProtocol}  # noqa: RUF012 - labgrid reads this
    # The programmer writes an image as well, but no MAC address.
    priorities = {BootstrapProtocol: 10}  # noqa: RUF012 - as above

    kernel = attr.ib(validator=attr.validators.instance_of(str))
    mac = attr.ib(validator=attr.validators.instance_of(str))
    mac_at = attr.ib(validator=attr.validators.instance_of(int))
    seconds_off = attr.ib(default=2.0, validator=attr.validators.instance_of(float))

    def on_activate(self) -> None:
        """Switches off a board that somebody left on."""
        _ = self.device_name
        with blamed_on_the_rig():
            self.power.off()
        time.sleep(self.seconds_off)

    def on_deactivate(self) -> None:
        """Switches off."""
        with blamed_on_the_rig():
            self.power.off()

    @Driver.check_active
    def load(self, filename: str) -> None:
        """Writes an image and the MAC address to the flash, and leaves the board off."""
        check_image(Path(filename))
        with self.programmer.reachable(self.power):
            self.programmer.load(filename)
            self.programmer.write_flash(self.mac_at, bytes.fromhex(self.mac.replace(":", "")))

    def time(self) -> float:
        """Returns this machine's time, which is the board's."""
        return time.monotonic()


def _erase(programmer: FlashProtocol, areas: Sequence[Sequence[int]]) -> None:
    """Writes areas of the flash as erased ones are."""
    for address, size in areas:
        programmer.write_flash(address, ERASED * size)


def _areas(_: object, attribute: attr.Attribute, value: Sequence[Sequence[int]]) -> None:
    if not all(len(area) == 2 and all(isinstance(number, int) for number in area) for area in value):
        raise BoardError(f"{attribute.name}: a list of addresses and sizes, as [[0x101FE000, 0x2000]]")


@target_factory.reg_driver
@attr.s(eq=False)
class FlashConfigurationDriver(Driver, ConfigurationProtocol):
    """The configuration in a sector of the flash, beside the settings made on the phone.

    Bindings:
        power (PowerProtocol): the board's supply
        programmer (FlashProtocol): what writes its flash

    Args:
        address (int): where the sector is
        size (int): its bytes
        settings (list): address and size of each area in which the phone keeps settings
    """

    bindings = {"power": PowerProtocol, "programmer": FlashProtocol}  # noqa: RUF012 - labgrid reads this

    address = attr.ib(validator=attr.validators.instance_of(int))
    size = attr.ib(validator=attr.validators.instance_of(int))
    settings = attr.ib(factory=list, validator=_areas)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._written: bytes | None = None

    @Driver.check_active
    def write(self, config: str | bytes | None) -> None:
        """Writes the sector, and forgets the settings. Takes effect at the next power on."""
        text = (config.encode("utf-8") if isinstance(config, str) else config) or b""
        if len(text) >= self.size:
            raise BoardError(f"the configuration has {len(text)} bytes; {self.size - 1} at most")
        with self.programmer.reachable(self.power):
            self.programmer.write_flash(self.address, text.ljust(self.size, ERASED))
            _erase(self.programmer, self.settings)
        self._written = text or None

    def config(self) -> bytes | None:
        """Returns the text that this rig has written, None where it has written none."""
        return self._written


@target_factory.reg_driver
@attr.s(eq=False)
class MuxedSdCardDriver(SdCardDriver):
    """The SD card of a board in a multiplexer, which gives it to this machine or to the board.

    Bindings:
        mux (USBSDMuxDriver): the multiplexer
        storage (USBStorageDriver): the card in it
        power, programmer: as for FlashConfigurationDriver

    Args:
        settings (list): address and size of each area in which the phone keeps settings
    """

    bindings = {  # noqa: RUF012 - labgrid reads this class attribute
        "mux": "USBSDMuxDriver",
        "storage": "USBStorageDriver",
        "power": PowerProtocol,
        "programmer": FlashProtocol,
    }

    settings = attr.ib(factory=list, validator=_areas)

    @Driver.check_active
    def write(self, config: str | bytes | None) -> None:
        """Writes the card, gives it to the board, and forgets the settings. Takes effect at power on."""
        super().write(config)
        with blamed_on_the_rig():
            self.mux.set_mode("host")
            self.storage.write_image(str(self.image))
            self.mux.set_mode("dut")
        with self.programmer.reachable(self.power):
            _erase(self.programmer, self.settings)

    @Driver.check_active
    def remove(self) -> None:
        """Takes the card away from the board. Takes effect at power on."""
        super().remove()
        with blamed_on_the_rig():
            self.mux.set_mode("off")
        with self.programmer.reachable(self.power):
            _erase(self.programmer, self.settings)
