"""`EmService`: the simulated service in a thread of its own, for tests and for the command line.

Must never keep more than `REQUESTS_KEPT` requests, so that it can run for weeks.
"""

from __future__ import annotations

import errno
import logging
import os
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from hotdesk_hil.emservice.app_factor import Asking
from hotdesk_hil.emservice.app_pins import PinCounters, Pins
from hotdesk_hil.emservice.app_service import EmClient
from hotdesk_hil.emservice.app_servlet import AppServlet
from hotdesk_hil.emservice.arrivals import Arrivals
from hotdesk_hil.emservice.changes import Event, Session
from hotdesk_hil.emservice.clock import Clock
from hotdesk_hil.emservice.cluster import Cluster, RemoteCluster, fold
from hotdesk_hil.emservice.emcc import Emcc, EmccServlet
from hotdesk_hil.emservice.login_app import APP_PATH, CHANGE_PATH, LoginApp, Outage
from hotdesk_hil.emservice.records import Exchange, RequestRecord, exchange
from hotdesk_hil.emservice.rules import Faults
from hotdesk_hil.emservice.running import BACKLOG, Beside, Door, Running
from hotdesk_hil.emservice.second_factor import SecondFactor
from hotdesk_hil.emservice.server import PATH, Servlet
from hotdesk_hil.emservice.service import Service, Slots
from hotdesk_hil.emservice.store import Store
from hotdesk_hil.emservice.totals import Total, Totals
from hotdesk_hil.emservice.traces import Traces

if TYPE_CHECKING:
    from hotdesk_hil.emservice.control import Control
    from hotdesk_hil.emservice.tls import Authority
    from hotdesk_hil.emservice.tls_settings import TlsSettings
    from hotdesk_hil.provisioning.files import PhoneFiles
    from hotdesk_hil.provisioning.http_server import HttpFiles
    from hotdesk_hil.provisioning.tftp_server import TftpFiles

LOOPBACK = "127.0.0.1"
REQUESTS_KEPT = 10_000
"""Records that `EmService.requests` holds; the oldest goes first."""
NAMES_KEPT = 1_000_000
"""Devices and users in those records together; the oldest record goes first, the newest stays."""

log = logging.getLogger("hotdesk_hil.emservice")


@dataclass(frozen=True)
class Counters:
    """Requests In Progress and Requests Throttled: logins and logouts under way, and refused with 26."""

    requests_in_progress: int
    requests_throttled: int


@dataclass(frozen=True)
class Traffic:
    """What arrived: `requests` in all, those that did not reach the service and what was no request included.

    `half_open` are the connections on which a whole request is being waited for, `cut` those that waited
    longer than `request_timeout`. `handshakes_failed` are TLS handshakes.
    """

    requests: int
    half_open: int
    cut: int
    handshakes_failed: int


class EmService:
    """An Extension Mobility service on this machine.

    ```python
    with EmService("clusters/demo.toml") as service:
        log_in_on_the_phone(service.url)
        request = service.wait_for_request("login", timeout=20)
        assert request.code is None
        assert service.sessions() == {"SEP003094C25B15": "john"}
    ```

    `cluster` is a `Cluster` or the path of a cluster file; `port` 0 takes a free one, which `start` after
    `stop` takes again; `state` is the SQLite file that survives a restart, None keeps it in memory until
    `close`. `host` is the address to listen at: only this machine reaches the default. With `lenient` the
    wire may be looser than the DTD: any order, unknown elements, attributes.

    `tls_port` (None: no TLS, 0: a free one) is a second port with TLS. Its certificate authority is made on
    first start and kept in the folder `ca`, or in memory; `authority.certificate` is what a client must
    trust. What it shows is the cluster's `tls`.

    `control_port` (None: none, 0: a free one) is the control interface with the web page, on the loopback
    address whatever `host` is; who uses it sends `control_token` (printable ASCII without blanks), made here
    where none is given.

    `provisioning_port` and `tftp_port` (None: none, 0: a free one) are where phones load their files, over
    HTTP and over TFTP, which needs the extra `tftp`.

    `second_factor` is asked between PIN and login at the login application.

    `trace` (None: none) is a file to which the traces of the login application and the service are added
    while it runs, as a call manager writes them, for `hotdesk logs`. PINs and certificates are not in it.

    `lenient` may be set while it runs. Host names in the cluster's trusted list are resolved by `start`.

    Raises `ClusterError` for a wrong cluster file, `StateError` for a state file or a folder `ca` it cannot
    use, a state file that another service uses among them, `ValueError` for a token that cannot be sent, and
    on `start` `OSError` where a port is taken or the trace cannot be written.
    """

    def __init__(
        self,
        cluster: Cluster | str | os.PathLike[str],
        host: str = "127.0.0.1",
        port: int = 0,
        state: str | os.PathLike[str] | None = None,
        *,
        lenient: bool = False,
        tls_port: int | None = None,
        ca: str | os.PathLike[str] | None = None,
        control_port: int | None = None,
        control_token: str | None = None,
        provisioning_port: int | None = None,
        tftp_port: int | None = None,
        second_factor: SecondFactor | None = None,
        trace: str | os.PathLike[str] | None = None,
    ) -> None:
        self.cluster = cluster if isinstance(cluster, Cluster) else Cluster.read(cluster)
        self.host = host
        self.port = port
        self.tls_port = tls_port
        self.lenient = lenient
        self.control_port = control_port
        self.provisioning_port = provisioning_port
        self.tftp_port = tftp_port
        self.control_token = control_token or secrets.token_urlsafe(24)
        token = self.control_token
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise ValueError("a control token is printable ASCII without blanks; no other can be sent")
        self.clock = Clock()
        self.faults = Faults(self._refuse)
        self.authority = None if tls_port is None else _authority(ca, host, self.cluster.tls)
        self._store = Store(state)
        self._service = Service(self.cluster, self._store, self.clock)
        self._slots = Slots(self.cluster.service.maximum_concurrent_requests)
        self._arrivals = Arrivals(self.cluster.service.request_timeout, self.clock.now, self._record)
        # A request takes the lock; the condition above it, which costs more, only where somebody waits.
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._waiting = 0
        # Rows of `RequestRecord`, as plain tuples, which the garbage collector does not track.
        self._requests: deque[tuple[Any, ...]] = deque()
        self._names = 0
        self._recorded = 0
        self._forgotten = 0
        self._waited_for = 0
        self._totals = Totals()
        self._running: Running | None = None
        self._files = _phone_files(self._service, self.faults, self._record, lambda: self.port)
        self._app: LoginApp | None = None
        self.second_factor = second_factor
        self._pins = Pins(self._service)
        self._traces = Traces(trace, self.clock.now)
        self._store.watchers.append(self._traces.changed)
        self.remote_clusters: dict[str, RemoteCluster] = dict(self.cluster.remote_clusters)
        """The clusters of the cluster view by their folded IDs; `connect` adds to it."""
        self._emcc = Emcc(self._service, self._pins, self.remote_clusters, self._traces)
        self._service.is_visited = self._emcc.is_visited
        self.outages: set[Outage] = set()
        """What of the cluster is down; may be changed while it runs."""
        self.watchers: list[Callable[[Exchange], None]] = []
        """Called, in the service's thread, with what arrived and the answer to it, before it is sent."""

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
        return f"http://{self._host_in_url}:{self.port}{PATH}"

    @property
    def tls_url(self) -> str | None:
        """The address with TLS, None where there is none."""
        return None if self.tls_port is None else f"https://{self._host_in_url}:{self.tls_port}{PATH}"

    @property
    def app_url(self) -> str:
        """The address of the login application, to which a phone adds `?device=` and its name."""
        return f"http://{self._host_in_url}:{self.port}{APP_PATH}"

    @property
    def app_tls_url(self) -> str | None:
        """The address of the login application with TLS, None where there is none."""
        return None if self.tls_port is None else f"https://{self._host_in_url}:{self.tls_port}{APP_PATH}"

    @property
    def change_pin_url(self) -> str:
        """The address where a person changes a PIN, to which a phone adds `?device=` and its name."""
        return f"http://{self._host_in_url}:{self.port}{CHANGE_PATH}"

    @property
    def provisioning_url(self) -> str | None:
        """The address of the files of phones, to which a phone adds a file's name; None: there are none."""
        port = self.provisioning_port
        return None if port is None else f"http://{self._host_in_url}:{port}/"

    @property
    def tftp_url(self) -> str | None:
        """The same over TFTP."""
        return None if self.tftp_port is None else f"tftp://{self._host_in_url}:{self.tftp_port}/"

    def phone_file(self, device: str) -> bytes:
        """Returns the file of a device as a phone would load it now; `KeyError` for an unknown device."""
        return self._files.file_of(device, self._host_in_url)

    @property
    def control_url(self) -> str | None:
        """The address of the control interface, None where there is none."""
        return None if self.control_port is None else f"http://{LOOPBACK}:{self.control_port}/"

    @property
    def _host_in_url(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def _own_url(self) -> str:
        """The address at which this process reaches its own service."""
        host = {"0.0.0.0": LOOPBACK, "": LOOPBACK, "::": "[::1]"}.get(self.host, self._host_in_url)  # noqa: S104
        return f"http://{host}:{self.port}{PATH}"

    def start(self) -> None:
        """Listens; does nothing where it listens already."""
        if self._running is not None:
            return
        self._service.resolve_trusted()
        if not self.cluster.users and not self.cluster.application_users:
            log.warning(
                "the cluster has no user and no application user: every request is refused with code 3"
            )
        servlet = Servlet(
            self._service,
            self._slots,
            self.faults,
            self._record,
            lambda: self.lenient,
            self._arrivals,
            self._traces,
            lambda: Outage.EM_SERVICE in self.outages,
        )
        with ExitStack() as opened:
            plain = opened.enter_context(_listen(self.host, self.port, "the service"))
            self.port = plain.getsockname()[1]
            client = EmClient(self._own_url, self._service.system_user)
            app = LoginApp(
                self._service,
                self._pins,
                client,
                lambda: frozenset(self.outages),
                self._emcc,
                self._traces,
                self.second_factor,
            )
            EmccServlet(servlet, self._emcc, self.faults, self._record, self.clock.now)
            servlet.at_start.append(self._emcc.open)
            servlet.at_end.append(self._emcc.close)
            self._app = app
            AppServlet(servlet, app, self.faults, self._record, self.clock.now, self._traces)
            servlet.at_end.append(client.close)
            if self.second_factor is not None:
                servlet.at_end.append(self.second_factor.close)
            self._traces.open(self.port)
            opened.callback(self._traces.close)
            doors = [Door(plain, self.faults)]
            if self.authority is not None and self.tls_port is not None:
                tls = opened.enter_context(_listen(self.host, self.tls_port, "the service with TLS"))
                self.tls_port = tls.getsockname()[1]
                doors.append(Door(tls, self.faults, self.authority.context(self.faults)))
            control = None
            if self.control_port is not None:
                listener = opened.enter_context(_listen(LOOPBACK, self.control_port, "the control interface"))
                self.control_port = listener.getsockname()[1]
                control = (_control(self).application(), listener)
            beside: list[Beside] = []
            if self.provisioning_port is not None:
                what = "the files of phones"
                listener = opened.enter_context(_listen(self.host, self.provisioning_port, what))
                self.provisioning_port = listener.getsockname()[1]
                beside.append(_http_files(self._files, listener, self._host_in_url))
            if self.tftp_port is not None:
                # The last one: nothing can fail behind it, and it closes its port by itself.
                tftp = _tftp(self._files, self.host, self.tftp_port)
                self.tftp_port = tftp.port
                beside.append(tftp)
            opened.pop_all()
        self._running = Running(servlet, doors, self._arrivals, control, beside)
        self._refuse(self.faults.refuses)

    def connect(self, other: EmService, *, emcc: bool = True) -> None:
        """Enters another cluster that listens into this one's view, and this one into its: EMCC between
        both.
        """
        for one, remote in ((self, other), (other, self)):
            found = RemoteCluster(remote.cluster.service.cluster_id, remote._own_url.removesuffix(PATH), emcc)
            one.remote_clusters[fold(found.id)] = found

    def _refuse(self, refusing: bool) -> None:
        running = self._running
        if running is not None:
            running.refuse(refusing)

    def stop(self) -> None:
        """Stops listening and closes every connection; state, faults and records stay."""
        if self._running is not None:
            self._running.stop()
            self._running = None
            self._traces.close()

    def close(self) -> None:
        """Stops, and closes the state; the object cannot be started again."""
        self.stop()
        self._store.close()

    def sessions(self) -> dict[str, str]:
        """Returns who is logged in now: device name to user ID."""
        return {session.device: session.user for session in self._service.sessions()}

    def session_rows(self) -> list[Session]:
        """Returns who is logged in now with profile and end, sorted by device."""
        return self._service.sessions()

    def newest_events(self, count: int) -> list[Event]:
        """Returns the newest events, newest first."""
        return self._service.newest_events(count)

    def events(self, after: int = 0, limit: int = -1) -> list[Event]:
        """Returns the logins and logouts with an ID over `after`, oldest first, at most `limit` (-1: all)."""
        return self._service.events(after, limit)

    def reset(self) -> None:
        """Goes back to the beginning: nobody logged in or locked, no fault; secrets as in the file."""
        self.faults.clear()
        self.outages.clear()
        self._service.reset()
        self._pins.reset()
        self._emcc.reset()
        if self._app is not None and self._app.factor is not None:
            self._app.factor.reset()
        self._arrivals.reset()
        with self._lock:
            self._requests.clear()
            self._totals.reset()
            self._names = 0
            self._forgotten = self._recorded
            self._waited_for = self._recorded

    def previous(self, device: str) -> str | None:
        """Returns who was logged in on the device before, None where nobody was."""
        return self._service.previous(device)

    def login(self, device: str, user: str, profile: str | None = None) -> None:
        """Logs a user in as an administrator does, past every rule; `KeyError` for an unknown name."""
        self._service.put(device, user, profile)

    def logout(self, device: str) -> None:
        """Logs out whoever is on the device, as an administrator does; `KeyError` for an unknown device."""
        self._service.take_off(device)

    def change_secret(self, account: str, secret: str) -> None:
        """Gives an account a new certificate, a user a new PIN; code 27 ends.

        Where the service parameter `end_user_credential` is `password`, a user gets a new password. It goes
        before what the cluster file says, until `reset`; a state file keeps a salted hash of it. With the
        credential cache the old one holds as well, up to two minutes after it was last right.

        Raises `KeyError` for an unknown account, `ValueError` for a secret that is blank or over 256 bytes.
        """
        self._service.change_secret(account, secret)

    @property
    def pin_counters(self) -> PinCounters:
        """How many PINs the login application took and refused, and how many attempts met a locked user."""
        return self._pins.counters

    def locked_users(self) -> dict[str, float]:
        """Returns who is locked after too many wrong PINs, and until when by the service's clock."""
        return self._pins.locked()

    def asking(self) -> list[Asking]:
        """Returns who is being asked for a second factor, and until when by the service's clock."""
        return [] if self._app is None or self._app.factor is None else self._app.factor.asking()

    def unlock(self, user: str) -> None:
        """Lets a locked user try again, as an administrator does; `KeyError` for one who is not locked."""
        self._pins.unlock(user)

    @property
    def counters(self) -> Counters:
        """The counters of the Extension Mobility object, now."""
        return Counters(self._slots.in_progress, self._slots.throttled)

    @property
    def traffic(self) -> Traffic:
        """What has arrived until now, and what is being waited for."""
        arrivals = self._arrivals
        requests = self._recorded - self._forgotten
        return Traffic(requests, arrivals.half_open, arrivals.cut, arrivals.handshakes_failed)

    @property
    def totals(self) -> list[Total]:
        """What each operation came to since the start or `reset`, and its requests a second lately."""
        with self._lock:
            return self._totals.operations()

    @property
    def last_minute(self) -> list[int]:
        """The requests of each of the last 60 whole seconds, oldest first."""
        with self._lock:
            return self._totals.last_minute()

    @property
    def requests(self) -> list[RequestRecord]:
        """What arrived so far, oldest first, at most `REQUESTS_KEPT`: with 404, 403 and what is no HTTP."""
        with self._lock:
            return self._records()

    def wait_for_request(self, operation: str | None = None, timeout: float = 10.0) -> RequestRecord:
        """Returns the next request, of `operation` if given, and waits for it up to `timeout` seconds.

        Without `operation` that is also what did not reach the service. Each request is returned once: a
        call goes on behind the request that the call before returned, so one that arrived in between is not
        missed.

        Raises `TimeoutError`, which says what did arrive.
        """
        deadline = time.monotonic() + timeout
        with self._arrived:
            self._waiting += 1
            try:
                while True:
                    unseen = min(self._recorded - self._waited_for, len(self._requests))
                    news = self._records()[len(self._requests) - unseen :]
                    for index, record in enumerate(news):
                        if operation is None or record.operation == operation:
                            self._waited_for = self._recorded - len(news) + index + 1
                            return record
                    if not self._arrived.wait(deadline - time.monotonic()):
                        what = operation or "request"
                        seen = "; ".join(str(record) for record in news) or "nothing"
                        if self._arrivals.handshake_error is not None:
                            seen += f"; a TLS handshake failed: {self._arrivals.handshake_error}"
                        raise TimeoutError(f"no {what} within {timeout} s; arrived: {seen}")
            finally:
                self._waiting -= 1

    def _records(self) -> list[RequestRecord]:
        return [RequestRecord._make(row) for row in self._requests]

    def _record(
        self, record: RequestRecord, request: bytes | None = None, answer: bytes | None = None
    ) -> None:
        log.info("%s", record)
        for watcher in self.watchers:
            watcher(exchange(record, request, answer))
        with self._lock:
            kept = self._requests
            kept.append(tuple(record))
            self._names += len(record.devices) + len(record.users)
            while len(kept) > REQUESTS_KEPT or (self._names > NAMES_KEPT and len(kept) > 1):
                gone = kept.popleft()
                self._names -= len(gone[1]) + len(gone[2])  # devices and users
            self._recorded += 1
            self._totals.count(record)
            if self._waiting:
                self._arrived.notify_all()


class ListenError(OSError):
    """A port cannot be listened at. In a test that is no fault of what is tested: see `verdict`."""

    verdict = "rig"


def _listen(host: str, port: int, what: str) -> socket.socket:
    """Returns a listening socket; raises `ListenError` that names the port, and `what` it was wanted for."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except UnicodeError as error:
        raise ListenError(
            errno.EINVAL, f"{host}:{port}: is no host name; it was wanted for {what}"
        ) from error
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while attempting")[0]
        todo = ": end what uses it, or name another port" if error.errno == errno.EADDRINUSE else ""
        raise ListenError(error.errno, f"{host}:{port}: {why}; it was wanted for {what}{todo}") from error


def _authority(folder: str | os.PathLike[str] | None, host: str, settings: TlsSettings) -> Authority:
    # Here and not above: who runs the service without TLS needs no cryptography.
    from hotdesk_hil.emservice.tls import Authority

    return Authority(folder, host, settings)


# Here and not above: these modules need parts of this package, which is not whole before this module is.


def _phone_files(
    service: Service,
    faults: Faults,
    record: Callable[[RequestRecord, bytes | None, bytes | None], None],
    port: Callable[[], int],
) -> PhoneFiles:
    from hotdesk_hil.provisioning.files import PhoneFiles

    return PhoneFiles(service, faults, record, port)


def _http_files(files: PhoneFiles, listener: socket.socket, host: str) -> HttpFiles:
    from hotdesk_hil.provisioning.http_server import HttpFiles

    return HttpFiles(files, listener, host)


def _tftp(files: PhoneFiles, host: str, port: int) -> TftpFiles:
    # Here and not above: the library comes with the extra `tftp` alone.
    try:
        from hotdesk_hil.provisioning.tftp_server import TftpFiles
    except ImportError as error:
        raise ListenError(errno.ENOPKG, "TFTP needs the library tftp: pip install './hil[tftp]'") from error
    try:
        return TftpFiles(files, host, port)
    except OSError as error:
        why = error.strerror or str(error)
        raise ListenError(error.errno, f"{host}:{port}: {why}; it was wanted for TFTP") from error


def _control(service: EmService) -> Control:
    # Here and not above: who runs the service without it needs no JSON schemas.
    from hotdesk_hil.emservice.control import Control

    return Control(service, service.control_token)
