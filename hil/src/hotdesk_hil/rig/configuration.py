"""What the phone is told before it starts: the text of its configuration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

# What of a configuration is secret.
SECRET = re.compile(r"^(\s*(?:appCertificate|adminCode)\s*=\s*)(.*?)\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Secured:
    """How a service of the configuration is secured: the certificate (PEM) that it is trusted by, and more.

    The certificate is that of the authority, or with `is_self_signed` the service's own.
    """

    certificate: str
    is_self_signed: bool = False
    name: str | None = None
    highest: str | None = None

    def lines(self, file: str) -> list[str]:
        """Returns the lines below the service; the certificate is in this file."""
        lines = [f"service-{'certificate' if self.is_self_signed else 'ca'} = {file}"]
        lines += [] if self.name is None else [f"service-name = {self.name}"]
        return lines + ([] if self.highest is None else [f"service-tls = {self.highest}"])


@dataclass(frozen=True)
class PhoneConfig:
    """Services (primary, backup), application user, name servers and more."""

    services: Sequence[str]
    app_id: str | None = None
    app_certificate: str | None = field(default=None, repr=False)
    name_servers: Sequence[str] = ()
    search_domain: str | None = None
    poll_minutes: int | None = None
    user_id_mode: str | None = None
    durations: str | None = None
    language: str | None = None
    provisioning: str | None = None
    login: str | None = None
    service_menu: Sequence[tuple[str, str]] = ()
    secured: Sequence[Secured] = ()
    time_server: str | None = None

    def text(self, *, masked: bool = False) -> str:
        """Returns the text; `masked` hides the certificate."""
        lines = ["# Written by the rig for one run."]
        for number, service in enumerate(self.services):
            if number < len(self.secured):
                lines.append(f"service = https://{service}")
                lines += self.secured[number].lines(f"CERT{number + 1}.PEM")
            else:
                lines.append(f"service = {service}")
        if self.time_server is not None:
            lines.append(f"timeServer = {self.time_server}")
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
        if self.provisioning is not None:
            lines.append(f"provisioning = {self.provisioning}")
        if self.login is not None:
            lines.append(f"login = {self.login}")
        lines += [f"services = {name}, {url}" for name, url in self.service_menu]
        return "\n".join(lines) + "\n"
