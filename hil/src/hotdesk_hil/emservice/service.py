"""What the service does: who may ask, the rules of login and logout in their order, the queries.

Sources: EM API developer guide, feature configuration guide and "EM service response codes". Where they are
silent, README.md lists what was chosen. Must never know of HTTP, XML or faults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from hotdesk_hil.emservice import answers, trusted
from hotdesk_hil.emservice.answers import DeviceRow, UserRow
from hotdesk_hil.emservice.changes import LOGIN, LOGOUT, Change, Event, Session
from hotdesk_hil.emservice.clock import Clock
from hotdesk_hil.emservice.cluster import ApplicationUser, Cluster, Device, MultipleLogin, User, fold
from hotdesk_hil.emservice.codes import Code, Refused
from hotdesk_hil.emservice.credentials import Caller, Credentials
from hotdesk_hil.emservice.document import Document
from hotdesk_hil.emservice.store import Store

ADMINISTRATOR = "administrator"
"""The cause of a change that no request asked for."""
END_OF_LOGIN = "end of login"
"""The cause of a log-out whose time has come."""
CHANGES = ("login", "logout", "logoutAll")
"""The operations that change who is logged in: they take a slot, and ask where they come from."""


class Slots:
    """Maximum Concurrent Requests: the logins and logouts in progress, and the two counters over them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.in_progress = 0
        self.throttled = 0

    def take(self) -> None:
        """Takes a slot; raises `Refused` with code 26 where none is free."""
        if self.in_progress >= self._limit:
            self.throttled += 1
            raise Refused(Code.BUSY, f"{self._limit} logins and logouts are in progress, send it again later")
        self.in_progress += 1

    def give_back(self) -> None:
        """Frees a slot."""
        self.in_progress -= 1

    def clear(self) -> None:
        """Frees every slot: nothing is in progress in a service that has stopped."""
        self.in_progress = 0


class Origin(NamedTuple):
    """Where a request comes from: the address at the other end, and whether a proxy's `Via` was with it."""

    address: str | None = None
    via: bool = False


class PhoneState(NamedTuple):
    """What of a phone's file depends on logins: who is there, and the last change (0: none) and its time."""

    session: Session | None
    change: int
    at: float | None


class Service:
    """The behaviour of the service over one cluster and one store."""

    def __init__(self, cluster: Cluster, store: Store, clock: Clock) -> None:
        self.cluster = cluster
        self.store = store
        self.clock = clock
        self._trusted: frozenset[trusted.Address] = frozenset()
        self._credentials = Credentials(cluster, store, clock)
        self.is_visited: Callable[[str], bool] = lambda _device: False
        """Tells whether a user of another cluster is on a phone."""
        self._operations: dict[str, Callable[[Caller, Document], bytes]] = {
            "login": self._login,
            "logout": self._logout,
            "logoutAll": self._logout_all,
            "deviceUserQuery": self._device_user_query,
            "userDevicesQuery": self._user_devices_query,
            "deviceProfileQuery": self._device_profile_query,
            "checkUser": self._check_user,
        }

    def carry_out(self, document: Document, origin: Origin) -> bytes:
        """Carries a request out and returns the answer; its effect is committed by then.

        Raises `Refused` where the service says no; nothing has changed then.
        """
        if self.asks_origin and document.operation in CHANGES:
            self._check_origin(document, origin)
        with self.store.lock:
            now = self._end_logins()
            caller = self._credentials.authenticate(document, now)
            return self._operations[document.operation](caller, document)

    def resolve_trusted(self) -> None:
        """Looks up the host names of the trusted list; until then they are not trusted."""
        if self.asks_origin:
            self._trusted = trusted.resolve(self.cluster.service.trusted)

    @property
    def asks_origin(self) -> bool:
        """Whether it matters where a login or logout comes from."""
        return self.cluster.service.validate_ip_address

    def change_secret(self, account: str, secret: str) -> None:
        """Gives an account a new certificate, PIN or password; code 27 ends: `Credentials.change`."""
        with self.store.lock:
            self._credentials.change(account, secret, ADMINISTRATOR)

    @property
    def system_user(self) -> ApplicationUser:
        """The application user as whom the login application signs."""
        return self._credentials.system_user

    def has_pin(self, user: User, pin: str) -> bool:
        """Tells whether this is the PIN of an end user."""
        with self.store.lock:
            return self._credentials.has_pin(user, pin, self.clock.now())

    def must_change_pin(self, user: User) -> bool:
        """Tells whether an end user's PIN has expired."""
        with self.store.lock:
            return self._credentials.must_change_pin(user)

    def change_pin(self, user: User, pin: str) -> None:
        """Gives an end user a new PIN, as he does himself; raises `ValueError` for one that cannot be."""
        with self.store.lock:
            self._credentials.change_pin(user, pin)

    def sessions(self) -> list[Session]:
        """Returns who is logged in now, sorted by device."""
        with self.store.lock:
            self._end_logins()
            return self.store.sessions()

    def previous(self, device: str) -> str | None:
        """Returns who was logged in on the device before."""
        with self.store.lock:
            self._end_logins()
            return self.store.previous(device)

    def phone_state(self, device: str) -> PhoneState:
        """Returns who is logged in on a device now, and the change that brought it."""
        with self.store.lock:
            self._end_logins()
            change, at = self.store.changed(device) or (0, None)
            return PhoneState(self.store.on_device(device), change, at)

    def put(self, device: str, user: str, profile: str | None = None) -> None:
        """Logs a user in as an administrator does: no rule applies, and whoever is there is logged out.

        Raises `KeyError` for a name that the cluster does not hold.
        """
        found = _known("device", self.cluster.devices, device)
        person = _known("user", self.cluster.users, user)
        named = None if profile is None else _known("profile", self.cluster.profiles, profile).name
        session = Session(found.name, person.id, named or self._default_profile(person))
        with self.store.lock:
            self._end_logins()
            there = self.store.on_device(found.name)
            now = self.clock.now()
            out = [] if there is None else [Change(now, LOGOUT, there, ADMINISTRATOR)]
            self.store.change([*out, Change(now, LOGIN, session, ADMINISTRATOR)])

    def take_off(self, device: str) -> None:
        """Logs out whoever is on the device, as an administrator does; nobody there is no error.

        Raises `KeyError` for a device that neither the cluster holds nor a user of it is on.
        """
        with self.store.lock:
            self._end_logins()
            there = self.store.on_device(device)
            if there is None:
                _known("device", self.cluster.devices, device)
            if there is not None:
                self.store.change([Change(self.clock.now(), LOGOUT, there, ADMINISTRATOR)])

    def reset(self) -> None:
        """Forgets every session, previous user, event, changed secret and cached one."""
        with self.store.lock:
            self.store.reset()
            self._credentials.clear()

    def events(self, after: int = 0, limit: int = -1) -> list[Event]:
        """Returns the changes so far with an ID over `after`, oldest first, at most `limit` (-1: all)."""
        with self.store.lock:
            self._end_logins()
            return self.store.events(after, limit)

    def newest_events(self, count: int) -> list[Event]:
        """Returns the newest events, newest first."""
        with self.store.lock:
            self._end_logins()
            return self.store.newest_events(count)

    def _end_logins(self) -> float:
        """Logs out whose time is over, and returns the time that it went by.

        Whoever looks calls this first, and sees no login that has ended.
        """
        now = self.clock.now()
        ended = self.store.ended(now)
        if ended:
            self.store.change([Change(end, LOGOUT, session, END_OF_LOGIN) for end, session in ended])
        return now

    # Who asks, and from where

    def _check_origin(self, document: Document, origin: Origin) -> None:
        # The login application is part of the cluster: where its phone is counts.
        own = fold(document.app_id) == fold(self.system_user.id) and document.remote_address is not None
        for address in (None if own else origin.address, document.remote_address):
            if address is not None and trusted.address(address) not in self._trusted:
                raise Refused(Code.UNTRUSTED_ADDRESS, f"{address} is not in the trusted list of IPs")
        if (origin.via or document.via_header) and not self.cluster.service.allow_proxy:
            raise Refused(Code.PROXY, "the request came through a proxy, and Allow Proxy is off")

    # Login and logout

    def _login(self, caller: Caller, document: Document) -> bytes:
        attempt = self._attempt(caller, document, document.users[0])
        _apply(LOGIN_RULES, attempt)
        # The rules have made sure of device, user and profile.
        now = self.clock.now()
        ends_at = self._end_of_login(document, now)
        session = Session(attempt.device.name, attempt.user.id, attempt.profile, ends_at)
        changes = [Change(now, LOGIN, session, f"request of {caller.id}")]
        if attempt.multiple_login is MultipleLogin.AUTO_LOGOUT:
            cause = f"login on {attempt.device.name}"
            changes[:0] = [Change(now, LOGOUT, other, cause) for other in attempt.elsewhere]
        self.store.change(changes)
        return answers.success()

    def _logout(self, caller: Caller, document: Document) -> bytes:
        attempt = self._attempt(caller, document, None)
        _apply(LOGOUT_RULES, attempt)
        self.store.change([Change(self.clock.now(), LOGOUT, attempt.session, f"request of {caller.id}")])
        return answers.success()

    def _logout_all(self, caller: Caller, _document: Document) -> bytes:
        _need_proxy_rights(caller)
        cause = f"logoutAll of {caller.id}"
        now = self.clock.now()
        self.store.change([Change(now, LOGOUT, session, cause) for session in self.store.sessions()])
        return answers.success()

    def _attempt(self, caller: Caller, document: Document, user_id: str | None) -> Attempt:
        device_name = document.devices[0]
        device_key = fold(device_name)
        called = [] if user_id is None else self.cluster.called(user_id, document.login_type)
        user = called[0] if called else None
        there = [] if user is None else self.store.of_user(user.id)
        return Attempt(
            caller,
            device_name,
            self.cluster.devices.get(device_key),
            user.id if user is not None and len(called) == 1 else user_id or "",
            user,
            len(called) > 1,
            document.profile,
            self._profile(user, document.profile),
            self.store.on_device(device_name),
            [session for session in there if fold(session.device) != device_key],
            self.cluster.service.multiple_login_behavior,
        )

    def _profile(self, user: User | None, named: str | None) -> str | None:
        if named is not None:
            profile = self.cluster.profiles.get(fold(named))
            return None if profile is None else profile.name
        return None if user is None else self._default_profile(user)

    def _default_profile(self, user: User) -> str | None:
        if user.default_profile is not None:
            return user.default_profile
        return user.profiles[0] if len(user.profiles) == 1 else None

    def _end_of_login(self, document: Document, now: float) -> float | None:
        if document.indefinite:
            return None
        minutes = document.minutes
        if minutes is None:
            minutes = self.cluster.service.maximum_login_minutes
        return None if minutes is None else now + minutes * 60

    # Queries

    def _device_user_query(self, caller: Caller, document: Document) -> bytes:
        _need_proxy_rights(caller)
        rows = []
        for name in document.devices:
            device = self.cluster.devices.get(fold(name))
            if device is None:
                rows.append(DeviceRow(name, exists=False))
                continue
            session = self.store.on_device(name)
            rows.append(
                DeviceRow(
                    device.name,
                    user=None if session is None else session.user,
                    previous=self.store.previous(name),
                    emcc=self._emcc_device(device),
                )
            )
        return answers.device_user_results(rows)

    def _emcc_device(self, device: Device) -> bool | None:
        if not self.cluster.service.emcc_device:
            return None
        return device.emcc or self.is_visited(device.name)

    def _user_devices_query(self, caller: Caller, document: Document) -> bytes:
        def devices(user: User) -> tuple[str, ...]:
            return tuple(session.device for session in self.store.of_user(user.id))

        return answers.user_devices_results(self._user_rows(caller, document, devices))

    def _device_profile_query(self, caller: Caller, document: Document) -> bytes:
        def profiles(user: User) -> tuple[tuple[str, bool], ...]:
            default = fold(user.default_profile or "")
            return tuple((name, fold(name) == default) for name in user.profiles)

        rows = self._user_rows(caller, document, profiles)
        if self.cluster.service.profile_query_failures:
            rows = [_with_failure(row) for row in rows]
        return answers.device_profile_results(rows)

    def _check_user(self, caller: Caller, document: Document) -> bytes:
        return answers.check_user_results(self._user_rows(caller, document, lambda _user: ()))

    def _user_rows(self, caller: Caller, document: Document, items: Callable[[User], tuple]) -> list[UserRow]:
        rows = []
        for name in document.users:
            if not caller.may_act_on(name):
                raise _lacks_rights(caller)
            user = self.cluster.users.get(fold(name))
            rows.append(UserRow(name, exists=False) if user is None else UserRow(user.id, items=items(user)))
        return rows


class Attempt(NamedTuple):
    """Everything that the rules of login and logout look at."""

    caller: Caller
    device_name: str
    device: Device | None
    user_id: str
    user: User | None
    shared: bool
    profile_name: str | None
    profile: str | None
    session: Session | None
    elsewhere: list[Session]
    multiple_login: MultipleLogin

    @property
    def disabled(self) -> bool:
        """Extension Mobility is not enabled on the device."""
        return self.device is not None and not self.device.extension_mobility

    @property
    def taken(self) -> bool:
        """Another user is on the device."""
        return self.session is not None and fold(self.session.user) != fold(self.user_id)


@dataclass(frozen=True)
class Rule:
    """A reason to refuse: the code, when it applies, and what to do, with the attempt's names filled in."""

    code: Code
    applies: Callable[[Attempt], bool]
    detail: str


# The first rule that applies is the answer.
LOGIN_RULES = (
    Rule(
        Code.NO_PROXY_RIGHTS,
        lambda a: not a.caller.may_act_on(a.user_id),
        "{a.caller.id} may not act on {a.user_id}: give the account proxy rights",
    ),
    Rule(
        Code.NO_PROXY_RIGHTS,
        lambda a: not a.caller.may_use(a.profile, a.user),
        "{a.profile_name} is not a profile of {a.caller.id}: associate it, or give the account proxy rights",
    ),
    Rule(Code.DEVICE_UNKNOWN, lambda a: a.device is None, "{a.device_name} is not a device of this cluster"),
    Rule(Code.LOGIN_DISABLED, lambda a: a.disabled, "enable Extension Mobility on {a.device_name}"),
    Rule(Code.USER_UNKNOWN, lambda a: a.user is None, "{a.user_id} is not a user of this cluster"),
    Rule(Code.NUMBER_SHARED, lambda a: a.shared, "{a.user_id} belongs to several users: log in by user ID"),
    Rule(
        Code.PROFILE_NOT_FOUND,
        lambda a: a.profile is None and a.profile_name is not None,
        "{a.profile_name} is not a device profile of this cluster",
    ),
    Rule(
        Code.PROFILE_NOT_FOUND,
        lambda a: a.profile is None,
        "{a.user_id} has no default device profile: associate one, or name one in the request",
    ),
    Rule(Code.ANOTHER_USER, lambda a: a.taken, "log out the user of {a.device_name} first"),
    Rule(
        Code.ELSEWHERE,
        lambda a: bool(a.elsewhere) and a.multiple_login is MultipleLogin.NOT_ALLOWED,
        "log {a.user_id} out on {a.elsewhere[0].device} first",
    ),
)

LOGOUT_RULES = (
    Rule(
        Code.NO_PROXY_RIGHTS,
        # A person who logs out on a free device gets code 19, not this.
        lambda a: not a.caller.may_act_on(a.session.user if a.session is not None else a.caller.id),
        "{a.caller.id} may not log others out: give the account proxy rights",
    ),
    Rule(Code.DEVICE_UNKNOWN, lambda a: a.device is None, "{a.device_name} is not a device of this cluster"),
    Rule(Code.LOGOUT_DISABLED, lambda a: a.disabled, "enable Extension Mobility on {a.device_name}"),
    Rule(Code.NOBODY, lambda a: a.session is None, "nobody is logged in on {a.device_name}"),
)


def _apply(rules: tuple[Rule, ...], attempt: Attempt) -> None:
    for rule in rules:
        if rule.applies(attempt):
            raise Refused(rule.code, rule.detail.format(a=attempt))


def _need_proxy_rights(caller: Caller) -> None:
    if not caller.proxy_rights:
        raise _lacks_rights(caller)


def _lacks_rights(caller: Caller) -> Refused:
    return Refused(Code.NO_PROXY_RIGHTS, f"{caller.id} may not act on others: give the account proxy rights")


def _known(kind: str, entries: Mapping[str, Any], name: str) -> Any:
    """Returns the entry of that name; raises `KeyError` that names both."""
    entry = entries.get(fold(name))
    if entry is None:
        raise KeyError(f"{kind} {name!r} is not in this cluster")
    return entry


def _with_failure(row: UserRow) -> UserRow:
    if row.exists and row.items:
        return row
    code = Code.PROFILE_NOT_FOUND if row.exists else Code.USER_UNKNOWN
    return replace(row, failure=(code.value, code.label))
