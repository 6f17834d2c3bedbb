"""What happens in the simulator, in the layout of a call manager's traces: login application, service, Cross
Cluster, Tomcat's authentication. `hotdesk logs` reads it.

Sentences are those of public traces. None of those shows how a refusal of the login application is logged:
here it is the text of the phone. Must never hold a PIN or certificate, nor keep the service from answering:
where the file cannot be written, the trace ends, and the log says so.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TextIO

from hotdesk_hil.emservice.app_request import SECRETS
from hotdesk_hil.emservice.changes import LOGIN, LOGOUT, Change
from hotdesk_hil.emservice.document import Document
from hotdesk_hil.emservice.records import printable
from hotdesk_hil.emservice.service import CHANGES, END_OF_LOGIN

APP, SERVICE = "EMAppServlet", "EMServiceServlet"
_AUTHENTICATION = "authentication.AuthenticationImpl"
_THREADS = 10_000
"""Threads are numbered up to this, then from 1 again."""
_LINE_LIMIT = 8000
"""Characters of a line; `…` stands for the rest."""
_SECRET = re.compile(rf"\b({'|'.join(SECRETS)})(=|%3D)[^&\s]*", re.IGNORECASE)

log = logging.getLogger("hotdesk_hil.emservice")

# The thread of a real server that would do what is being done.
_thread: ContextVar[str] = ContextVar("thread", default="main")
_number: ContextVar[int] = ContextVar("number", default=0)


class Traces:
    """The traces of one cluster. Without a `file` it does nothing; `now` is the service's clock."""

    def __init__(self, file: str | os.PathLike[str] | None, now: Callable[[], float]) -> None:
        self.file = file
        self._now = now
        self._stream: TextIO | None = None
        self._port = 0
        self._threads = 0
        self._app_requests = 0
        self._service_requests = 0

    def open(self, port: int) -> None:
        """Opens the file, to which lines are added; raises `OSError`. Threads are named by the port."""
        self._port = port
        if self.file is None:
            return
        try:
            # A line is there as soon as it is written: somebody may follow the file.
            self._stream = Path(self.file).open("a", buffering=1, encoding="utf-8", newline="\n")  # noqa: SIM115
        except OSError as error:
            why = f"{os.fspath(self.file)}: {error.strerror or error}; it was wanted for traces"
            raise OSError(error.errno, why) from error

    def close(self) -> None:
        """Closes the file."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    # Threads

    def begin(self) -> None:
        """Takes another thread for what follows."""
        self._threads = self._threads % _THREADS + 1
        _thread.set(f"http-bio-{self._port}-exec-{self._threads}")

    @property
    def thread(self) -> str:
        """The thread that is taken."""
        return _thread.get()

    @property
    def number(self) -> int:
        """The number of the service's request that is being answered."""
        return _number.get()

    def go_on(self, thread: str) -> None:
        """Takes a thread again, so that what follows belongs to what it has done before."""
        _thread.set(thread)

    # The login application

    def app_asked(self, parameters: str) -> None:
        """A request has come."""
        self._app_requests += 1
        self._line(APP, f"EMApp Request# ----->{self._app_requests}")
        self._line(APP, parameters)

    def login_status(self, device: str, user: str | None, last: str | None) -> None:
        """The service has told who is on a phone; nobody is asked to log in."""
        self._line(APP, f"The login status result for :{device}:{user or 'null'}:{last or 'null'}:null:no")
        if user is None:
            self._line(APP, f"Sent login page for device {device}")

    def user_found(self, user: str) -> None:
        """The cluster knows a user."""
        self._line(APP, f"User '{user}' exists locally")

    def user_unknown(self, user: str) -> None:
        """The cluster does not know a user: an error only where no other cluster does either."""
        # `Uknown` is how it is spelt.
        what = f"CMDatabase:isLocalUser: com.cisco.ccm.database.CMDBLException: Uknown user: {user}"
        self._line("CMDatabase", what, "ERROR")

    def clusters_asked(self, user: str) -> None:
        """Other clusters are asked for a user."""
        self._line(APP, f"EMCC Request for {user}")

    def pin(self, *, is_right: bool) -> None:
        """A PIN was checked here."""
        what = f"loginUtil: Authentication complete with result={0 if is_right else 1}"
        self._line(_AUTHENTICATION, what, "DEBUG")

    def pin_must_change(self) -> None:
        """A PIN is right and must be changed."""
        self._line(_AUTHENTICATION, "authenticateUser: User must change credential", "DEBUG")

    def directory_failed(self) -> None:
        """The directory that PINs are checked in cannot be reached."""
        self._line(_AUTHENTICATION, "LDAP search failed: javax.naming.CommunicationException", "DEBUG")

    def authenticated(self, user: str, profiles: Sequence[str]) -> None:
        """A user has shown who he is."""
        self._line(APP, f"User authentication complete for user {user}")
        names = "".join(f"  {profile}" for profile in profiles)
        told = f"UserInfo:  UserID: {user} Password:  Locale: 1 Authentication proxy rights: false"
        self._line(APP, f"Device profiles for user:{user}={told}Device Profiles:{names}")

    def second_factor(self, user: str, device: str, outcome: str) -> None:
        """A second factor was asked. A call manager has none: the sentence is the simulator's."""
        self._line("SecondFactor", f"{user} at {device}: {outcome}")

    def app_done(self, operation: str, user: str | None, device: str) -> None:
        """The phone was told that a `Login` or `Logout` is done; a log-out knows no user."""
        self._line(APP, f"Successfully performed {operation} for user {user or 'null'} at {device}")

    def app_refused(self, words: str) -> None:
        """The phone shows a refusal of the application's own."""
        self._line(APP, words, "ERROR")

    # The service

    def service_asked(self) -> None:
        """A request has come, of a client or of another cluster."""
        if self._stream is None:
            return
        self.begin()
        self._service_requests += 1
        _number.set(self._service_requests)
        self._line(SERVICE, f"EMService Request# ----> : {self._service_requests}")

    def service_reads(self, asked: Document | None) -> None:
        """A request was read, or could not be."""
        if self._stream is None:
            return
        if asked is not None and asked.operation in CHANGES:
            self._numbered("EM Service: Request type=Login/Logout")
        elif asked is not None:
            self._numbered("EM Service: Request type=Query")
        self._numbered("Parsing Request...")
        device = "".join(() if asked is None else asked.devices[:1])
        if asked is None or asked.operation not in CHANGES:
            return
        if asked.operation == LOGIN:
            self._numbered("Executing Login...")
            self._numbered(f"LoginService.executeLogin: Dev: {device}- Sending request to DB")
        else:
            self._numbered(f"Executing Logout for device={device or 'null'}")

    def service_done(self, asked: Document) -> None:
        """A login or logout is done."""
        if asked.operation in (LOGIN, LOGOUT):
            what = asked.operation.capitalize()
            self._numbered(f"LoginService.execute{what}: Dev: {asked.devices[0]}- {what} Successful")

    def service_refused(self, code: int, text: str) -> None:
        """A request is refused."""
        self._numbered("Request failed returning<response>", "ERROR")
        self._write(f'<failure><error code="{code}">{_escaped(text)}</error></failure></response>')

    def changed(self, changes: Sequence[Change]) -> None:
        """Takes what has changed: logins whose end is set, and those whose time is over."""
        if self._stream is None:
            return
        for change in changes:
            session = change.session
            if change.kind == LOGIN and session.ends_at is not None:
                seconds = round(session.ends_at - change.at)
                what = f"LogoutScheduler.setLogout(): Dev: {session.device}- Set logout for {seconds} seconds"
                self._numbered(what, category="LogoutScheduler")
            elif change.cause == END_OF_LOGIN:
                self._ended(session.device, change.at)

    def _ended(self, device: str, at: float) -> None:
        """The service logs a phone out by itself, between the lines of whoever has looked."""
        thread, number = _thread.get(), _number.get()
        self.begin()
        self._service_requests += 1
        _number.set(self._service_requests)
        self._numbered(f"Executing Logout for device={device}", at=at)
        self._numbered(f"LoginService.executeLogout: Dev: {device}- Logout Successful", at=at)
        _thread.set(thread)
        _number.set(number)

    # Cross Cluster

    def home_wanted(self, user: str) -> None:
        """The visiting cluster looks for the home cluster of a user."""
        self.service_asked()
        self._numbered(f"processEmccRequest: Received EMCC Login Request for :{user}")
        self._numbered(f"findHomeCluster: Finding Home Cluster for User: {user}")

    def home_found(self, user: str, url: str) -> None:
        """The visiting cluster has found it."""
        self._numbered(f"EmccLoginRequest: Home Cluster URL for User:{user} is : {url}")

    def security_modes(self, device: int, home: object) -> None:
        """The security modes of the phone and of the home cluster; that they differ is no fault."""
        self._numbered(f"DeviceSecurityMode: {device} HomeCluster SecurityMode: {home}")

    def visitor_enters(self, user: str) -> None:
        """The home cluster has let a user in: the visiting one logs him in."""
        self._numbered(f"EmccLoginRequest: Performing Visiting Device Login for :{user}")

    def home_asked(self, visiting: str, user: str) -> None:
        """Another cluster asks for the PIN of a user to be checked here, the home cluster.

        `visiting` is the number of the request there, and the name of the cluster.
        """
        self.service_asked()
        self._numbered_of(
            visiting, f"processEmccRequest: Received EMCC Home Cluster Login Request for :{user}"
        )
        self._numbered_of(visiting, f"authenticate pin for {user}")

    def home_entered(self, visiting: str, user: str) -> None:
        """The home cluster lets a user in at a phone of another one."""
        self._numbered_of(visiting, f"EmccHomeLogin : Performing Home Device Login for :{user}")

    # Lines

    def _numbered_of(self, visiting: str, message: str) -> None:
        """Writes a line of the home cluster: its own number, that of the visiting cluster and its name."""
        self._line(SERVICE, f"{_number.get()} : {visiting}: {message}")

    def _numbered(
        self, message: str, level: str = "INFO", *, category: str = SERVICE, at: float | None = None
    ) -> None:
        self._line(category, f"{_number.get()}: {message}", level, at)

    def _line(self, category: str, message: str, level: str = "INFO", at: float | None = None) -> None:
        if self._stream is None:
            return
        now = self._now() if at is None else at
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
        millis = int(now % 1 * 1000)
        self._write(f"{stamp},{millis:03} {level:5} [{_thread.get():20}] {category:25} - {message}")

    def _write(self, line: str) -> None:
        if self._stream is None:
            return
        try:
            line = _SECRET.sub(r"\1\2***", printable(line))
            line = line if len(line) <= _LINE_LIMIT else f"{line[:_LINE_LIMIT]}…"
            self._stream.write(f"{line}\n")
        except (OSError, ValueError) as error:
            stream, self._stream = self._stream, None
            log.error("the trace ends: %s", getattr(error, "strerror", None) or error)
            with suppress(OSError):
                stream.close()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
