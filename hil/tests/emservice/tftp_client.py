"""A TFTP client as phones have one, written from RFC 1350 and 2347 to 2349 with the standard library alone.

Must never import the simulator or its TFTP library: it is the other side of the wire.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

READ, WRITE, DATA, ACK, ERROR, OPTIONS = range(1, 7)


@dataclass(frozen=True)
class Loaded:
    """A file: its blocks, and the options that the server acknowledged."""

    blocks: tuple[bytes, ...]
    options: dict[str, str]

    @property
    def content(self) -> bytes:
        return b"".join(self.blocks)


class TftpError(Exception):
    """The server sent an error."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


def load(
    port: int, name: str, options: dict[str, str] | None = None, *, timeout: float = 10.0, lose: int = 0
) -> Loaded:
    """Loads a file; of every `lose` blocks one is lost on the way, once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as at:
        at.settimeout(timeout)
        at.sendto(_request(READ, name, options or {}), ("127.0.0.1", port))
        acknowledged: dict[str, str] = {}
        blocks: list[bytes] = []
        size, lost = 512, 0
        while True:
            packet, peer = at.recvfrom(65536)
            kind, number = struct.unpack("!HH", packet[:4])
            if kind == ERROR:
                raise TftpError(number, packet[4:-1].decode())
            if kind == OPTIONS:
                words = packet[2:-1].decode().split("\0")
                acknowledged = dict(zip(words[::2], words[1::2], strict=True))
                size = int(acknowledged.get("blksize", 512))
                at.sendto(struct.pack("!HH", ACK, 0), peer)
                continue
            assert kind == DATA
            if lose and number == len(blocks) + 1 and number % lose == 0 and lost < number:
                lost = number
                continue
            if number == len(blocks) + 1:
                blocks.append(packet[4:])
            at.sendto(struct.pack("!HH", ACK, number), peer)
            if number == len(blocks) and len(blocks[-1]) < size:
                return Loaded(tuple(blocks), acknowledged)


def write(port: int, name: str) -> None:
    """Offers a file; raises `TftpError` where the server wants none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as at:
        at.settimeout(10)
        at.sendto(_request(WRITE, name, {}), ("127.0.0.1", port))
        packet, _ = at.recvfrom(65536)
        kind, number = struct.unpack("!HH", packet[:4])
        if kind == ERROR:
            raise TftpError(number, packet[4:-1].decode())


def _request(kind: int, name: str, options: dict[str, str]) -> bytes:
    words = [name, "octet", *(word for option in options.items() for word in option)]
    return struct.pack("!H", kind) + b"".join(word.encode() + b"\0" for word in words)
