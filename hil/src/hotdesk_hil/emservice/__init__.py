"""The Extension Mobility service simulator: a service on this machine, and its misbehaviour on demand.

An oracle of its own: it shares no code, table or parser with hotdesk_core.
"""

from hotdesk_hil.emservice.app_pins import PinCounters
from hotdesk_hil.emservice.changes import Event
from hotdesk_hil.emservice.clock import Clock
from hotdesk_hil.emservice.cluster import (
    ApplicationUser,
    Cluster,
    ClusterError,
    Device,
    EndUserCredential,
    MultipleLogin,
    Profile,
    RemoteCluster,
    ServiceParameters,
    User,
)
from hotdesk_hil.emservice.codes import AppCode, Code
from hotdesk_hil.emservice.disguise import Form
from hotdesk_hil.emservice.faults import (
    AcceptInSilence,
    Answer,
    BadCertificate,
    CloseWithoutAnswer,
    ConnectionFault,
    CutAnswer,
    Delay,
    Disguise,
    Dribble,
    Fault,
    PretendSuccess,
    Refuse,
    RefuseConnection,
    ResetAnswer,
    ResetConnection,
    Silence,
    WrongLength,
)
from hotdesk_hil.emservice.login_app import Outage
from hotdesk_hil.emservice.records import Exchange, RequestRecord
from hotdesk_hil.emservice.rules import FaultRule, Faults
from hotdesk_hil.emservice.second_factor import (
    AzureCall,
    AzureHistory,
    FactorAnswer,
    FactorUnavailable,
    Outcome,
    PushImpossible,
    SecondFactor,
    Started,
)
from hotdesk_hil.emservice.simulator import Counters, EmService, Traffic
from hotdesk_hil.emservice.state_file import StateError
from hotdesk_hil.emservice.tls_settings import CertificateFlaw, CertificateShape, TlsSettings, TlsVersion
from hotdesk_hil.emservice.totals import Total
from hotdesk_hil.emservice.vip_factor import VipFactor
from hotdesk_hil.provisioning.faults import (
    BrokenFile,
    CutFile,
    FileFault,
    LongFile,
    MissingFile,
    SlowFile,
)
from hotdesk_hil.provisioning.settings import Provisioning

__all__ = [
    "AcceptInSilence",
    "Answer",
    "AppCode",
    "ApplicationUser",
    "AzureCall",
    "AzureHistory",
    "BadCertificate",
    "BrokenFile",
    "CertificateFlaw",
    "CertificateShape",
    "Clock",
    "CloseWithoutAnswer",
    "Cluster",
    "ClusterError",
    "Code",
    "ConnectionFault",
    "Counters",
    "CutAnswer",
    "CutFile",
    "Delay",
    "Device",
    "Disguise",
    "Dribble",
    "EmService",
    "EndUserCredential",
    "Event",
    "Exchange",
    "FactorAnswer",
    "FactorUnavailable",
    "Fault",
    "FaultRule",
    "Faults",
    "FileFault",
    "Form",
    "LongFile",
    "MissingFile",
    "MultipleLogin",
    "Outage",
    "Outcome",
    "PinCounters",
    "PretendSuccess",
    "Profile",
    "Provisioning",
    "PushImpossible",
    "Refuse",
    "RefuseConnection",
    "RemoteCluster",
    "RequestRecord",
    "ResetAnswer",
    "ResetConnection",
    "SecondFactor",
    "ServiceParameters",
    "Silence",
    "SlowFile",
    "Started",
    "StateError",
    "TlsSettings",
    "TlsVersion",
    "Total",
    "Traffic",
    "User",
    "VipFactor",
    "WrongLength",
]
