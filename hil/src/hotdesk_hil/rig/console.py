"""The console of an emulated board: what is written goes to the keypad's line, what is read is the log.

labgrid's mixin gives `expect` and the like. Its `read` and `write` are replaced, since they report every
byte as a step: what goes to a keypad is a PIN.
"""

from __future__ import annotations

import abc
import time
from pathlib import Path

from labgrid.driver import Driver
from labgrid.driver.consoleexpectmixin import ConsoleExpectMixin
from pexpect import TIMEOUT

READ_INTERVAL = 0.01


class BoardConsole(ConsoleExpectMixin):
    """A console of a keypad's line and a log."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.txdelay = None

    @abc.abstractmethod
    def send(self, data: bytes) -> None:
        """Sends bytes on the keypad's line. Raises OSError where that broke."""

    @abc.abstractmethod
    def logged(self, max_size: int | None) -> bytes:
        """Returns what was logged since the last call, so many bytes at most; without a wait."""

    @Driver.check_active
    def write(self, data: bytes) -> int:
        """Sends bytes on the keypad's line."""
        self.send(data)
        return len(data)

    @Driver.check_active
    def read(self, size: int = 1, timeout: float = 0.0, max_size: int | None = None) -> bytes:  # noqa: ARG002
        """Returns what was logged since the last call. Raises pexpect's TIMEOUT where that is nothing."""
        end = time.monotonic() + timeout
        while True:
            data = self.logged(max_size)
            if data:
                return data
            if time.monotonic() >= end:
                raise TIMEOUT(f"the board said nothing within {timeout:g} s")
            time.sleep(READ_INTERVAL)

    # What labgrid's mixin reads and writes with.
    _read, _write = read, write


class EmulatedConsole(BoardConsole):
    """A console whose log is a file, which takes all the board can say."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._log_read = 0

    @property
    @abc.abstractmethod
    def log_file(self) -> Path | None:
        """What the board has sent on its log line since power on, as it came. None while there is none."""

    def begin_log(self) -> None:
        """Reads from the beginning of the log: the board is switched on."""
        self._log_read = 0

    def logged(self, max_size: int | None) -> bytes:
        """Returns what was logged since the last call."""
        if self.log_file is None or not self.log_file.is_file():
            return b""  # the board did not get as far as opening it
        with self.log_file.open("rb") as file:
            file.seek(self._log_read)
            data = file.read(max_size or -1)
        self._log_read += len(data)
        return data
