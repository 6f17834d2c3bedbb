"""The rig: a desk phone on the emulated board, driven by its keys and read from its screen's pixels.

    from hotdesk_hil.rig import Phone, PhoneConfig, Rig

Built on labgrid: an environment file a rig, a strategy with the states off, on and ready, and drivers for
keypad, buttons, screen, log and SD card. Needs the extra `hotdesk-hil[rig]`.
"""

from .errors import NotShown, RigError
from .phone import Phone
from .picture import Picture
from .reader import Screen
from .rig import Rig, repository
from .sdcard import PhoneConfig
from .strategy import Status

__all__ = ["NotShown", "Phone", "PhoneConfig", "Picture", "Rig", "RigError", "Screen", "Status", "repository"]
