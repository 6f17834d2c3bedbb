"""`EmService`: the simulated service in a thread of its own, for tests and for the command line.

Must never keep more than `REQUESTS_KEPT` requests, so that it can run for weeks.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections import deque
from types import TracebackType

from aiohttp import web

from hotdesk_hil.emservice.cluster import Cluster
from hotdesk_hil.emservice.faults import Faults
from hotdesk_hil.emservice.server import PATH, RequestRecord, Servlet, http_log
from hotdesk_hil.emservice.service import Clock, Service
from hotdesk_hil.emservice.store import Store

REQUESTS_KEPT = 10_000
"""Records that `EmService.requests` holds; the oldest goes first."""
SHUTDOWN_SECONDS = 0.5
"""How long a stopping service waits for an answer that is being sent."""
START_SECONDS = 10.0
ACCEPT_TURNS = 8
"""Turns of the event loop that asyncio takes, with some to spare, to hand an accepted connection on."""


class EmService:
    """An Extension Mobility service on this machine.

    ```python
    with EmService("clusters/demo.toml") as service:
        phone_is_told(service.url)
        request = service.wait_for_request("login", timeout=20)
        assert request.code is None
        assert service.sessions() == {"SEP003094C25B15": "john"}
    ```

    `cluster` is a `Cluster` or the path of a cluster file; `port` 0 takes a free one, which `start` after
    `stop` takes again; `state` is the SQLite file that survives a restart, None keeps it in memory until
    `close`. `host` is the address to listen at: only this machine reaches the default.

    Raises `ClusterError` for a wrong cluster file, `StateError` for a state file it cannot use, and on
    `start` `OSError` where the port is taken.
    """

    def __init__(
        self,
        cluster: Cluster | str | os.PathLike[str],
        host: str = "127.0.0.1",
        port: int = 0,
        state: str | os.PathLike[str] | None = None,
    ) -> None:
        self.cluster = cluster if isinstance(cluster, Cluster) else Cluster.read(cluster)
        self.host = host
        self.port = port
        self.clock = Clock()
        self.faults = Faults()
        self._store = Store(state)
        self._service = Service(self.cluster, self._store, self.clock)
        self._arrived = threading.Condition()
        self._requests: deque[RequestRecord] = deque(maxlen=REQUESTS_KEPT)
        self._recorded = 0
        self._waited_for = 0
        self._running: _Running | None = None

    def __repr__(self) -> str:
        state = "running" if self._running is not None else "stopped"
        return f"<EmService {self.url} {state}, {self.cluster!r}>"

    def __enter__(self) -> EmService:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The address that a client posts to."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{PATH}"

    def start(self) -> None:
        """Listens; does nothing where it listens already."""
        if self._running is not None:
            return
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.create_server((self.host, self.port), family=family, backlog=128)
        self.port = listener.getsockname()[1]
        self._running = _Running(Servlet(self._service, self.faults, self._record), listener)

    def stop(self) -> None:
        """Stops listening and closes every connection; state, faults and records stay."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    def close(self) -> None:
        """Stops, and closes the state; the object cannot be started again."""
        self.stop()
        self._store.close()

    def sessions(self) -> dict[str, str]:
        """Returns who is logged in now: device name to user ID."""
        return {session.device: session.user for session in self._service.sessions()}

    def previous(self, device: str) -> str | None:
        """Returns who was logged in on the device before, None where nobody was."""
        return self._service.previous(device)

    def login(self, device: str, user: str, profile: str | None = None) -> None:
        """Logs a user in by the administrator's hand, past every rule; `KeyError` for an unknown name."""
        self._service.put(device, user, profile)

    def logout(self, device: str) -> None:
        """Logs whoever is on the device out by the administrator's hand; `KeyError` for an unknown device."""
        self._service.take_off(device)

    @property
    def requests(self) -> list[RequestRecord]:
        """The requests so far, oldest first, at most `REQUESTS_KEPT`."""
        with self._arrived:
            return list(self._requests)

    def wait_for_request(self, operation: str | None = None, timeout: float = 10.0) -> RequestRecord:
        """Returns the next request, of `operation` if given, and waits for it up to `timeout` seconds.

        Each request is returned once: a call goes on behind the request that the call before returned, so
        one that arrived in between is not missed.

        Raises `TimeoutError`, which says what did arrive.
        """
        deadline = time.monotonic() + timeout
        with self._arrived:
            while True:
                unseen = min(self._recorded - self._waited_for, len(self._requests))
                news = list(self._requests)[len(self._requests) - unseen :]
                for index, record in enumerate(news):
                    if operation is None or record.operation == operation:
                        self._waited_for = self._recorded - len(news) + index + 1
                        return record
                if not self._arrived.wait(deadline - time.monotonic()):
                    what = operation or "request"
                    seen = "; ".join(str(record) for record in news) or "nothing"
                    raise TimeoutError(f"no {what} within {timeout} s; arrived: {seen}")

    def _record(self, record: RequestRecord) -> None:
        with self._arrived:
            self._requests.append(record)
            self._recorded += 1
            self._arrived.notify_all()


class _Running:
    """One run of the server: its thread, its event loop, its socket."""

    def __init__(self, servlet: Servlet, listener: socket.socket) -> None:
        self._servlet = servlet
        self._listener = listener
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="emservice", daemon=True)
        self._thread.start()
        if not self._started.wait(START_SECONDS) or self._failure is not None:
            raise RuntimeError("the service did not start") from self._failure

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # handed to the thread that waits for the start
            self._failure = error
            self._started.set()
        finally:
            self._loop.close()
            self._listener.close()

    async def _serve(self) -> None:
        runner = web.AppRunner(
            self._servlet.application(),
            access_log=None,
            logger=http_log,
            handler_cancellation=True,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await runner.setup()
        await web.SockSite(runner, self._listener).start()
        self._started.set()
        await self._stop.wait()
        # A connection that asyncio has accepted reaches aiohttp some turns of the loop later, and would stay
        # open for ever if the server were closed by then: so accept no more, let those arrive, then clean up.
        self._loop.remove_reader(self._listener)
        for _ in range(ACCEPT_TURNS):
            await asyncio.sleep(0)
        self._servlet.stop()
        await runner.cleanup()
