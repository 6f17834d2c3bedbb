"""A name server on this machine's loopback, good or bad: what the phone asks when its card names it.

It answers questions for IPv4 addresses (RFC 1035) over UDP and remembers them. QEMU's user networking shows
it to the phone at 10.0.2.2. It must not ask anybody itself.
"""

from __future__ import annotations

import contextlib
import enum
import socket
import struct
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType

HEADER = struct.Struct(">6H")
TYPE_A, CLASS_IN = 1, 1
ANSWERS = 0x8180  # a response; recursion desired and available
NO_SUCH_NAME = 3
# The record's name is the question's, 12 bytes into the message.
RECORD = struct.Struct(">HHHIH4s")
NAME_OF_QUESTION = 0xC00C


class Manner(enum.Enum):
    """How a name server answers."""

    answers = 0
    server_failure = 2
    refuses = 5
    is_silent = -1
    sends_garbage = -2


class NameServer:
    """A name server that knows the addresses of some hosts. A context manager.

    ```python
    with NameServer({"em1.example.com": ["10.0.2.2"]}) as server:
        config = PhoneConfig(["em1.example.com:8080"], name_servers=[server.as_seen_by_phone])
    ```
    """

    def __init__(
        self, hosts: Mapping[str, Sequence[str]] | None = None, manner: Manner = Manner.answers
    ) -> None:
        self._hosts = dict(hosts or {})
        self.manner = manner
        """How it answers from now on."""
        self.delay = 0.0
        """Seconds until it answers."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.asked: list[str] = []
        """The names asked for so far, in order."""

    @property
    def as_seen_by_phone(self) -> str:
        """Address and port for the phone's card."""
        return f"10.0.2.2:{self._socket.getsockname()[1]}"

    def answer(self, host: str, addresses: Sequence[str]) -> None:
        """Answers from now on that the host has these addresses."""
        self._hosts[host] = addresses

    def forget(self, host: str) -> None:
        """Answers from now on that there is no such host."""
        self._hosts.pop(host, None)

    def __enter__(self) -> NameServer:
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
            answer = self._answer(question)
            if answer is None:
                continue
            if self.delay:
                # Others are not kept waiting.
                late = threading.Timer(self.delay, self._send, (answer, sender))
                late.daemon = True
                late.start()
            else:
                self._send(answer, sender)

    def _send(self, answer: bytes, sender: tuple[str, int]) -> None:
        with contextlib.suppress(OSError):  # closed meanwhile, or the asker is gone
            self._socket.sendto(answer, sender)

    def _answer(self, question: bytes) -> bytes | None:
        number = HEADER.unpack_from(question)[0]
        name, end = _name(question)
        self.asked.append(name)
        if self.manner is Manner.is_silent:
            return None
        if self.manner is Manner.sends_garbage:
            return b"this is no DNS message"
        code, addresses = self.manner.value, self._hosts.get(name, [])
        if self.manner is Manner.answers and not addresses:
            code = NO_SUCH_NAME
        elif code:
            addresses = []
        head = HEADER.pack(number, ANSWERS | code, 1, len(addresses), 0, 0)
        records = (
            RECORD.pack(NAME_OF_QUESTION, TYPE_A, CLASS_IN, 60, 4, socket.inet_aton(address))
            for address in addresses
        )
        return head + question[HEADER.size : end] + b"".join(records)


def _name(question: bytes) -> tuple[str, int]:
    """Returns the name a message asks for, and where its question ends."""
    labels = []
    position = HEADER.size
    while length := question[position]:
        labels.append(question[position + 1 : position + 1 + length].decode("ascii"))
        position += 1 + length
    return ".".join(labels), position + 1 + 4
