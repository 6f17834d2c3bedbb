"""In which order the rows of a list go: those about one device or one user as they stand, others side by
side.

No socket, no clock: it is told which row has ended and says which may start.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ._list_rows import Row

AHEAD = 1000
"""Rows that are looked at to find one that may start."""


@dataclass
class _Open:
    """A row that has not ended. `alone`: it starts only where no take-over before it is open."""

    row: Row
    about: frozenset[tuple[str, str]] = field(init=False)
    running: bool = False
    alone: bool = False

    def __post_init__(self) -> None:
        # Two kinds of names: a user may be called as a device is.
        device = ("device", self.row.device.casefold())
        self.about = frozenset([device, ("user", self.row.user.casefold())] if self.row.user else [device])


class Order:
    """Which rows may start.

    A logout without a user frees whoever is on the phone, so each login behind it waits for it. A take-over
    does as much, but lists of take-overs must not go one by one: `again` sends a login again that one
    overtook.
    """

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._open: dict[int, _Open] = {}

    def ended(self) -> bool:
        """Tell whether every row has ended."""
        self._fill()
        return not self._open

    @property
    def running(self) -> int:
        """How many rows have started and not ended."""
        return sum(entry.running for entry in self._open.values())

    def start(self, most: int) -> list[Row]:
        """Return rows that may start now, and take them for started."""
        self._fill()
        found: list[Row] = []
        busy: set[tuple[str, str]] = set()
        logout_open = take_over_open = False
        for entry in self._open.values():
            if len(found) >= most:
                break
            if not entry.running and not self._waits(entry, busy, logout_open, take_over_open):
                entry.running = True
                found.append(entry.row)
            busy |= entry.about
            logout_open |= entry.row.operation == "logout" and not entry.row.user
            take_over_open |= entry.row.operation == "take-over"
        return found

    def end(self, row: Row) -> None:
        """Take a row for ended."""
        del self._open[row.number]

    def overtook(self, row: Row) -> bool:
        """Tell whether a take-over that stands before the row is open, so that its user may yet be freed."""
        before = (entry.row for number, entry in self._open.items() if number < row.number)
        return any(earlier.operation == "take-over" for earlier in before)

    def again(self, row: Row) -> None:
        """Let a row that was started wait for the take-overs before it, and start once more."""
        entry = self._open[row.number]
        entry.running, entry.alone = False, True

    @staticmethod
    def _waits(entry: _Open, busy: set[tuple[str, str]], logout_open: bool, take_over_open: bool) -> bool:
        logs_in = entry.row.operation != "logout"
        return bool(entry.about & busy) or (logs_in and logout_open) or (entry.alone and take_over_open)

    def _fill(self) -> None:
        while len(self._open) < AHEAD and (row := next(self._rows, None)) is not None:
            self._open[row.number] = _Open(row)
