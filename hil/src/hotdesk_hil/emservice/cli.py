"""The command `hotdesk-emservice`: the simulated service until Ctrl-C, one line a request.

Must never print a certificate or PIN of a cluster file that somebody names; those of the demo cluster, which
comes with the package, are no secret. Standard output is for people and for `grep`.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import io
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hotdesk_hil.emservice.cluster import Cluster, ClusterError
from hotdesk_hil.emservice.second_factor import SecondFactor
from hotdesk_hil.emservice.server import PATH
from hotdesk_hil.emservice.simulator import EmService
from hotdesk_hil.emservice.state_file import StateError
from hotdesk_hil.emservice.tls_settings import CERTIFICATES, CertificateFlaw, CertificateShape, TlsVersion
from hotdesk_hil.provisioning.http_server import HTTP_PORT

TOKEN_VARIABLE = "HOTDESK_EMSERVICE_TOKEN"  # noqa: S105 (the name of a variable)
# Who and what the example requests of the demo cluster name.
_APPLICATION, _USER, _DEVICE = "emphone", "john", "SEP003094C25B15"


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and returns its exit status: 0 after Ctrl-C, 2 where it could not start."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.ca is not None and options.tls_port is None:
        parser.error("--ca needs --tls-port")
    tls: dict[str, Any] = {
        "certificate": options.tls_certificate,
        "version": None if options.tls_version is None else TlsVersion(options.tls_version),
        "client_certificate": options.tls_client_certificate or None,
    }
    tls = {key: value for key, value in tls.items() if value is not None}
    if tls and options.tls_port is None:
        parser.error(f"--tls-{next(iter(tls)).replace('_', '-')} needs --tls-port")
    _log_to_standard_output()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        cluster = Cluster.demo() if options.cluster is None else Cluster.read(options.cluster)
        cluster.tls = replace(cluster.tls, **tls)
        service = EmService(
            cluster,
            options.host,
            options.port,
            options.state,
            lenient=options.lenient,
            tls_port=options.tls_port,
            ca=options.ca,
            control_port=options.control_port,
            control_token=os.environ.get(TOKEN_VARIABLE),
            provisioning_port=options.provisioning_port,
            tftp_port=options.tftp_port,
            second_factor=None if options.second_factor is None else options.second_factor(),
            trace=options.trace,
        )
    except (ClusterError, StateError) as error:
        return _cannot_start(error)
    except ValueError as error:
        return _cannot_start(f"{TOKEN_VARIABLE}: {error}")
    # The cluster stays as long as the process: the garbage collector need not go through it again.
    gc.collect()
    gc.freeze()
    try:
        with service:
            lines = _where(service)
            if options.cluster is None:
                lines += _how(service)
            # At once: a request that comes meanwhile has its line behind these, not between them.
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()
            stop.wait()
    except OSError as error:
        return _cannot_start(error.strerror or error)
    return 0


def _cannot_start(why: object) -> int:
    print(f"hotdesk-emservice: {why}", file=sys.stderr)
    return 2


def _where(service: EmService) -> list[str]:
    lines = [f"listening at {service.url}"]
    if service.tls_url is not None:
        lines.append(f"listening at {service.tls_url}")
    lines += [f"files of phones at {url}" for url in (service.provisioning_url, service.tftp_url) if url]
    if service.control_url is not None:
        lines.append(f"control at {service.control_url}#token={quote(service.control_token, safe='')}")
    if service.authority is not None:
        what = "self-signed certificate" if service.authority.is_self_signed else "certificate authority"
        if service.authority.file is not None:
            lines.append(f"{what}: {service.authority.file}")
        else:
            lines.append(f"{what}, another one at the next start (--ca keeps it):")
            lines.append(service.authority.certificate.strip())
    return lines


def _how(service: EmService) -> list[str]:
    """Returns lines with requests that the demo cluster answers with success."""
    certificate = service.cluster.application_users[_APPLICATION].certificate
    app = f"<appInfo><appID>{_APPLICATION}</appID><appCertificate>{certificate}</appCertificate></appInfo>"
    login = f"<login><deviceName>{_DEVICE}</deviceName><userID>{_USER}</userID></login>"
    setting = f'set "HOTDESK_CERT={certificate}" &&' if os.name == "nt" else f"HOTDESK_CERT={certificate}"
    who = f"--service {service.url.removesuffix(PATH)} --http --app {_APPLICATION}"
    users = ", ".join(user.id for user in service.cluster.users.values())
    phones = ", ".join(
        device.name for device in service.cluster.devices.values() if device.extension_mobility
    )
    return [
        f"the demo cluster: users {users}; phones {phones}",
        "try, in another terminal:",
        f'  curl --data-urlencode "xml=<request>{app}{login}</request>" {service.url}',
        f"  {setting} hotdesk who {_DEVICE} {who}",
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hotdesk-emservice",
        description="Simulates the Extension Mobility service of a cluster.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"hotdesk-emservice {version('hotdesk-hil')}")
    parser.add_argument(
        "--cluster", metavar="FILE", help="cluster description, TOML (default: the demo cluster)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8080, help="port, 0 for a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--state", metavar="FILE", help="keep who is logged in here over restarts (default: memory)"
    )
    parser.add_argument("--tls-port", type=_port, metavar="PORT", help="a second port, with TLS")
    parser.add_argument(
        "--ca", metavar="FOLDER", help="keep the certificate authority here, made on first start"
    )
    parser.add_argument(
        "--tls-certificate",
        type=_certificate,
        metavar="KIND",
        help=f"the certificate that it shows: {', '.join(kind.value for kind in CERTIFICATES)}",
    )
    parser.add_argument(
        "--tls-version",
        choices=[version.value for version in TlsVersion],
        help="the only version of TLS that it speaks; any: both",
    )
    parser.add_argument(
        "--tls-client-certificate",
        action="store_true",
        help="let in only who shows a certificate of the same authority",
    )
    parser.add_argument(
        "--control-port",
        type=_port,
        metavar="PORT",
        help=f"control interface and web page, on the loopback address; token from {TOKEN_VARIABLE}, or made",
    )
    parser.add_argument(
        "--provisioning-port",
        type=_port,
        metavar="PORT",
        help=f"files of phones (SEP<MAC>.cnf.xml) over HTTP; phones ask port {HTTP_PORT}",
    )
    parser.add_argument(
        "--tftp-port",
        type=_port,
        metavar="PORT",
        help="the same over TFTP, with the extra [tftp]; phones ask port 69",
    )
    parser.add_argument(
        "--second-factor",
        type=_factor,
        metavar="MODULE:CLASS",
        help="asks for a second factor at the login application; the module is looked for here, too",
    )
    parser.add_argument(
        "--trace",
        metavar="FILE",
        help="add traces as a call manager writes them, for hotdesk logs; without PINs and certificates",
    )
    parser.add_argument(
        "--lenient",
        action="store_true",
        help="take elements in any order; skip unknown ones, attributes, namespaces, the declared encoding",
    )
    return parser


def _log_to_standard_output() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name may hold what the terminal does not
    lines = logging.StreamHandler(sys.stdout)
    lines.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    ours = logging.getLogger("hotdesk_hil.emservice")
    ours.addHandler(lines)
    ours.setLevel(logging.INFO)


def _factor(text: str) -> Callable[[], SecondFactor]:
    module, _, name = text.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} cannot be loaded: {error}") from None
    finally:
        sys.path.pop(0)
    if not (isinstance(found, type) and issubclass(found, SecondFactor)):
        raise argparse.ArgumentTypeError(f"{text!r} is no class that derives from SecondFactor")
    return found


def _certificate(text: str) -> CertificateShape | CertificateFlaw:
    for kind in CERTIFICATES:
        if kind.value == text:
            return kind
    raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(kind.value for kind in CERTIFICATES)}")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not 0 to 65535")
    return int(text)
