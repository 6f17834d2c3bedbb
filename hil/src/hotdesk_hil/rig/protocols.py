"""What a board under the phone can do, apart from how: the protocols that drivers of boards implement.

Where labgrid has a protocol, that one is used: power, reset, bootstrap (the image from the next power on),
and the console, whose two directions are the keypad's line in and the log out. These are the others. A
suite, a driver of the phone and the strategy bind to protocols alone, so that they cannot tell on which
board they are. Nothing here may know a board.
"""

from __future__ import annotations

import abc
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from labgrid.protocol import PowerProtocol

from .errors import BoardError
from .picture import Picture
from .wire import Wire

MAC_ADDRESS = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")


def device_name(mac: str) -> str:
    """Returns the phone's device name: SEP and its MAC address. Raises BoardError where that is none."""
    if not MAC_ADDRESS.fullmatch(mac):
        raise BoardError(f"{mac!r} is no MAC address: the rig file gives one, as mac: 00:30:94:C2:5B:15")
    return "SEP" + mac.replace(":", "").upper()


def check_image(image: Path) -> None:
    """Raises BoardError where there is no image of the phone, with where one comes from."""
    if not image.is_file():
        raise BoardError(
            f"no phone image at {image}: build it (cargo build --release in its board's folder) and install "
            "hotdesk-hil again, or name one with --image"
        )


class ImageProtocol(abc.ABC):
    """A board that runs the phone's image, under a name in the network."""

    mac: str
    """The MAC address it has from the next power on."""

    @property
    @abc.abstractmethod
    def kernel_path(self) -> Path:
        """The image the board runs, an ELF file."""

    @property
    @abc.abstractmethod
    def device_name(self) -> str:
        """SEP and the MAC address of the board: the name under which the service knows the phone."""


class ConfigurationProtocol(abc.ABC):
    """Where the phone finds its configuration when it starts."""

    @abc.abstractmethod
    def write(self, config: str | bytes | None) -> None:
        """Puts this text there, and nothing of what was set on the phone. None: no configuration."""

    @abc.abstractmethod
    def config(self) -> bytes | None:
        """Returns the text that is there. It holds a certificate."""

    def write_certificates(self, certificates: Sequence[str]) -> None:
        """Puts beside the text what its services are trusted by (PEM): CERT1.PEM and CERT2.PEM."""
        if certificates:
            raise BoardError("this rig does not write the certificates that services are trusted by")


class FlashProtocol(abc.ABC):
    """What writes the flash of a real board, which also implements labgrid's BootstrapProtocol."""

    @abc.abstractmethod
    def reachable(self, power: PowerProtocol) -> AbstractContextManager[None]:
        """Gives power, for a while, to a board that is off, in such a way that its flash can be written."""

    @abc.abstractmethod
    def load(self, filename: str) -> None:
        """Writes an image, an ELF file, and checks that it is there."""

    @abc.abstractmethod
    def write_flash(self, address: int, data: bytes) -> None:
        """Writes bytes at this address. What else is in their sectors is lost."""


class CardProtocol(ConfigurationProtocol):
    """A slot for an SD card, which the configuration is on."""

    @abc.abstractmethod
    def remove(self) -> None:
        """Leaves the slot empty. Takes effect at power on."""


class DisplayProtocol(abc.ABC):
    """The display."""

    @abc.abstractmethod
    def picture(self) -> Picture:
        """Returns what the display shows now."""


class TimeProtocol(abc.ABC):
    """The board's own time, in which a phone is expected to do something.

    An emulated board that this machine has no time for is not slow: its time stands still.
    """

    @abc.abstractmethod
    def time(self) -> float:
        """Returns seconds since some moment."""


class BoardKeysProtocol(abc.ABC):
    """Keys that are on the board itself, beside the keypad's line."""

    @property
    @abc.abstractmethod
    def keys(self) -> Sequence[str]:
        """The keys there are, named as in `keypad`."""

    @abc.abstractmethod
    def hold(self, key: str, down: bool) -> None:
        """Presses a key, or lets it go."""


class LinkProtocol(abc.ABC):
    """The network cable."""

    @abc.abstractmethod
    def set_link(self, up: bool) -> None:
        """Plugs the cable in or out."""


class FramesProtocol(abc.ABC):
    """The Ethernet frames on the cable, each of which passes through us."""

    wire: Wire
    """The cable: what goes wrong on it, and what passed."""


class ForeignFramesProtocol(abc.ABC):
    """Frames of a network on which others are, too."""

    @abc.abstractmethod
    def receive(self, frames: Sequence[bytes]) -> None:
        """Lets frames come in from the cable, beside those of the phone's network."""

    @abc.abstractmethod
    def flood(self, per_second: int) -> None:
        """Lets so many broadcasts a second come in, of the board's own time. 0 ends it."""

    @abc.abstractmethod
    def arrived(self) -> int:
        """Returns how many frames have come in since power on, everybody's."""


@dataclass(frozen=True)
class Ram:
    """A board's memory: its first address and its bytes."""

    start: int
    size: int


class MemoryProtocol(abc.ABC):
    """The board's memory."""

    @property
    @abc.abstractmethod
    def ram(self) -> Ram:
        """Where the memory is."""

    @abc.abstractmethod
    def read_memory(self, address: int, length: int) -> bytes:
        """Returns the bytes at `address`, with the processor halted meanwhile."""


class ProcessorProtocol(abc.ABC):
    """The board's processor, as a debugger has it."""

    @abc.abstractmethod
    def go_on(self, registers: Mapping[int, int], memory: Mapping[int, bytes]) -> None:
        """Has the processor go on with these registers, by number, and these bytes at these addresses."""
