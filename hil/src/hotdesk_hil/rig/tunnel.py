"""What is said between a rig and an emulated board on another machine: calls, and the frames on the cable.

Both go over one connection of gRPC, which labgrid's coordinator speaks as well. A call is JSON with bytes
in base64, so nothing that arrives is ever executed. The cable is cut in two: the board with its end is on
one machine; the network, every fault of it and the service are on that of the rig. As on labgrid's own
exported serial lines, nothing is encrypted.
"""

from __future__ import annotations

import abc
import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

import grpc

from .wire import End, Wire

CALL, CABLE = "call", "cable"
SERVICE = "hotdesk.EmulatedBoard"

# An image with its debug information has five million.
LARGEST_MESSAGE = 64 * 1024 * 1024
OPTIONS = [
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    # A machine that is gone without a word is noticed.
    ("grpc.keepalive_time_ms", 7_500),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
]
FRAME_BYTES = 1514


def pack(value: Any) -> bytes:
    """Returns what is sent for a value: numbers, texts, bytes, lists and mappings of them, None."""
    return json.dumps(_plain(value), separators=(",", ":")).encode()


def unpack(data: bytes) -> Any:
    """Returns the value that was sent. Raises ValueError where it is none."""
    return json.loads(data, object_hook=_whole)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, Mapping):
        # JSON has texts for keys alone.
        return {"map": [[_plain(key), _plain(each)] for key, each in value.items()]}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _whole(found: dict[str, Any]) -> Any:
    if "bytes" in found:
        return base64.b64decode(found["bytes"])
    return {key: each for key, each in found["map"]}


class FarEnd(End):
    """An end of the cable that is on the other machine: what goes there waits here until it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self._frames: SimpleQueue[bytes | None] = SimpleQueue()

    @property
    def waiting(self) -> int:
        """About so many bytes have not been sent."""
        return self._frames.qsize() * FRAME_BYTES

    def send(self, frames: Sequence[bytes]) -> None:
        """Has frames sent."""
        for frame in frames:
            self._frames.put(frame)

    def end(self) -> None:
        """Ends `leaving`."""
        self._frames.put(None)

    def leaving(self) -> Iterator[bytes]:
        """Yields each frame that is to be sent."""
        return iter(self._frames.get, None)


class Half(Wire):
    """One half of a cable; its other end is on the other machine."""

    def __init__(self) -> None:
        super().__init__()
        self.far = FarEnd()

    def new_far_end(self) -> FarEnd:
        """Returns the far end of a new connection, in the place of one that has ended."""
        self.far = FarEnd()
        return self.far

    def arrive(self, frames: Iterable[bytes]) -> None:
        """Takes frames from the other machine. They are lost while the board has no power."""
        for frame in frames:
            loop = self._loop
            if loop is not None:
                with suppress(RuntimeError):  # it is closed at this moment
                    loop.call_soon_threadsafe(self._arrived, frame)

    @abc.abstractmethod
    def _arrived(self, frame: bytes) -> None:
        """Takes a frame from the other machine."""


class BoardsHalf(Half):
    """The half with the board. QEMU's user network on this machine is not connected to it."""

    def _ends(self) -> tuple[End, End]:
        return End(), self.far

    def _arrived(self, frame: bytes) -> None:
        self._to_board([frame])

    def _pass(self, here: End, _there: End, frame: bytes) -> None:
        if here is self._board:
            self.counts.to_network += 1
            self.far.send([frame])


class NetworksHalf(Half):
    """The half with the network, and with all that goes wrong on it."""

    @property
    def has_network(self) -> bool:
        """Whether the network is there, which connects by itself."""
        return self._network.writer is not None

    def _ends(self) -> tuple[End, End]:
        return self.far, End()

    def _arrived(self, frame: bytes) -> None:
        self._pass(self._board, self._network, frame)


def channel_calls(channel: grpc.Channel) -> tuple[Callable[..., bytes], Callable[..., Iterator[bytes]]]:
    """Returns what a client calls: for a call, and for the frames of the cable both ways."""
    return channel.unary_unary(f"/{SERVICE}/{CALL}"), channel.stream_stream(f"/{SERVICE}/{CABLE}")
