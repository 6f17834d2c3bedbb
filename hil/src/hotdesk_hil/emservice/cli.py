"""The command `hotdesk-emservice`: the simulated service until Ctrl-C, one line a request.

Must never print a certificate or PIN; standard output is for people and for `grep`.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import sys
import threading

from hotdesk_hil.emservice.cluster import ClusterError
from hotdesk_hil.emservice.simulator import EmService
from hotdesk_hil.emservice.state_file import StateError

TOKEN_VARIABLE = "HOTDESK_EMSERVICE_TOKEN"  # noqa: S105 (the name of a variable)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and returns its exit status: 0 after Ctrl-C, 2 where it could not start."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.ca is not None and options.tls_port is None:
        parser.error("--ca needs --tls-port")
    _log_to_standard_output()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        service = EmService(
            options.cluster,
            options.host,
            options.port,
            options.state,
            lenient=options.lenient,
            tls_port=options.tls_port,
            ca=options.ca,
            control_port=options.control_port,
            control_token=os.environ.get(TOKEN_VARIABLE),
        )
        # The cluster stays as long as the process: the garbage collector need not go through it again.
        gc.collect()
        gc.freeze()
        with service:
            print(f"listening at {service.url}", flush=True)
            if service.authority is not None:
                print(f"listening at {service.tls_url}", flush=True)
                where = service.authority.file or "kept in memory, another one at the next start"
                print(f"certificate authority ({where}):\n{service.authority.certificate}", flush=True)
            if service.control_url is not None:
                print(f"control at {service.control_url}#token={service.control_token}", flush=True)
            stop.wait()
    except (ClusterError, StateError) as error:
        print(f"hotdesk-emservice: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"hotdesk-emservice: {options.host}:{options.port}: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hotdesk-emservice", description="Simulates the Extension Mobility service of a cluster."
    )
    parser.add_argument("--cluster", required=True, metavar="FILE", help="cluster description (TOML)")
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
        "--control-port",
        type=_port,
        metavar="PORT",
        help=f"control interface and web page, on the loopback address; token from {TOKEN_VARIABLE}, or made",
    )
    parser.add_argument(
        "--lenient", action="store_true", help="accept elements in any order, and skip unknown ones"
    )
    return parser


def _log_to_standard_output() -> None:
    lines = logging.StreamHandler(sys.stdout)
    lines.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    ours = logging.getLogger("hotdesk_hil.emservice")
    ours.addHandler(lines)
    ours.setLevel(logging.INFO)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not 0 to 65535")
    return int(text)
