"""Who takes part when a phone is shown or measured: the demo cluster's application user and its user john.

Reads the same cluster file that the simulator is started with, so names and secrets are written down once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from .. import package_data
from ..emservice import Cluster, ClusterError, EmService
from .configuration import PhoneConfig, Secured
from .errors import RigError
from .time_server import TimeServer

CLUSTER = package_data.CLUSTERS / "demo.toml"
APPLICATION_USER = "emphone"
USER = "john"
# QEMU's user networking shows the host's loopback under this address.
HOST_AS_SEEN_BY_PHONE = "10.0.2.2"
# What the simulator's certificates are for, of the host's names.
NAME_OF_CERTIFICATE = "localhost"


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

    def secured_config(self, port: int, authority: str, time_server: str) -> PhoneConfig:
        """The same for HTTPS: by the certificate (PEM) of the service's authority, and with a time server."""
        secured = Secured(authority, name=NAME_OF_CERTIFICATE)
        return replace(self.phone_config(port), secured=[secured], time_server=time_server)

    @contextmanager
    def served(self, *, https: bool = False) -> Iterator[tuple[EmService, PhoneConfig]]:
        """Serves the cluster in this process; gives the service, and what the phone is told of it."""
        if not https:
            with EmService(self.path) as service:
                yield service, self.phone_config(service.port)
            return
        with EmService(self.path, tls_port=0) as service, TimeServer() as clock:
            if service.tls_port is None or service.authority is None:
                raise RigError("the simulator was started without TLS")
            authority = service.authority.certificate
            yield service, self.secured_config(service.tls_port, authority, clock.as_seen_by_phone)
