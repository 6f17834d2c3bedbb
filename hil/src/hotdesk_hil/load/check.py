"""Who is logged in where, asked of the service, against who should be: each on his phone, nobody twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hotdesk import Error
from hotdesk.client import Retry

from hotdesk_hil.load.desks import Desk
from hotdesk_hil.load.phases import NIGHT, SHIFT, STORM
from hotdesk_hil.load.phone import Service

AT_ONCE = 100
"""Users that one query asks about."""
SHOWN = 10


@dataclass
class Check:
    """What the service said of the users that were asked about."""

    right: int = 0
    """Users who are where they should be: on one phone, or nowhere."""
    absent: int = 0
    twice: int = 0
    elsewhere: int = 0
    """Logged in where they should not be."""
    named: list[str] = field(default_factory=list)
    failed: str | None = None
    """Why the service could not be asked."""

    @property
    def wrong(self) -> int:
        """Users who are not where they should be."""
        return self.absent + self.twice + self.elsewhere


def expected(phase: str, desks: Iterable[Desk]) -> dict[str, str | None]:
    """Returns on which device each user should be when a phase is over, None for nowhere."""
    users: dict[str, str | None] = {}
    for desk in desks:
        users[desk.person.user] = desk.device if phase == STORM else None
        if desk.late is not None and phase in (SHIFT, NIGHT):
            users[desk.late.user] = desk.device if phase == SHIFT else None
    return users


def check(service: Service, users: Mapping[str, str | None]) -> Check:
    """Asks the service where the users are."""
    found = Check()
    names = list(users)
    with service.client(retry=Retry()) as client:
        for start in range(0, len(names), AT_ONCE):
            try:
                rows = client.user_devices(*names[start : start + AT_ONCE])
            except Error as error:
                found.failed = str(error)
                return found
            for name, row in zip(names[start:], rows, strict=False):
                _count(found, name, users[name], [device.casefold() for device in row.devices])
    return found


def _count(found: Check, user: str, device: str | None, devices: list[str]) -> None:
    if devices == ([] if device is None else [device.casefold()]):
        found.right += 1
        return
    if len(devices) > 1:
        found.twice += 1
    elif not devices:
        found.absent += 1
    else:
        found.elsewhere += 1
    if len(found.named) < SHOWN:
        on = " and ".join(name.upper() for name in devices) or "no phone"
        found.named.append(f"{user}: on {on}, not on {device or 'none'}")
