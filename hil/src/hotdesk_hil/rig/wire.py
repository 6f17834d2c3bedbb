"""The cable between an emulated board and QEMU's user network, where each frame passes through us.

Board and network each connect to a unix socket and send a frame with its length in front, four bytes, as
QEMU's `-netdev stream` does. What is between the sockets is a switch: it keeps some frames for a board that
is slow to take them, and drops the others. Faults strike here, so that both ends see what a bad network
does: their own code runs unchanged. Times are this machine's. It must not know the phone.
"""

from __future__ import annotations

import asyncio
import enum
import random
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import packets
from .errors import BoardError

# The sockets' names.
BOARD, NETWORK = "wire-board", "wire-network"

START_DEADLINE = 5.0

# What a switch keeps for the board, and for a flood alone: it must not crowd out what matters.
SWITCH_BYTES, FLOOD_BYTES = 512 * 1024, 16 * 1024
# A switch that is behind knows it soon.
SOCKET_BYTES = 4096
# A frame that is held back for the next one goes alone after this.
HELD_BACK = 0.05
FLOOD_INTERVAL = 0.004
BROADCAST = bytes.fromhex("ffffffffffff0200000000090806") + bytes(46)

SERVICE, SERVICE_MAC = "10.0.2.2", bytes.fromhex("52550a000202")
"""The host as QEMU's user network shows it."""


class Part(enum.Enum):
    """What of an exchange by TCP a fault strikes."""

    request = "data from the board"
    answer = "data to the board"
    everything = "all frames"


class Dhcp(enum.Enum):
    """What can be said of DHCP beside another lease."""

    usual = "QEMU's own server answers"
    absent = "no server"


@dataclass(frozen=True)
class WireFaults:
    """What goes wrong from now on. Shares are 0 to 1 and each way, as delays are; the same seed each time."""

    loss: float = 0.0
    """The share of frames that are lost."""
    delay: float = 0.0
    """Seconds that each frame takes longer."""
    reorder: float = 0.0
    """The share of frames that the next one overtakes."""
    repeat: float = 0.0
    """The share of frames that come twice."""
    damage: float = 0.0
    """The share of frames in which a bit is wrong, past the check sum of Ethernet."""
    cut: Part | None = None
    """What is lost, all of it."""
    reset: Part | None = None
    """With what the connection is reset, both ways."""
    dhcp: Dhcp | packets.Lease = Dhcp.usual
    moved_to: str | None = None
    """The address in 10.0.2.0/24 at which the host is, which refuses connections at 10.0.2.2 then."""


NOTHING_WRONG = WireFaults()


@dataclass
class Counts:
    """Frames since power on."""

    to_board: int = 0
    to_network: int = 0
    struck: int = 0
    """Lost, damaged or answered by a reset, for a fault."""
    crowded: int = 0
    """Dropped, since the switch had no room."""


class End:
    """A socket that one side connects to."""

    def __init__(self) -> None:
        self.writer: asyncio.StreamWriter | None = None
        self.held: tuple[bytes, asyncio.TimerHandle] | None = None

    @property
    def waiting(self) -> int:
        """Bytes that the other side has not taken."""
        return 0 if self.writer is None else self.writer.transport.get_write_buffer_size()

    def send(self, frames: Sequence[bytes]) -> None:
        if self.writer is not None and not self.writer.is_closing():
            self.writer.write(b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames))


class Wire:
    """The cable and its switch. Faults stay, also over power off, until they are changed.

    ```python
    wire = Wire()
    wire.open(folder)  # the board connects to folder / BOARD, its network to folder / NETWORK
    wire.faults = WireFaults(loss=0.1)
    wire.close()
    ```
    """

    def __init__(self) -> None:
        self.faults = NOTHING_WRONG
        self.records = False
        """Whether frames are kept from the next power on."""
        self.recorded: list[bytes] = []
        """The frames as the board sent and got them. They hold PINs: for a test, not for evidence."""
        self.counts = Counts()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._flood = 0

    def open(self, folder: Path) -> None:
        """Listens in this folder, for one board and its network."""
        self._sockets = (folder / BOARD, folder / NETWORK)
        self.counts = Counts()
        self.recorded = []
        self._records = self.records
        self._random = random.Random(1)  # noqa: S311 - not for secrets
        self._handshakes = packets.Handshakes()
        self._board, self._network = self._ends()
        self._servers: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(START_DEADLINE)
        except OSError as error:
            self.close()
            raise BoardError(f"the wire cannot listen in {folder}: {error}") from error

    def close(self) -> None:
        """Ends it, also one that is not open."""
        loop, thread, self._loop = self._loop, self._thread, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(), loop).result(START_DEADLINE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        self._flood = 0
        for file in self._sockets:
            file.unlink(missing_ok=True)

    def receive(self, frames: Iterable[bytes]) -> None:
        """Lets frames of others come in at the board."""
        whole = list(frames)
        self._do(lambda: self._to_board(whole))

    def flood(self, per_second: int) -> None:
        """Lets so many broadcasts a second come in at the board, as far as it takes them. 0 ends it."""
        self._do(lambda: None)
        self._flood = per_second

    def _do(self, action: Callable[[], None]) -> None:
        if self._loop is None:
            raise BoardError("the board is off: its cable carries nothing")
        self._loop.call_soon_threadsafe(action)

    def _ends(self) -> tuple[End, End]:
        """Makes the board's end and that of its network."""
        return End(), End()

    async def _listen(self) -> None:
        self._servers += [
            await asyncio.start_unix_server(carry, file)
            for carry, file in zip(
                (self._carry_from_board, self._carry_from_network), self._sockets, strict=True
            )
        ]
        self._flooding = asyncio.ensure_future(self._keep_flooding())

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        for end in (self._board, self._network):
            if end.writer is not None:
                end.writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _carry_from_board(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BYTES)
        await self._carry(self._board, self._network, reader, writer)

    async def _carry_from_network(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._carry(self._network, self._board, reader, writer)

    async def _carry(
        self, here: End, there: End, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        here.writer = writer
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(4), "big")
                self._pass(here, there, await reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()  # the board is switched off, or the wire is closed

    def _pass(self, here: End, there: End, frame: bytes) -> None:
        """A frame has come in."""
        if here is self._board:
            self._record(frame)
        faults = self.faults
        if faults != NOTHING_WRONG and self._strikes(faults, here, frame):
            self.counts.struck += 1
            return
        if isinstance(faults.dhcp, packets.Lease):
            frame = packets.with_lease(frame, faults.dhcp)
        if faults.moved_to is not None:
            frame = _moved(frame, socket.inet_aton(faults.moved_to))
        if here is self._network:
            self._handshakes.to_board(frame)
        elif (again := self._handshakes.again(frame)) is not None:
            here, there, frame = there, here, again
        if faults.damage and self._chance(faults.damage):
            self.counts.struck += 1
            frame = self._damaged(frame)
        times = 1 + (faults.repeat > 0 and self._chance(faults.repeat))
        for _ in range(times):
            if faults.delay > 0:
                self._running.call_later(faults.delay, self._leave, there, frame, faults.reorder)
            else:
                self._leave(there, frame, faults.reorder)

    def _strikes(self, faults: WireFaults, here: End, frame: bytes) -> bool:
        """Whether a fault keeps this frame from going on."""
        if faults.cut is Part.everything or (faults.loss and self._chance(faults.loss)):
            return True
        if faults.dhcp is Dhcp.absent and packets.is_dhcp(frame):
            return True
        from_board = here is self._board
        if from_board and faults.moved_to is not None:
            answer = packets.arp_answer(frame, faults.moved_to, SERVICE_MAC)
            if answer is not None:
                self._to_board([answer])
                return True
        segment = packets.segment(frame)
        if segment is None:
            return False
        gone = from_board and faults.moved_to is not None
        if gone and segment.destination[:4] == socket.inet_aton(SERVICE) and not segment.flags & packets.RST:
            self._send_resets(here, frame)
            return True
        if segment.length == 0:
            return faults.reset is Part.everything and self._resets(here, frame, segment)
        part = Part.request if from_board else Part.answer
        if faults.cut is part:
            return True
        return faults.reset in (part, Part.everything) and self._resets(here, frame, segment)

    def _resets(self, here: End, frame: bytes, segment: packets.Segment) -> bool:
        if segment.flags & packets.RST:
            return False
        self._send_resets(here, frame)
        return True

    def _send_resets(self, here: End, frame: bytes) -> None:
        """Ends the connection of a frame's segment at both ends."""
        to_sender, to_receiver = packets.resets(frame)
        for end, each in ((here, to_sender), (self._other(here), to_receiver)):
            self._leave(end, each, 0.0)

    def _other(self, end: End) -> End:
        return self._network if end is self._board else self._board

    def _leave(self, end: End, frame: bytes, reorder: float) -> None:
        """A frame goes out, and one that it overtakes behind it."""
        held, end.held = end.held, None
        if held is not None:
            held[1].cancel()
            self._deliver(end, [frame, held[0]])
        elif reorder and self._chance(reorder):
            end.held = (frame, self._running.call_later(HELD_BACK, self._release, end))
        else:
            self._deliver(end, [frame])

    def _release(self, end: End) -> None:
        held, end.held = end.held, None
        if held is not None:
            self._deliver(end, [held[0]])

    def _deliver(self, end: End, frames: Sequence[bytes]) -> None:
        if end is self._board:
            self._to_board(frames)
        else:
            self.counts.to_network += len(frames)
            end.send(frames)

    def _to_board(self, frames: Sequence[bytes]) -> None:
        if self._board.waiting > SWITCH_BYTES:
            self.counts.crowded += len(frames)
            return
        self.counts.to_board += len(frames)
        for frame in frames:
            self._record(frame)
        self._board.send(frames)

    async def _keep_flooding(self) -> None:
        due, before = 0.0, self._running.time()
        while True:
            await asyncio.sleep(FLOOD_INTERVAL)
            now = self._running.time()
            due, before = due + (now - before) * self._flood, now
            count, due = int(due), due % 1
            if self._board.waiting > FLOOD_BYTES:
                self.counts.crowded += count
            elif count:
                self.counts.to_board += count
                self._board.send([BROADCAST] * count)

    def _record(self, frame: bytes) -> None:
        if self._records:
            self.recorded.append(frame)

    def _damaged(self, frame: bytes) -> bytes:
        changed = bytearray(frame)
        # What Ethernet's header says is not covered by a check sum of the stack's.
        if len(frame) > packets.ETHERNET:
            changed[self._random.randrange(packets.ETHERNET, len(frame))] ^= 1 << self._random.randrange(8)
        return bytes(changed)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    @property
    def _running(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()


def _moved(frame: bytes, address: bytes) -> bytes:
    """The frame from or to the host at this address, which QEMU's user network has at another one."""
    segment, service = packets.segment(frame), socket.inet_aton(SERVICE)
    if segment is not None and segment.destination[:4] == address:
        return packets.readdressed(frame, destination=service)
    if segment is not None and segment.source[:4] == service:
        return packets.readdressed(frame, source=address)
    return frame


def netdev(name: str, socket_file: Path) -> list[str]:
    """Returns QEMU's words for one end of the wire."""
    return ["-netdev", f"stream,id={name},server=off,addr.type=unix,addr.path={socket_file}"]


def user_network(folder: Path) -> list[str]:
    """Returns QEMU's words for its user network, joined with the wire that is open in this folder."""
    return [
        *("-netdev", "user,id=user", "-netdev", "hubport,id=user-port,hubid=0,netdev=user"),
        *netdev("wire", folder / NETWORK),
        *("-netdev", "hubport,id=wire-port,hubid=0,netdev=wire"),
    ]
