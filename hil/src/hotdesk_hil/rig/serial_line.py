"""A board's serial line on a bench: labgrid's SerialDriver, for a line on which a PIN is typed.

labgrid's own reports every byte as a step, to its log and to whoever listens. This one does not, lets
keypad, log and screen share the line, and blames the line where it breaks. It must not know what is said
on it.
"""

from __future__ import annotations

import attr
import serial
from labgrid import target_factory
from labgrid.driver import Driver, SerialDriver

from .errors import BoardError


@target_factory.reg_driver
@attr.s(eq=False)
class SerialLineDriver(SerialDriver):
    """The serial line that the serial keypad is on and that the log comes from.

    Bindings:
        port (SerialPort, NetworkSerialPort): the port, as for labgrid's SerialDriver
    """

    def on_activate(self) -> None:
        """Opens the port. Raises BoardError where that cannot be."""
        try:
            super().on_activate()
        except (OSError, ValueError) as error:
            raise BoardError(f"{error}: is it plugged in, and may this user open it?") from error

    def resolve_conflicts(self, client: Driver) -> None:
        """Keeps all clients active: keypad, log and screen share the line."""

    @Driver.check_active
    def write(self, data: bytes) -> int:
        """Sends bytes."""
        try:
            return self._write(data)
        except (OSError, serial.SerialException) as error:
            raise self._broken(error) from error

    @Driver.check_active
    def read(self, size: int = 1, timeout: float = 0.0, max_size: int | None = None) -> bytes:
        """Returns what has come. Raises pexpect's TIMEOUT where that is nothing."""
        try:
            return self._read(size, timeout, max_size)
        except (OSError, serial.SerialException) as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> BoardError:
        return BoardError(f"the serial line {self.serial.port} broke: {error}")
