"""Services to test against: the simulator over real sockets, and clients that lose no time."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import hotdesk
from hotdesk.client import AsyncClient, Client, Retry, Timeouts
from hotdesk_hil.emservice import ApplicationUser, Cluster, Device, EmService, ServiceParameters, User

CERTIFICATE = "a&b<c>\"'%+ é"
APP = hotdesk.AppInfo(id="tester", certificate=hotdesk.Secret(CERTIFICATE))
FAST = Retry(attempts=4, first=0.01, longest=0.05)
IMPATIENT = Timeouts(connect=2, write=2, read=0.5, answer=3)
PHONE = "SEP003094C25B15"
OTHER_PHONE = "SEP402CF4915265"


def cluster(phones: int = 0, **parameters: Any) -> Cluster:  # noqa: ANN401
    """Make a cluster whose application user has every character that is hard to send."""
    numbers = range(phones)
    return Cluster(
        application_users=[
            ApplicationUser("tester", certificate=CERTIFICATE),
            ApplicationUser("norights", certificate="x", proxy_rights=False),
        ],
        users=[
            User("john", pin="12345", profiles=("DPJOHNIPC", "UserDevProf"), default_profile="DPJOHNIPC"),
            User("mary", pin="54321", profiles=("DPMARY",)),
            *(User(f"user{n}", pin="11111", profiles=(f"profile{n}",)) for n in numbers),
        ],
        devices=[Device(PHONE), Device(OTHER_PHONE), *(Device(f"SEP{n:012X}") for n in numbers)],
        service=ServiceParameters(**parameters),
    )


class Both:
    """A client of either kind with one way to call it, so that each test runs on both."""

    def __init__(self, kind: type[Client] | type[AsyncClient], service: EmService, **options: Any) -> None:  # noqa: ANN401
        self._kind = kind
        self._arguments = (options.pop("url", service.url), options.pop("app", APP))
        self._options = {"allow_http": True, "retry": FAST, "timeouts": IMPATIENT} | options

    def call(self, method: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Call a method on a client that lives as long as the call."""
        if issubclass(self._kind, Client):
            with Client(*self._arguments, **self._options) as client:
                return getattr(client, method)(*arguments)

        async def run() -> object:
            async with AsyncClient(*self._arguments, **self._options) as client:
                call: Callable[..., Awaitable[object]] = getattr(client, method)
                return await call(*arguments)

        return anyio.run(run)


def write_authority(service: EmService, folder: Path) -> Path:
    """Write the certificate that a client of the service's TLS port must trust."""
    assert service.authority is not None
    path = folder / "ca.pem"
    path.write_text(service.authority.certificate)
    return path


@contextmanager
def raw_service(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Listen, and let `answer` say whatever it likes to each request; gives the service's URL."""
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def handle(connection: socket.socket) -> None:
            with contextlib.suppress(OSError):
                read_request(connection)
                answer(connection)
            connection.close()

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connections.append(connection)
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for connection in connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def read_request(connection: socket.socket) -> bytes:
    """Read one request with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = data.partition(b"\r\n\r\n")
    (length,) = [
        int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    ] or [0]
    while len(body) < length and (more := connection.recv(65536)):
        body += more
    return head + b"\r\n\r\n" + body
