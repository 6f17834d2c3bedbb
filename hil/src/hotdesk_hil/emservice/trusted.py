"""The trusted list of the service parameters: IP addresses and host names, and the addresses they stand for.

Must never ask a name server while a request waits: names are resolved when the service starts.
"""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# The last label is not a number: 10.0.0.256 is a mistake, not a name.
_HOST = re.compile(rf"({_LABEL}\.)*(?![0-9]+\.?\Z){_LABEL}\.?", re.IGNORECASE)

log = logging.getLogger("hotdesk_hil.emservice")


def entries(text: str) -> tuple[str, ...]:
    """Returns the entries of a list with `;` between; raises `ValueError` for what is no address and no name.

    Ranges and patterns are none: the service knows neither.
    """
    found = tuple(part.strip() for part in text.split(";") if part.strip())
    for entry in found:
        if address(entry) is None and not _HOST.fullmatch(entry):
            raise ValueError(f"{entry!r} is neither an IP address nor a host name")
    return found


def address(text: str) -> Address | None:
    """Returns the address, None for what is none; an IPv4 address mapped into IPv6 is the IPv4 address."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def resolve(names: Iterable[str]) -> frozenset[Address]:
    """Returns every address of the entries; a name that cannot be resolved is logged and skipped."""
    found: set[Address | None] = set()
    for name in names:
        own = address(name)
        if own is not None:
            found.add(own)
            continue
        try:
            rows = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except OSError as error:
            log.warning("trusted_list_of_ips: %s cannot be resolved: %s", name, error)
            continue
        # Some IPv6 addresses end with a scope.
        found.update(address(str(row[4][0]).partition("%")[0]) for row in rows)
    return frozenset(item for item in found if item is not None)
