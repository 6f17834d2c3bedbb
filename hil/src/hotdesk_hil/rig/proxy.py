"""A proxy between a phone and its service: what a network does to connections, where no frames pass by.

It relays TCP from a port of this machine's to the service. It is honest for a connection that is slow, cut,
reset or refused. It cannot lose, repeat or reorder frames, since TCP on both sides of it makes good for that;
nor can it touch DHCP, ARP or a cable. Nothing of what passes is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from dataclasses import dataclass
from types import TracebackType

from .errors import RigError
from .wire import Part

START_DEADLINE = 5.0
PIECE = 4096
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class ProxyFaults:
    """What goes wrong with connections from now on, those that are open included."""

    delay: float = 0.0
    """Seconds that each piece of data takes longer, each way."""
    cut: Part | None = None
    """What is lost of the data, all of it; the connection stays."""
    reset: Part | None = None
    """With what the connection is reset, both ways."""
    refuses: bool = False
    """Whether new connections are reset at once."""


class Proxy:
    """Relays connections to a service. A context manager.

    ```python
    with Proxy("127.0.0.1", service.port) as proxy:
        config = PhoneConfig([f"10.0.2.2:{proxy.port}"])
        proxy.faults = ProxyFaults(cut=Part.answer)
    ```
    """

    def __init__(self, host: str, port: int, listen: str = "127.0.0.1") -> None:
        self._target = (host, port)
        self._listen = listen
        self.faults = ProxyFaults()
        """What goes wrong from now on."""
        self.port = 0
        """The port that it listens on, while it is open."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(START_DEADLINE)
        except OSError as error:
            self._stop()
            raise RigError(f"the proxy cannot listen on {self._listen}: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(START_DEADLINE)
        self._stop()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._relay, self._listen, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the phone's."""
        if self.faults.refuses:
            _reset(writer)
            return
        try:
            there_reader, there_writer = await asyncio.open_connection(*self._target)
        except OSError:
            _reset(writer)  # as the service refuses it
            return
        both = (writer, there_writer)
        with contextlib.suppress(asyncio.CancelledError):  # the proxy is closed
            await self._carry_both(reader, there_reader, both)

    async def _carry_both(
        self,
        reader: asyncio.StreamReader,
        there_reader: asyncio.StreamReader,
        both: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        writer, there_writer = both
        try:
            await asyncio.gather(
                self._carry(Part.request, reader, there_writer, both),
                self._carry(Part.answer, there_reader, writer, both),
            )
        finally:
            for each in both:
                each.close()

    async def _carry(
        self,
        part: Part,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        both: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        try:
            while data := await reader.read(PIECE):
                faults = self.faults
                if faults.delay:
                    await asyncio.sleep(faults.delay)
                if faults.reset in (part, Part.everything):
                    for each in both:
                        _reset(each)
                    return
                if faults.cut not in (part, Part.everything):
                    writer.write(data)
            if self.faults.cut not in (part, Part.everything) and not writer.is_closing():
                writer.write_eof()
        except OSError:
            writer.close()  # one side ended the connection


def _reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection by RST."""
    connection = writer.get_extra_info("socket")
    if connection is not None and not writer.is_closing():
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()
