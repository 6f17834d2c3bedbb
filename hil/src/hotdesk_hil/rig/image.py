"""The image that a board runs, and its name in the network, as its rig file has them.

The drivers of boards differ in how the image gets there. They must not differ in what it is called.
"""

from __future__ import annotations

from pathlib import Path

from labgrid import Target
from labgrid.protocol import BootstrapProtocol

from .protocols import ImageProtocol, check_image, device_name


class RigFileImage(ImageProtocol):
    """For a driver with the arguments `kernel`, a reference to the rig file's images key, and `mac`."""

    target: Target
    kernel: str

    @property
    def device_name(self) -> str:
        """SEP and the MAC address."""
        return device_name(self.mac)

    @property
    def kernel_path(self) -> Path:
        """The image the board runs."""
        return Path(self.target.env.config.get_image_path(self.kernel))


class EmulatedImage(RigFileImage, BootstrapProtocol):
    """The image of an emulated board, which reads the file itself."""

    def load(self, filename: str) -> None:
        """Takes an image, an ELF file, which the board runs from the next power on."""
        check_image(Path(filename))
        self.target.env.config.data["images"][self.kernel] = str(Path(filename).absolute())
