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
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import attr
from labgrid import target_factory
from labgrid.driver import Driver

from .errors import CardError

CONFIG_FILE = "HOTDESK.TXT"
SECTOR = 512
# QEMU wants a power of two. 8 MiB in clusters of one sector is past the 4085 clusters where FAT16 begins.
CARD_SECTORS = 8 * 1024 * 1024 // SECTOR
PARTITION_START = 2048
PARTITION_TYPE_FAT16 = 0x06
MTOOLS_DEADLINE = 20.0


@dataclass(frozen=True)
class PhoneConfig:
    """What the card tells the phone: services (primary, backup), application user, name servers and more."""

    services: Sequence[str]
    app_id: str | None = None
    app_certificate: str | None = field(default=None, repr=False)
    name_servers: Sequence[str] = ()
    search_domain: str | None = None
    poll_minutes: int | None = None
    user_id_mode: str | None = None
    durations: str | None = None
    language: str | None = None

    def text(self, *, masked: bool = False) -> str:
        """Returns the text of HOTDESK.TXT; `masked` hides the certificate."""
        lines = ["# Written by the rig for one run."]
        lines += [f"service = {service}" for service in self.services]
        if self.app_id is not None:
            lines.append(f"appID = {self.app_id}")
        if self.app_certificate is not None:
            lines.append(f"appCertificate = {'***' if masked else self.app_certificate}")
        lines += [f"nameServer = {server}" for server in self.name_servers]
        if self.search_domain is not None:
            lines.append(f"searchDomain = {self.search_domain}")
        if self.poll_minutes is not None:
            lines.append(f"pollMinutes = {self.poll_minutes}")
        if self.user_id_mode is not None:
            lines.append(f"userIdMode = {self.user_id_mode}")
        if self.durations is not None:
            lines.append(f"durations = {self.durations}")
        if self.language is not None:
            lines.append(f"language = {self.language}")
        return "\n".join(lines) + "\n"


@target_factory.reg_driver
@attr.s(eq=False)
class SdCardDriver(Driver):
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
    def insert(self, config: str | bytes | None) -> None:
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
