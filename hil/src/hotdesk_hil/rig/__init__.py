"""The rig: a desk phone on an emulated board, driven by its keys and read from its screen's pixels.

    from hotdesk_hil.rig import Phone, PhoneConfig, Rig

Built on labgrid: an environment file a rig, a strategy with the states off, on and ready, and drivers for
what a phone has, over protocols that each board's drivers implement. Needs the extra `hotdesk-hil[rig]`.
"""

from .configuration import PhoneConfig, Secured
from .errors import NotShown, RigError
from .network import Network
from .packets import Lease
from .phone import Phone
from .picture import Picture
from .reader import Screen
from .relay import Relay
from .rig import Rig, repository, rig_file
from .strategy import Status
from .time_server import TimeServer
from .wire import Part

__all__ = [
    "Lease",
    "Network",
    "NotShown",
    "Part",
    "Phone",
    "PhoneConfig",
    "Picture",
    "Relay",
    "Rig",
    "RigError",
    "Screen",
    "Secured",
    "Status",
    "TimeServer",
    "repository",
    "rig_file",
]
