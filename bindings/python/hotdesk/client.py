"""`Client` and `AsyncClient`: the same methods over the same operations, one for threads and one for asyncio.

What is sent and when is decided in `_operations`, how it gets there in `_transport`, whom to believe in
`_tls`; here it is only driven.
"""

import asyncio
import os
import ssl
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import PathLike
from types import TracebackType
from typing import TypeVar

import anyio
import httpx

from ._native import AppInfo, DeviceResult, UserCheck, UserDevices, UserProfiles
from ._operations import Answered, Attempt, Duration, Failed, Message, Operations, Outcome, Retry, Send, Steps
from ._tls import trust
from ._transport import (
    AnswerReader,
    SyncTransport,
    Timeouts,
    address,
    failed,
    limits,
    place,
    request,
    settings,
    start_clock,
)
from .errors import ClientClosed, Error

__all__ = ["AsyncClient", "Attempt", "Client", "Retry", "Timeouts", "find_user", "find_user_async"]

T = TypeVar("T")


class _Base:
    """What both clients are made of."""

    def __init__(
        self,
        service: str,
        app: AppInfo,
        *,
        backup: str | None = None,
        ca: str | PathLike[str] | None = None,
        ssl_context: ssl.SSLContext | None = None,
        allow_http: bool = False,
        timeouts: Timeouts | None = None,
        retry: Retry | None = None,
        concurrency: int = 4,
        on_busy: Callable[[], None] | None = None,
        on_attempt: Callable[[Attempt], None] | None = None,
    ) -> None:
        if concurrency < 1:
            raise ValueError("concurrency is at least 1")
        services = [service] if backup is None else [service, backup]
        self._urls = [address(given, allow_http=allow_http) for given in services]
        self._timeouts = timeouts or Timeouts()
        self._trust = trust(self._urls, ca, ssl_context)
        self._concurrency = concurrency
        places = [place(url) for url in self._urls]
        self._operations = Operations(app, places, retry or Retry(), on_busy, on_attempt)
        self._closed = False
        self._open()
        _clients.add(self)

    def _open(self) -> None:
        raise NotImplementedError

    def _forked(self) -> None:
        """Start anew in a process that was forked: what the client has belongs to the other one, too."""
        raise NotImplementedError

    def _check_open(self) -> None:
        if self._closed:
            raise ClientClosed("the client is closed; make another one")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {' '.join(self._urls)}>"


_clients: "weakref.WeakSet[_Base]" = weakref.WeakSet()


def _forked() -> None:
    for client in list(_clients):
        client._forked()


if sys.platform != "win32":  # where processes can fork
    os.register_at_fork(after_in_child=_forked)


class Client(_Base):
    """A client of one cluster; safe to use from several threads, and in a process that was forked.

    `service` and `backup` are hosts, host:port or URLs; without a port it is 8443. HTTPS is checked,
    certificate, name and dates, against the system's authorities or against `ca`, a file (PEM or DER) of
    authorities or of the service's own certificate; `ssl_context` is for those who bring their own settings.
    http needs `allow_http`. At most `concurrency` requests are under way at once: the service's own default
    limit is 5.

    Each method raises `ServiceRefused` with the service's code, `Unreachable` where nothing was carried out,
    `AnswerLost` where it is not known or not done, `BrokenAnswer` where a query's answer is none,
    `Unsendable` for a name that no message can carry, and `ClientClosed` after `close`. Code 26 (busy) and
    services that cannot be reached are tried again as `retry` says. `on_attempt` is called after each
    sending, `on_busy` at each code 26 that is followed by another one.
    """

    def _open(self) -> None:
        self._transport = SyncTransport(self._trust, self._concurrency)
        self._http = httpx.Client(transport=self._transport, **settings(self._timeouts))
        self._slots = threading.BoundedSemaphore(self._concurrency)

    def _forked(self) -> None:
        self._transport.abandon()
        self._open()

    def login(self, device: str, user: str, profile: str | None = None, duration: Duration = None) -> None:
        """Log a user in, with a profile or his default one, for some minutes or `"indefinite"`."""
        self._run(self._operations.login(device, user, profile, duration))

    def logout(self, device: str) -> None:
        """Log out whoever is on the device."""
        self._run(self._operations.logout(device))

    def logout_all(self) -> None:
        """Log out every user of the cluster. What follows is a burst of load: do it off-peak."""
        self._run(self._operations.logout_all())

    def take_over(
        self, device: str, user: str, profile: str | None = None, duration: Duration = None
    ) -> str | None:
        """Log a user in, and before that log out another one who holds the device; return that one's ID."""
        return self._run(self._operations.take_over(device, user, profile, duration))

    def device_users(self, *devices: str) -> list[DeviceResult]:
        """Return who is on each device."""
        return self._run(self._operations.device_users(devices))

    def user_devices(self, *users: str) -> list[UserDevices]:
        """Return on which devices each user is."""
        return self._run(self._operations.user_devices(users))

    def device_profiles(self, *users: str) -> list[UserProfiles]:
        """Return which device profiles each user has."""
        return self._run(self._operations.device_profiles(users))

    def check_user(self, *users: str) -> list[UserCheck]:
        """Return whether each user exists."""
        return self._run(self._operations.check_user(users))

    def close(self) -> None:
        """Close the connections; the client cannot be used any more."""
        self._closed = True
        self._http.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, steps: Steps[T]) -> T:
        outcome: Outcome = None
        while True:
            try:
                effect = steps.send(outcome)
            except StopIteration as stop:
                return stop.value
            if isinstance(effect, Send):
                with self._slots:
                    outcome = self._post(self._urls[effect.endpoint], effect.message)
            else:
                time.sleep(effect.seconds)
                outcome = None

    def _post(self, url: str, message: Message) -> Answered | Failed:
        self._check_open()
        start = time.monotonic()
        start_clock(self._timeouts)
        try:
            response = self._http.send(request(self._http, url, message), stream=True)
            try:
                outcome = AnswerReader(response).read()
            finally:
                response.close()
        except (httpx.HTTPError, OSError) as error:
            outcome = failed(error, url, self._trust)
        except BaseException as error:
            raise _bare(error, closed=self._closed) from None
        return replace(outcome, seconds=time.monotonic() - start)


def _bare(error: BaseException, *, closed: bool) -> BaseException:
    """Return an error without the frames that it came from: those of httpx may hold a request as it is sent.

    What was underway while another thread closed the client fails in ways that httpx does not name.
    """
    if closed and isinstance(error, RuntimeError):
        return ClientClosed(
            "the client was closed while a request was under way; what became of it is not known"
        )
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__context__
    return error


class AsyncClient(_Base):
    """As `Client`, for asyncio: each event loop that it is used in has connections of its own.

    A call that is cancelled stops where it is: what it had sent may still be carried out.
    """

    def _open(self) -> None:
        self._loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Loop] = weakref.WeakKeyDictionary()

    def _forked(self) -> None:
        self._open()

    def _loop(self) -> "_Loop":
        self._check_open()
        running = asyncio.get_running_loop()
        found = self._loops.get(running)
        if found is None:
            http = httpx.AsyncClient(
                verify=self._trust.context, limits=limits(self._concurrency), **settings(self._timeouts)
            )
            found = self._loops[running] = _Loop(http, asyncio.BoundedSemaphore(self._concurrency))
        return found

    async def login(
        self, device: str, user: str, profile: str | None = None, duration: Duration = None
    ) -> None:
        """Log a user in, with a profile or his default one, for some minutes or `"indefinite"`."""
        await self._run(self._operations.login(device, user, profile, duration))

    async def logout(self, device: str) -> None:
        """Log out whoever is on the device."""
        await self._run(self._operations.logout(device))

    async def logout_all(self) -> None:
        """Log out every user of the cluster. What follows is a burst of load: do it off-peak."""
        await self._run(self._operations.logout_all())

    async def take_over(
        self, device: str, user: str, profile: str | None = None, duration: Duration = None
    ) -> str | None:
        """Log a user in, and before that log out another one who holds the device; return that one's ID."""
        return await self._run(self._operations.take_over(device, user, profile, duration))

    async def device_users(self, *devices: str) -> list[DeviceResult]:
        """Return who is on each device."""
        return await self._run(self._operations.device_users(devices))

    async def user_devices(self, *users: str) -> list[UserDevices]:
        """Return on which devices each user is."""
        return await self._run(self._operations.user_devices(users))

    async def device_profiles(self, *users: str) -> list[UserProfiles]:
        """Return which device profiles each user has."""
        return await self._run(self._operations.device_profiles(users))

    async def check_user(self, *users: str) -> list[UserCheck]:
        """Return whether each user exists."""
        return await self._run(self._operations.check_user(users))

    async def close(self) -> None:
        """Close the connections; the client cannot be used any more."""
        self._closed = True
        found = self._loops.pop(asyncio.get_running_loop(), None)
        # Those of other event loops can be closed there alone, and are when they are forgotten.
        self._loops.clear()
        if found is not None:
            await found.http.aclose()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, steps: Steps[T]) -> T:
        outcome: Outcome = None
        while True:
            try:
                effect = steps.send(outcome)
            except StopIteration as stop:
                return stop.value
            if isinstance(effect, Send):
                loop = self._loop()
                async with loop.slots:
                    outcome = await self._post(loop.http, self._urls[effect.endpoint], effect.message)
            else:
                await asyncio.sleep(effect.seconds)
                outcome = None

    async def _post(self, http: httpx.AsyncClient, url: str, message: Message) -> Answered | Failed:
        self._check_open()
        start = time.monotonic()
        try:
            with anyio.fail_after(self._timeouts.answer):
                response = await http.send(request(http, url, message), stream=True)
                try:
                    outcome = await AnswerReader(response).aread()
                finally:
                    await response.aclose()
        except (httpx.HTTPError, OSError) as error:  # of TLS some come as they are
            outcome = failed(error, url, self._trust)
        except BaseException as error:
            raise _bare(error, closed=self._closed) from None
        return replace(outcome, seconds=time.monotonic() - start)


@dataclass
class _Loop:
    """What a client has in one event loop."""

    http: httpx.AsyncClient
    slots: asyncio.BoundedSemaphore


def find_user(clusters: Mapping[str, Client], user: str) -> dict[str, UserDevices | Error]:
    """Return where a user is, asking all clusters at once: by name, the row of each cluster that knows the
    user, and the error of each one that gave no answer.
    """

    def ask(client: Client) -> UserDevices | Error:
        try:
            return client.user_devices(user)[0]
        except Error as error:
            return error

    with ThreadPoolExecutor(max_workers=max(1, len(clusters))) as threads:
        return _known(clusters, threads.map(ask, clusters.values()))


async def find_user_async(clusters: Mapping[str, AsyncClient], user: str) -> dict[str, UserDevices | Error]:
    """As `find_user`, for asyncio."""

    async def ask(client: AsyncClient) -> UserDevices | Error:
        try:
            return (await client.user_devices(user))[0]
        except Error as error:
            return error

    return _known(clusters, await asyncio.gather(*map(ask, clusters.values())))


def _known(clusters: Iterable[str], answers: Iterable[UserDevices | Error]) -> dict[str, UserDevices | Error]:
    return {
        name: answer
        for name, answer in zip(clusters, answers, strict=True)
        if isinstance(answer, Error) or answer.status != "doesNotExist"
    }
