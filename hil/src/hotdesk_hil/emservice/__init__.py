"""The Extension Mobility service simulator: a service on this machine, and its misbehaviour on demand.

An oracle of its own: it shares no code, table or parser with hotdesk_core.
"""

from hotdesk_hil.emservice.cluster import (
    ApplicationUser,
    Cluster,
    ClusterError,
    Device,
    MultipleLogin,
    Profile,
    ServiceParameters,
    User,
)
from hotdesk_hil.emservice.codes import Code
from hotdesk_hil.emservice.faults import (
    Answer,
    CloseWithoutAnswer,
    CutAnswer,
    Dribble,
    Fault,
    Faults,
    Silence,
)
from hotdesk_hil.emservice.server import RequestRecord
from hotdesk_hil.emservice.service import Clock
from hotdesk_hil.emservice.simulator import EmService
from hotdesk_hil.emservice.store import StateError

__all__ = [
    "Answer",
    "ApplicationUser",
    "Clock",
    "CloseWithoutAnswer",
    "Cluster",
    "ClusterError",
    "Code",
    "CutAnswer",
    "Device",
    "Dribble",
    "EmService",
    "Fault",
    "Faults",
    "MultipleLogin",
    "Profile",
    "RequestRecord",
    "ServiceParameters",
    "Silence",
    "StateError",
    "User",
]
