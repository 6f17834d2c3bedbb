"""The options that `hotdesk-load` adds to Locust's own, and those of Locust's whose defaults it changes.

The password of the application user is never an option: Locust tells its workers each of them.
"""

from __future__ import annotations

import os
from typing import Any

from hotdesk import AppInfo
from hotdesk.clusters import certificate_file, certificate_variable
from locust import events
from locust.util.timespan import parse_timespan

from hotdesk_hil.load.phases import SHAPES

CERTIFICATE_VARIABLE = "HOTDESK_CERT"


@events.init_command_line_parser.add_listener
def add_options(parser: Any, **_: Any) -> None:
    """Adds the options; what opens a port is bound to the loopback address unless somebody says otherwise."""
    group = parser.add_argument_group("Extension Mobility")
    group.add_argument(
        "--desks", metavar="FILE", required=True, help="the desks (CSV): device,user,pin,late_user,late_pin"
    )
    group.add_argument(
        "--shape", choices=list(SHAPES), default="storm", help="what happens (default: %(default)s)"
    )
    group.add_argument(
        "--within", metavar="TIME", type=_time, default="1m",
        help="over which time people come, as 90, 5m (default: 1m)",
    )  # fmt: skip
    group.add_argument(
        "--app",
        metavar="ID",
        default="emphone",
        help="the application user that asks (default: %(default)s); its password is in HOTDESK_CERT",
    )
    group.add_argument(
        "--cert-file", metavar="FILE", help="a file with that password, mode 600, instead of HOTDESK_CERT"
    )
    group.add_argument(
        "--ca", metavar="FILE", help="the authority of the service's certificate, or that certificate itself"
    )
    group.add_argument(
        "--http", action="store_true", help="allow http, which shows every credential to whoever listens"
    )
    group.add_argument(
        "--control",
        metavar="URL",
        help="the control interface of hotdesk-emservice, for its counters; token: HOTDESK_EMSERVICE_TOKEN",
    )
    group.add_argument(
        "--tries",
        metavar="N",
        type=_count,
        default=10,
        help="how often a person presses the key before he gives up (default: %(default)s)",
    )
    group.add_argument(
        "--forgotten",
        metavar="SHARE",
        type=_share,
        default=0.1,
        help="share of the early people who forget to log out at the shift change (default: %(default)s)",
    )
    group.add_argument(
        "--seed",
        metavar="N",
        type=int,
        default=1,
        help="repeats the times at which people come (default: %(default)s)",
    )
    parser.set_defaults(
        headless=True,
        only_summary=True,
        run_time="10m",
        web_host="127.0.0.1",
        master_bind_host="127.0.0.1",
        expect_workers_max_wait=60,
    )


def application_user(options: Any) -> AppInfo:
    """Returns who asks; raises `ValueError` where there is no password."""
    if options.cert_file is not None:
        return AppInfo(id=options.app, certificate=certificate_file(options.cert_file))
    if CERTIFICATE_VARIABLE not in os.environ:
        raise ValueError(
            f"there is no password of the application user {options.app}; set {CERTIFICATE_VARIABLE}, "
            f"or name a file that holds it by --cert-file"
        )
    return AppInfo(id=options.app, certificate=certificate_variable(CERTIFICATE_VARIABLE))


def _time(text: str) -> float:
    seconds = parse_timespan(text)
    if seconds < 0:
        raise ValueError
    return float(seconds)


def _count(text: str) -> int:
    if int(text) < 1:
        raise ValueError
    return int(text)


def _share(text: str) -> float:
    if not 0 <= float(text) <= 1:
        raise ValueError
    return float(text)
