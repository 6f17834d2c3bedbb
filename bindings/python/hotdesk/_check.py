"""`hotdesk check`: whether a cluster can be used, step by step, and a first `hotdesk.toml` of what was given.

It changes nothing on the service: it asks who is on a phone that does not exist.
"""

import argparse
import json
import os
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from . import clusters
from ._failures import NOT_REACHED, REFUSED
from ._operations import Attempt
from ._tls import Trust, refusal, trust
from ._transport import PATH, address
from .client import Client, Retry, Timeouts
from .errors import Error, ServiceRefused, Unreachable

NOBODY = "SEP000000000000"
"""A device that no cluster has; to ask for it needs all that to ask for another one needs."""
CLOCK_SECONDS = 60
"""How far the clocks may be apart: certificates and logs are compared by them."""
# Codes that say that the credential is wrong, and those that say that it is right but may not.
WRONG, NO_RIGHTS, NOT_FROM_HERE = (2, 3), (10,), (28, 30)


@dataclass(frozen=True)
class Step:
    """One step of a check; `ok` is None where it could not be looked at."""

    service: str
    step: str
    ok: bool | None
    says: str


def steps(cluster: clusters.Cluster) -> Iterator[Step]:
    """Check each service of a cluster."""
    app = cluster.app()
    for service in (cluster.service, cluster.backup):
        if service is None:
            continue
        url = address(service, allow_http=cluster.allow_http)
        trusted = trust([url], cluster.ca)
        parts = urlsplit(url)
        where, port = parts.hostname or "", parts.port or 0
        reached = _address(parts.netloc, where, port)
        yield reached
        if not reached.ok:
            continue
        if parts.scheme == "https":
            spoken = _tls(parts.netloc, where, port, trusted)
            yield spoken
            if not spoken.ok:
                continue
        else:
            yield Step(parts.netloc, "TLS", None, "http: whoever listens sees every password")
        attempts: list[Attempt] = []
        with Client(
            url,
            app,
            ca=cluster.ca,
            allow_http=cluster.allow_http,
            timeouts=Timeouts(read=10, answer=20),
            retry=Retry(attempts=2),
            on_attempt=attempts.append,
        ) as client:
            try:
                client.device_users(NOBODY)
            except Error as error:
                yield from _refused(parts.netloc, app.id, error)
            else:
                yield Step(
                    parts.netloc, "service", True, f"Extension Mobility answers at {parts.path or PATH}"
                )
                yield Step(parts.netloc, "credential", True, f"{app.id} and its password are right")
                yield Step(parts.netloc, "rights", True, f"{app.id} may act for every user")
        yield _clock(parts.netloc, attempts)


def _address(place: str, host: str, port: int) -> Step:
    try:
        with socket.create_connection((host, port), timeout=5) as connection:
            address = connection.getpeername()[0]
    except socket.gaierror:
        return Step(
            place, "address", False, f"there is no host {host}; check the name, and the DNS of this machine"
        )
    except TimeoutError:
        return Step(place, "address", False, "no answer; check the port, and the firewalls between")
    except OSError as error:
        return Step(
            place, "address", False, f"no connection: {error.strerror}; check the port, does the service run?"
        )
    return Step(place, "address", True, f"port {port} of {address} takes connections")


def _tls(place: str, host: str, port: int, trusted: Trust) -> Step:
    try:
        with (
            socket.create_connection((host, port), timeout=5) as connection,
            trusted.context.wrap_socket(connection, server_hostname=host) as tls,
        ):
            certificate, version = tls.getpeercert() or {}, tls.version()
    except OSError as error:
        failed = refusal(error, place, trusted) or Unreachable(f"{place} ended the TLS handshake", place)
        return Step(place, "TLS", False, failed.message)
    until = str(certificate.get("notAfter", ""))
    left = (ssl.cert_time_to_seconds(until) - time.time()) / 86400 if until else 0
    soon = f"; it ends in {left:.0f} days" if left < 30 else ""
    return Step(place, "TLS", True, f"{version}; the certificate is right and holds until {until}{soon}")


def _refused(place: str, app_id: str, error: Error) -> Iterator[Step]:
    code = error.code if isinstance(error, ServiceRefused) else None
    if code is None:
        yield Step(place, "service", False, str(error))
        return
    yield Step(place, "service", True, "Extension Mobility answers")
    if code in WRONG:
        says = f"code {code}: {app_id} is no application user of this cluster, or this is not its password"
        yield Step(place, "credential", False, says)
    elif code in NO_RIGHTS:
        yield Step(place, "credential", True, f"{app_id} and its password are right")
        says = f"code {code}: {app_id} needs the group Standard EM Authentication Proxy Rights"
        yield Step(place, "rights", False, says)
    elif code in NOT_FROM_HERE:
        says = f"code {code}: the service does not trust this machine's address; see its Trusted List of IPs"
        yield Step(place, "rights", False, says)
    else:
        yield Step(place, "credential", None, str(error))


def _clock(place: str, attempts: list[Attempt]) -> Step:
    dates = [attempt.date for attempt in attempts if attempt.date]
    try:
        ahead = parsedate_to_datetime(dates[-1]).timestamp() - time.time()
    except (IndexError, ValueError):
        return Step(place, "clock", None, "the service does not say what time it has")
    apart = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} this machine's"
    if abs(ahead) <= CLOCK_SECONDS:
        return Step(place, "clock", True, f"the service's clock is {apart}")
    return Step(place, "clock", False, f"the service's clock is {apart}; check NTP on both sides")


def code(found: list[Step]) -> int:
    """Return the exit code that a check ends with."""
    wrong = [step.step for step in found if step.ok is False]
    if {"address", "TLS", "service"} & set(wrong):
        return NOT_REACHED
    return REFUSED if wrong else 0


def write(cluster: clusters.Cluster, options: argparse.Namespace) -> Path:
    """Write what was given as a first `hotdesk.toml`; raise `ValueError` where there is one."""
    path = Path(options.config or clusters.FILE)
    name = options.name or "default"
    values = {
        "service": cluster.service,
        "backup": cluster.backup,
        "ca": _beside(cluster.ca, path),
        "allow_http": cluster.allow_http or None,
        "app_id": cluster.app_id or os.environ.get(clusters.APP_VARIABLE),
        "certificate_file": _beside(cluster.certificate_file, path),
    }
    if cluster.certificate_file is None:
        values["certificate_env"] = cluster.certificate_env or clusters.CERTIFICATE_VARIABLE
    lines = [f"default = {json.dumps(name)}", "", f"[cluster.{json.dumps(name)}]"]
    # What JSON writes of a text or a yes is what TOML reads.
    lines += [f"{key} = {json.dumps(value)}" for key, value in values.items() if value is not None]
    try:
        # Only its owner may write it: it says who gets a password.
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(opened, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except FileExistsError:
        raise ValueError(
            f"{path} is there already; change it by hand, or name another one by --config"
        ) from None
    except OSError as error:
        raise ValueError(f"cannot write {path}: {error.strerror}") from None
    return path


def _beside(file: str | None, path: Path) -> str | None:
    """Return a file's name as it is read out of the configuration: beside that."""
    if file is None:
        return None
    try:
        return Path(os.path.relpath(file, path.parent)).as_posix()
    except ValueError:  # another drive
        return str(Path(file).resolve())
