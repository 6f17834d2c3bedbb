"""A port of this machine that leads to one service or another, and keeps what went over each connection.

So a phone that is told of one service meets many, one after the other, without a restart. QEMU's user
networking shows the port to the phone at 10.0.2.2. It must not change a byte.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType

AT_ONCE = 65536


@dataclass
class Line:
    """A connection: what the phone sent, and what it was sent."""

    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)


class Relay:
    """A port that leads to the port `to` of this machine, for connections from then on. A context manager."""

    def __init__(self) -> None:
        self.to = 0
        self.lines: list[Line] = []
        """The connections so far, in order."""
        self._listener = socket.socket()
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def as_seen_by_phone(self) -> str:
        """Address and port for the phone's configuration."""
        return f"10.0.2.2:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Relay:
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in (self._listener, *self._open):
            with contextlib.suppress(OSError):  # closed already
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return
            line = Line()
            self.lines.append(line)
            try:
                service = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                phone.close()
                continue
            self._open += [phone, service]
            for ends in ((phone, service, line.sent), (service, phone, line.received)):
                threading.Thread(target=_carry, args=ends, daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket, kept: bytearray) -> None:
    """Carries what comes from one end to the other, and its end too."""
    with contextlib.suppress(OSError):
        while data := source.recv(AT_ONCE):
            kept += data
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
