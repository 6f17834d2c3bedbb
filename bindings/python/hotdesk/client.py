"""`Client` and `AsyncClient`: the same methods over the same operations, one for threads and one for asyncio.

What is sent and when is decided in `_operations`, how it gets there in `_transport`; here it is only driven.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from types import TracebackType
from typing import TypeVar

import anyio
import httpx

from ._native import AppInfo, DeviceResult, UserCheck, UserDevices, UserProfiles
from ._operations import Duration, Operations, Outcome, Retry, Send, Steps
from ._transport import (
    AnswerReader,
    SyncTransport,
    Timeouts,
    address,
    failed,
    limits,
    settings,
    start_clock,
    trust,
)

__all__ = ["AsyncClient", "Client", "Retry", "Timeouts", "find_user", "find_user_async"]

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
        allow_http: bool = False,
        timeouts: Timeouts | None = None,
        retry: Retry | None = None,
        concurrency: int = 4,
        on_busy: Callable[[], None] | None = None,
    ) -> None:
        if concurrency < 1:
            raise ValueError("concurrency is at least 1")
        services = [service] if backup is None else [service, backup]
        self._urls = [address(given, allow_http=allow_http) for given in services]
        self._timeouts = timeouts or Timeouts()
        self._trust = trust(self._urls, ca)
        self._concurrency = concurrency
        self._operations = Operations(app, len(self._urls), retry or Retry(), on_busy)
        self._open()

    def _open(self) -> None:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {' '.join(self._urls)}>"


class Client(_Base):
    """A client of one cluster; safe to use from several threads.

    `service` and `backup` are hosts, host:port or URLs; without a port it is 8443. HTTPS is checked,
    certificate and name, against the system's authorities or against `ca`, a PEM file; http needs
    `allow_http`. At most `concurrency` requests are under way at once: the service's own default limit is 5.

    Each method raises `ServiceRefused` with the service's code, `Unreachable` where nothing was sent,
    `AnswerLost` where it is not known or not done, `BrokenAnswer` where a query's answer is none, and
    `Unsendable` for a name that no message can carry. Code 26 (busy) and failed connections are tried again
    as `retry` says.
    """

    def _open(self) -> None:
        transport = SyncTransport(self._trust, self._concurrency)
        self._http = httpx.Client(transport=transport, **settings(self._timeouts))
        self._slots = threading.BoundedSemaphore(self._concurrency)

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
        """Close the connections."""
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
                    outcome = self._post(self._urls[effect.endpoint], effect.form)
            else:
                time.sleep(effect.seconds)
                outcome = None

    def _post(self, url: str, form: bytes) -> Outcome:
        start_clock(self._timeouts)
        try:
            with self._http.stream("POST", url, content=form) as response:
                return AnswerReader(response).read()
        except httpx.HTTPError as error:
            return failed(error, url)


class AsyncClient(_Base):
    """As `Client`, for asyncio."""

    def _open(self) -> None:
        self._http = httpx.AsyncClient(
            verify=self._trust, limits=limits(self._concurrency), **settings(self._timeouts)
        )
        self._slots = asyncio.BoundedSemaphore(self._concurrency)

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
        """Close the connections."""
        await self._http.aclose()

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
                async with self._slots:
                    outcome = await self._post(self._urls[effect.endpoint], effect.form)
            else:
                await asyncio.sleep(effect.seconds)
                outcome = None

    async def _post(self, url: str, form: bytes) -> Outcome:
        try:
            with anyio.fail_after(self._timeouts.answer):
                async with self._http.stream("POST", url, content=form) as response:
                    return await AnswerReader(response).aread()
        except (httpx.HTTPError, TimeoutError) as error:
            return failed(error, url)


def find_user(clusters: Mapping[str, Client], user: str) -> dict[str, UserDevices]:
    """Return where a user is: for each cluster that knows him, its name and his row."""
    rows = {name: client.user_devices(user)[0] for name, client in clusters.items()}
    return _known(rows.items())


async def find_user_async(clusters: Mapping[str, AsyncClient], user: str) -> dict[str, UserDevices]:
    """As `find_user`, asking all clusters at once."""
    answers = await asyncio.gather(*(client.user_devices(user) for client in clusters.values()))
    return _known((name, rows[0]) for name, rows in zip(clusters, answers, strict=True))


def _known(rows: Iterable[tuple[str, UserDevices]]) -> dict[str, UserDevices]:
    return {name: row for name, row in rows if row.status != "doesNotExist"}
