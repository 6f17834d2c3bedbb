"""What a list would do now: the service is asked who is where, and the rows are gone through in their order.

Must never send a change.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from ._list_rows import Row, WorkList, batches
from .client import AsyncClient

Verdict = Literal[
    "would work", "already so", "unknown device", "unknown user", "logs out", "another user", "elsewhere"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
REFUSED: tuple[Verdict, ...] = ("unknown device", "unknown user", "another user", "elsewhere")
"""What the service would refuse; `elsewhere` only where it does not allow a user on several devices."""

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """What a row would do: `other` is who would be logged out, or holds the phone, or where the user is."""

    row: Row
    verdict: Verdict
    other: str | None = None

    def __str__(self) -> str:
        row = self.row
        who = f"line {row.line}: "
        if self.verdict == "unknown device":
            return f"{who}{row.device} is not known"
        if self.verdict == "unknown user":
            return f"{who}{row.user} is not known"
        if self.verdict == "logs out":
            return f"{who}{self.other} would be logged out of {row.device}"
        if self.verdict == "another user":
            out = f"a login is refused (18), a take-over logs {self.other} out"
            return f"{who}{self.other} is on {row.device}; {out}"
        if self.verdict == "elsewhere":
            return f"{who}{row.user} is on {self.other}; refused (25) unless a user may be on several phones"
        if self.verdict == "already so":
            where = (
                f"{row.user} is on {row.device}"
                if row.operation != "logout"
                else f"nobody is on {row.device}"
            )
            return f"{who}{where} already"
        return f"{who}{row.operation} on {row.device} would work"


async def preview(work: WorkList, client: AsyncClient) -> list[Finding]:
    """Return what each row of a list without faults would do, in the order of the list."""
    rows = list(work.rows())
    devices = _names(row.device for row in rows)
    users = _names(row.user for row in rows if row.operation != "logout")
    on = {row.name.casefold(): row for rows in await _each(client.device_users, devices) for row in rows}
    known = {row.id.casefold(): row.status for rows in await _each(client.check_user, users) for row in rows}
    at = {row.id.casefold(): row for rows in await _each(client.user_devices, users) for row in rows}
    state = _State()
    for name, device in on.items():
        state.on[name] = device.user if device.status == "loggedIn" else None
    for name, user in at.items():
        state.at[name] = {device.casefold(): device for device in user.devices}
    findings = []
    for row in rows:
        if on[row.device.casefold()].status == "doesNotExist":
            findings.append(Finding(row, "unknown device"))
        elif row.operation != "logout" and known[row.user.casefold()] == "doesNotExist":
            findings.append(Finding(row, "unknown user"))
        else:
            findings.append(state.take(row))
    return findings


class _State:
    """Who is where: a user's name for each device, each user's devices."""

    def __init__(self) -> None:
        self.on: dict[str, str | None] = {}
        self.at: defaultdict[str, dict[str, str]] = defaultdict(dict)

    def take(self, row: Row) -> Finding:
        """Judge a row, and carry it out here."""
        device, user = row.device.casefold(), row.user.casefold()
        holder = self.on[device]
        if row.operation == "logout":
            if holder is None:
                return Finding(row, "already so")
            self._free(device)
            return Finding(row, "logs out", holder)
        if holder is not None and holder.casefold() == user:
            return Finding(row, "already so")
        if holder is not None and row.operation == "login":
            return Finding(row, "another user", holder)
        if elsewhere := [name for key, name in self.at[user].items() if key != device]:
            return Finding(row, "elsewhere", ", ".join(elsewhere))
        self._free(device)
        self.on[device] = row.user
        self.at[user][device] = row.device
        return Finding(row, "would work") if holder is None else Finding(row, "logs out", holder)

    def _free(self, device: str) -> None:
        holder = self.on[device]
        if holder is not None:
            self.at[holder.casefold()].pop(device, None)
        self.on[device] = None


def _names(names: Iterable[str]) -> list[str]:
    return list({name.casefold(): name for name in names if name}.values())


async def _each(ask: Callable[..., Awaitable[T]], names: list[str]) -> list[T]:
    """Ask about all names, as many at once as the client lets through."""
    return await asyncio.gather(*(ask(*some) for some in batches(names)))
