"""Waiting for the phone, in the board's own time: a busy machine is not taken for a slow phone.

Where the board's time hardly goes on, the wait ends as well, and later: that is the rig's.
"""

from __future__ import annotations

import time

from .errors import BoardError
from .protocols import TimeProtocol

# Of this machine's time at most so many times the deadline, and so many seconds more.
TIMES, MORE = 10.0, 30.0
INTERVAL = 0.005


class Deadline:
    """The end of a wait of so many seconds of the board's time."""

    def __init__(self, board: TimeProtocol, seconds: float) -> None:
        self._board = board
        self._seconds = seconds
        self._begin = board.time()
        self._end = time.monotonic() + TIMES * seconds + MORE

    @property
    def expired(self) -> bool:
        """Whether it is over. Raises BoardError where the board's time does not go on."""
        passed = self._board.time() - self._begin
        if passed >= self._seconds:
            return True
        if time.monotonic() >= self._end:
            raise BoardError(
                f"the board's time does not go on: {passed:.3g} s in {TIMES * self._seconds + MORE:g} s; "
                "is this machine too busy?"
            )
        return False


def pass_time(board: TimeProtocol, seconds: float) -> None:
    """Lets the board go on for so long."""
    deadline = Deadline(board, seconds)
    while not deadline.expired:
        time.sleep(INTERVAL)
