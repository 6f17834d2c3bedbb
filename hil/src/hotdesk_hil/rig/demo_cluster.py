"""Who takes part when a phone is shown or measured: the demo cluster's application user and its user john.

Reads the same cluster file that the simulator is started with, so names and secrets are written down once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .. import package_data
from ..emservice import Cluster, ClusterError
from .configuration import PhoneConfig
from .errors import RigError

CLUSTER = package_data.CLUSTERS / "demo.toml"
APPLICATION_USER = "emphone"
USER = "john"
# QEMU's user networking shows the host's loopback under this address.
HOST_AS_SEEN_BY_PHONE = "10.0.2.2"


@dataclass(frozen=True)
class DemoCluster:
    """The demo's cluster file and the accounts used from it."""

    path: Path
    app_id: str
    app_certificate: str = field(repr=False)
    user: str
    pin: str = field(repr=False)

    @classmethod
    def read(cls, path: Path | None = None) -> DemoCluster:
        """Reads the cluster file (default: the demo's). Raises RigError when an account is missing in it."""
        path = path or CLUSTER
        try:
            cluster = Cluster.read(path)
            application = cluster.application_users[APPLICATION_USER]
            person = cluster.users[USER]
        except ClusterError as error:
            raise RigError(str(error)) from error
        except KeyError as error:
            needed = f"{APPLICATION_USER} and {USER}"
            raise RigError(f"{path} has no account {error}; the demo needs {needed}") from error
        return cls(path, application.id, application.certificate, person.id, person.pin)

    def phone_config(self, port: int) -> PhoneConfig:
        """Returns the configuration for a service at this port of the host."""
        return PhoneConfig([f"{HOST_AS_SEEN_BY_PHONE}:{port}"], self.app_id, self.app_certificate)
