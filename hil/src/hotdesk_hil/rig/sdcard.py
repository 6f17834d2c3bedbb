"""The SD card of a run: an image with one FAT16 partition and the phone's configuration file on it.

mtools makes the file system: it is the tool of this trade for images without root rights, and, unlike the
Python libraries for FAT, is packaged and maintained by every distribution. The partition table is one
entry of 16 bytes and written here. The application's certificate goes to mcopy on its standard input:
never onto a command line, nor into a file other than the image.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

import attr
from labgrid import target_factory
from labgrid.driver import Driver

from .errors import CardError
from .protocols import CardProtocol

CONFIG_FILE = "HOTDESK.TXT"
SECTOR = 512
# QEMU wants a power of two. 8 MiB in clusters of one sector is past the 4085 clusters where FAT16 begins.
CARD_SECTORS = 8 * 1024 * 1024 // SECTOR
PARTITION_START = 2048
PARTITION_TYPE_FAT16 = 0x06
MTOOLS_DEADLINE = 20.0


@target_factory.reg_driver
@attr.s(eq=False)
class SdCardDriver(Driver, CardProtocol):
    """Keeps the image of the card that the board finds in its slot when it is switched on."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._files: Path | None = None
        self.image: Path | None = None
        """The image in the slot; None is an empty slot."""

    def on_activate(self) -> None:
        """Makes the directory of the images."""
        self._files = Path(tempfile.mkdtemp(prefix="hotdesk-card-"))

    def on_deactivate(self) -> None:
        """Removes the card: its image may hold a certificate."""
        self.image = None
        if self._files is not None:
            shutil.rmtree(self._files, ignore_errors=True)

    @Driver.check_active
    def write(self, config: str | bytes | None) -> None:
        """Puts in a card with this text as HOTDESK.TXT (None: no such file). Takes effect at power on."""
        if self._files is None:
            raise CardError("the card driver is not active")
        image = self._files / "card.img"
        write_image(image, config)
        self.image = image

    @Driver.check_active
    def remove(self) -> None:
        """Leaves the slot empty. Takes effect at power on."""
        self.image = None

    def config(self) -> bytes | None:
        """Returns the text of HOTDESK.TXT on the card in the slot."""
        return None if self.image is None else read_config(self.image)


def write_image(image: Path, config: str | bytes | None) -> None:
    """Writes a card image with one FAT16 partition holding `config` as HOTDESK.TXT (None: no file)."""
    with image.open("wb") as file:
        file.write(partition_table(PARTITION_START, CARD_SECTORS - PARTITION_START))
        file.truncate(CARD_SECTORS * SECTOR)
    partition = f"{image}@@{PARTITION_START * SECTOR}"
    sectors = str(CARD_SECTORS - PARTITION_START)
    geometry = ("-T", sectors, "-h", "16", "-s", "63", "-c", "1")
    _mtools("mformat", "-i", partition, *geometry, "-v", "HOTDESK", "::")
    if config is not None:
        data = config.encode("utf-8") if isinstance(config, str) else config
        _mtools("mcopy", "-i", partition, "-", f"::{CONFIG_FILE}", data=data)


def read_config(image: Path) -> bytes:
    """Reads HOTDESK.TXT back from a card image."""
    return _mtools("mtype", "-i", f"{image}@@{PARTITION_START * SECTOR}", f"::{CONFIG_FILE}")


def partition_table(start: int, sectors: int) -> bytes:
    """Returns a master boot record with one FAT16 partition, in sectors; cylinders are left out."""
    no_chs = b"\xff\xff\xff"
    entry = struct.pack("<B3sB3sII", 0, no_chs, PARTITION_TYPE_FAT16, no_chs, start, sectors)
    return b"\0" * 446 + entry + b"\0" * 48 + b"\x55\xaa"


def _mtools(tool: str, *arguments: str, data: bytes = b"") -> bytes:
    path = shutil.which(tool)
    if path is None:
        raise CardError(f"{tool} is not installed: install the package mtools")
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours
            [path, *arguments], input=data, capture_output=True, timeout=MTOOLS_DEADLINE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CardError(f"{tool} did not end within {MTOOLS_DEADLINE:g} s") from error
    if done.returncode:
        raise CardError(f"{tool} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
