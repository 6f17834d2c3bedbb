"""One run of the service: its thread, its event loop, and the doors through which connections come.

Must never answer a request: a connection that no fault strikes is handed to aiohttp.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
import threading
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from typing import Protocol

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from hotdesk_hil.emservice.alerts import accepted
from hotdesk_hil.emservice.arrivals import Arrivals, HttpLog
from hotdesk_hil.emservice.faults import AcceptInSilence, ConnectionFault
from hotdesk_hil.emservice.rules import Faults
from hotdesk_hil.emservice.server import Servlet

BACKLOG = 128
"""Connections that wait to be accepted."""
SHUTDOWN_SECONDS = 0.5
"""How long a stopping service waits for an answer that is being sent."""
START_SECONDS = 10.0
HANDSHAKE_SECONDS = 30.0
"""An emulated phone computes for a second of its own time, which takes a busy machine many."""
ACCEPT_AGAIN_SECONDS = 1.0
"""The pause after a connection could not be accepted, as where the process has no more files."""
ACCEPT_TURNS = 8
"""Turns of the event loop that asyncio takes, with some to spare, to hand an accepted connection on."""
_NO_LINGER = struct.pack("ii", 1, 0)

log = logging.getLogger("hotdesk_hil.emservice")
http_log = logging.getLogger("hotdesk_hil.emservice.http")
"""What aiohttp has to say."""


def _without_content(record: logging.LogRecord) -> bool:
    """Takes the bytes out of a line about bad HTTP at the control interface: a PIN may be among them."""
    if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
        record.exc_info = None
        record.msg += ": not HTTP"
    return True


http_log.addFilter(_without_content)


class Door:
    """A listening socket: accepts connections, lets faults strike them, hands the others on."""

    def __init__(self, listener: socket.socket, faults: Faults, tls: ssl.SSLContext | None = None) -> None:
        self._listener = listener
        self._listener.setblocking(False)
        self._faults = faults
        self._tls = tls
        self._loop: asyncio.AbstractEventLoop | None = None
        self._handed: set[asyncio.Task[None]] = set()
        self._held: set[socket.socket] = set()
        self._refusing = False

    def open(self, server: web.Server, arrivals: Arrivals) -> None:
        """Begins to accept, in the running loop."""
        self._server = server
        self._arrivals = arrivals
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._listener, self._accept)

    def refuse(self, refusing: bool) -> None:
        """Refuses connections, or accepts them again; the port stays taken."""
        if refusing is self._refusing or self._loop is None:
            return
        self._refusing = refusing
        if refusing:
            self._loop.remove_reader(self._listener)
            # A socket that is bound and does not listen: the kernel refuses.
            address = self._listener.getsockname()
            self._listener.shutdown(socket.SHUT_RD)
            # The kernel takes a port back that it chose itself; one that was named stays, and bind fails.
            with suppress(OSError):
                self._listener.bind(address)
        else:
            self._listener.listen(BACKLOG)
            self.open(self._server, self._arrivals)

    async def shut(self) -> None:
        """Accepts no more; what has been accepted is handed on."""
        if self._loop is not None and not self._refusing:
            self._accept()
            self._loop.remove_reader(self._listener)
        self._loop = None
        for _ in range(ACCEPT_TURNS):
            await asyncio.sleep(0)

    def close(self) -> None:
        """Closes the port, and what a fault holds open."""
        for task in self._handed:
            task.cancel()
        for connection in self._held:
            connection.close()
        self._listener.close()

    def _accept(self) -> None:
        """Accepts every connection that waits."""
        for _ in range(BACKLOG):
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                log.error("cannot accept a connection: %s", error)
                self._pause()
                return
            connection.setblocking(False)
            fault = self._faults.take_connection()
            if fault is None:
                self._hand_on(connection)
            else:
                self._strike(fault, connection)

    def _pause(self) -> None:
        """Accepts nothing for a moment: the listener stays readable, and the loop would only turn."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)

        def go_on() -> None:
            if self._loop is not None and not self._refusing:
                self._loop.add_reader(self._listener, self._accept)

        loop.call_later(ACCEPT_AGAIN_SECONDS, go_on)

    def _hand_on(self, connection: socket.socket) -> None:
        self._keep(asyncio.get_running_loop().create_task(self._connect(connection)))

    async def _connect(self, connection: socket.socket) -> None:
        timeout = None if self._tls is None else HANDSHAKE_SECONDS
        accepted.set(connection)
        try:
            with nullcontext() if self._tls is None else self._arrivals.handshake():
                await asyncio.get_running_loop().connect_accepted_socket(
                    lambda: self._arrivals.watch(self._server),
                    connection,
                    ssl=self._tls,
                    ssl_handshake_timeout=timeout,
                )
        except OSError as error:
            log.debug("a connection ended before its request: %s", error)

    def _strike(self, fault: ConnectionFault, connection: socket.socket) -> None:
        log.info("a connection (%s)", type(fault).__name__)
        if isinstance(fault, AcceptInSilence):
            self._keep(asyncio.get_running_loop().create_task(self._hold(connection)))
            return
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        connection.close()

    async def _hold(self, connection: socket.socket) -> None:
        """Holds a connection until its client leaves."""
        self._held.add(connection)
        try:
            with suppress(OSError):
                while await asyncio.get_running_loop().sock_recv(connection, 65536):
                    pass
        finally:
            self._held.discard(connection)
            connection.close()

    def _keep(self, task: asyncio.Task[None]) -> None:
        # The loop itself keeps only a weak reference.
        self._handed.add(task)
        task.add_done_callback(self._handed.discard)


class Beside(Protocol):
    """A server in the same loop, as those of the files of phones."""

    async def start(self) -> None:
        """Answers from now on."""

    async def stop(self) -> None:
        """Answers no more, and closes its port."""


class Running:
    """The thread and the loop between start and stop."""

    def __init__(
        self,
        servlet: Servlet,
        doors: list[Door],
        arrivals: Arrivals,
        control: tuple[web.Application, socket.socket] | None = None,
        beside: Sequence[Beside] = (),
    ) -> None:
        self._servlet = servlet
        self._arrivals = arrivals
        self._control = control
        self._beside = beside
        self._doors = doors
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="emservice", daemon=True)
        self._thread.start()
        if not self._started.wait(START_SECONDS) or self._failure is not None:
            raise RuntimeError("the service did not start") from self._failure

    def stop(self) -> None:
        """Stops and waits for the end."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def refuse(self, refusing: bool) -> None:
        """Refuses connections at every door, or accepts them again; done when this returns."""

        async def change() -> None:
            for door in self._doors:
                door.refuse(refusing)

        asyncio.run_coroutine_threadsafe(change(), self._loop).result()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # handed to the thread that waits for the start
            self._failure = error
            self._started.set()
        finally:
            for door in self._doors:
                door.close()
            if self._control is not None:
                self._control[1].close()
            self._loop.run_until_complete(asyncio.sleep(0))  # tasks that were cancelled end
            self._loop.close()

    async def _serve(self) -> None:
        runner = web.AppRunner(
            self._servlet.application(),
            access_log=None,
            logger=HttpLog(http_log, self._arrivals),
            handler_cancellation=True,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await runner.setup()
        server = runner.server
        if server is None:
            raise RuntimeError("aiohttp has no server after its setup")
        for door in self._doors:
            door.open(server, self._arrivals)
        control = None
        if self._control is not None:
            application, listener = self._control
            control = web.AppRunner(
                application, access_log=None, logger=http_log, shutdown_timeout=SHUTDOWN_SECONDS
            )
            await control.setup()
            await web.SockSite(control, listener).start()
        for server in self._beside:
            await server.start()
        self._started.set()
        await self._stop.wait()
        for server in self._beside:
            await server.stop()
        if control is not None:
            await control.cleanup()
        # A connection that was accepted reaches aiohttp some turns of the loop later, and would stay open for
        # ever if the server were closed by then: so accept no more, let those arrive, then clean up.
        for door in self._doors:
            await door.shut()
        self._arrivals.stop()
        self._servlet.stop()
        await runner.cleanup()
