"""A time server on this machine's loopback: what the phone asks where its configuration names it.

It answers questions by SNTP (RFC 4330). QEMU's user networking shows it to the phone at 10.0.2.2. It must not
tell the time of this machine where a test gave it another.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from types import TracebackType

FROM_1900_TO_1970 = 2_208_988_800
SERVER, STRATUM = 4 << 3 | 4, 2
# Precision 2^-20 s, and of the root no delay, no dispersion and no name.
HEAD = struct.Struct(">BBBb12x")
TIMES = struct.Struct(">8x8s8s8s")


class TimeServer:
    """A time server. A context manager.

    ```python
    with TimeServer() as server:
        config = PhoneConfig(["10.0.2.2:8443"], time_server=server.as_seen_by_phone)
    ```
    """

    def __init__(self) -> None:
        self.is_silent = False
        """Whether it answers nobody."""
        self.ahead = 0
        """Seconds that its time is ahead of this machine's."""
        self.asked = 0
        """Questions so far."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def as_seen_by_phone(self) -> str:
        """Address and port for the phone's configuration."""
        return f"10.0.2.2:{self._socket.getsockname()[1]}"

    def __enter__(self) -> TimeServer:
        self._socket.bind(("127.0.0.1", 0))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # An empty datagram ends the thread's wait; closing the socket would not.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, sender = self._socket.recvfrom(512)
            if not question:
                return
            self.asked += 1
            if not self.is_silent and len(question) >= HEAD.size + TIMES.size:
                self._socket.sendto(self._answer(question), sender)

    def _answer(self, question: bytes) -> bytes:
        seconds = int(time.time()) + self.ahead + FROM_1900_TO_1970
        now = struct.pack(">I4x", seconds & 0xFFFF_FFFF)
        # When the question was sent is told back: the number that the answer is known by.
        return HEAD.pack(SERVER, STRATUM, 6, -20) + TIMES.pack(question[40:48], now, now)
