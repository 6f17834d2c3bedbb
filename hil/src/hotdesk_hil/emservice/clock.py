"""The time of day of one service. Must never go back."""

from __future__ import annotations

import time


class Clock:
    """The time of day, which a test can move forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Returns seconds since the epoch."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Moves the clock forward by `seconds`; logins whose time ends in between are over."""
        if seconds < 0:
            raise ValueError("a clock only moves forward")
        self._ahead += seconds
