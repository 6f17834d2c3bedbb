"""What the service does: who may ask, the rules of login and logout in their order, the queries.

Sources: EM API developer guide, feature configuration guide and "EM service response codes". Where they are
silent, README.md lists what was chosen. Must never know of HTTP, XML or faults.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

from hotdesk_hil.emservice import answers
from hotdesk_hil.emservice.answers import DeviceRow, UserRow
from hotdesk_hil.emservice.cluster import Cluster, Device, MultipleLogin, User, fold
from hotdesk_hil.emservice.codes import Code, Refused
from hotdesk_hil.emservice.document import Document
from hotdesk_hil.emservice.store import Session, Store


class Clock:
    """The time of day, which a test can move forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Returns seconds since the epoch."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Moves the clock forward by `seconds`; logins whose time ends in between are over."""
        if seconds < 0:
            raise ValueError("a clock only moves forward")
        self._ahead += seconds


@dataclass(frozen=True)
class Caller:
    """Who signed a request: an application user, or an end user with his PIN."""

    id: str
    proxy_rights: bool
    is_end_user: bool

    def may_act_on(self, user: str) -> bool:
        """Tells whether the caller may act on `user`: with proxy rights on everyone, else on himself only."""
        return self.proxy_rights or (self.is_end_user and fold(self.id) == fold(user))


class Service:
    """The behaviour of the service over one cluster and one store."""

    def __init__(self, cluster: Cluster, store: Store, clock: Clock) -> None:
        self.cluster = cluster
        self.store = store
        self.clock = clock
        self._operations: dict[str, Callable[[Caller, Document], bytes]] = {
            "login": self._login,
            "logout": self._logout,
            "logoutAll": self._logout_all,
            "deviceUserQuery": self._device_user_query,
            "userDevicesQuery": self._user_devices_query,
            "deviceProfileQuery": self._device_profile_query,
            "checkUser": self._check_user,
        }

    def carry_out(self, document: Document) -> bytes:
        """Carries a request out and returns the answer; its effect is committed by then.

        Raises `Refused` where the service says no; nothing has changed then.
        """
        with self.store.transaction():
            self._end_logins()
            caller = self._authenticate(document)
            return self._operations[document.operation](caller, document)

    def sessions(self) -> list[Session]:
        """Returns who is logged in now, sorted by device."""
        with self.store.transaction():
            self._end_logins()
            return self.store.sessions()

    def previous(self, device: str) -> str | None:
        """Returns who was logged in on the device before."""
        with self.store.transaction():
            self._end_logins()
            return self.store.previous(device)

    def put(self, device: str, user: str, profile: str | None = None) -> None:
        """Logs a user in by the administrator's hand: no rule is asked, who is there is logged out.

        Raises `KeyError` for a name that the cluster does not hold.
        """
        found = self.cluster.devices[fold(device)]
        person = self.cluster.users[fold(user)]
        named = None if profile is None else self.cluster.profiles[fold(profile)].name
        with self.store.transaction():
            self._end_logins()
            there = self.store.on_device(found.name)
            if there is not None:
                self.store.log_out(there)
            self.store.log_in(Session(found.name, person.id, named or self._default_profile(person)))

    def take_off(self, device: str) -> None:
        """Logs out whoever is on the device, by the administrator's hand; nobody there is no error.

        Raises `KeyError` for a device that the cluster does not hold.
        """
        found = self.cluster.devices[fold(device)]
        with self.store.transaction():
            self._end_logins()
            there = self.store.on_device(found.name)
            if there is not None:
                self.store.log_out(there)

    def _end_logins(self) -> None:
        for session in self.store.ended(self.clock.now()):
            self.store.log_out(session)

    # Who asks

    def _authenticate(self, document: Document) -> Caller:
        if not document.app_id or not document.certificate.strip():
            raise Refused(Code.CANNOT_AUTHORIZE, "appID or appCertificate is blank")
        key = fold(document.app_id)
        refused = Refused(Code.INVALID_APP_USER, f"{document.app_id} or its certificate or PIN is wrong")
        if document.encrypted:
            raise refused
        application = self.cluster.application_users.get(key)
        if application is not None:
            if not _same_secret(application.certificate, document.certificate):
                raise refused
            return Caller(application.id, application.proxy_rights, is_end_user=False)
        user = self.cluster.users.get(key)
        if user is None or not _same_secret(user.pin, document.certificate):
            raise refused
        return Caller(user.id, user.proxy_rights, is_end_user=True)

    # Login and logout

    def _login(self, caller: Caller, document: Document) -> bytes:
        attempt = self._attempt(caller, document, document.users[0])
        _apply(LOGIN_RULES, attempt)
        for session in attempt.elsewhere:  # only with Auto Logout or Allowed do the rules let this come here
            if self.cluster.service.multiple_login_behavior is MultipleLogin.AUTO_LOGOUT:
                self.store.log_out(session)
        # The rules have made sure of device, user and profile.
        self.store.log_in(
            Session(attempt.device.name, attempt.user.id, attempt.profile, self._end_of_login(document))
        )
        return answers.success()

    def _logout(self, caller: Caller, document: Document) -> bytes:
        attempt = self._attempt(caller, document, None)
        _apply(LOGOUT_RULES, attempt)
        self.store.log_out(attempt.session)
        return answers.success()

    def _logout_all(self, caller: Caller, _document: Document) -> bytes:
        _need_proxy_rights(caller)
        for session in self.store.sessions():
            self.store.log_out(session)
        return answers.success()

    def _attempt(self, caller: Caller, document: Document, user_id: str | None) -> Attempt:
        device_name = document.devices[0]
        device = self.cluster.devices.get(fold(device_name))
        user = None if user_id is None else self.cluster.users.get(fold(user_id))
        session = self.store.on_device(device_name)
        elsewhere = [] if user is None else self.store.of_user(user.id)
        return Attempt(
            caller=caller,
            device_name=device_name,
            device=device,
            user_id=user_id or "",
            user=user,
            profile_name=document.profile,
            profile=self._profile(user, document.profile),
            session=session,
            elsewhere=[other for other in elsewhere if fold(other.device) != fold(device_name)],
            multiple_login=self.cluster.service.multiple_login_behavior,
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

    def _end_of_login(self, document: Document) -> float | None:
        if document.indefinite:
            return None
        minutes = document.minutes
        if minutes is None:
            minutes = self.cluster.service.maximum_login_minutes
        return None if minutes is None else self.clock.now() + minutes * 60

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
                )
            )
        return answers.device_user_results(rows)

    def _user_devices_query(self, caller: Caller, document: Document) -> bytes:
        def devices(user: User) -> tuple[str, ...]:
            return tuple(session.device for session in self.store.of_user(user.id))

        return answers.user_devices_results(self._user_rows(caller, document, devices))

    def _device_profile_query(self, caller: Caller, document: Document) -> bytes:
        def profiles(user: User) -> tuple[tuple[str, bool], ...]:
            default = fold(user.default_profile or "")
            return tuple((name, fold(name) == default) for name in user.profiles)

        return answers.device_profile_results(self._user_rows(caller, document, profiles))

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


@dataclass(frozen=True)
class Attempt:
    """Everything that the rules of login and logout look at."""

    caller: Caller
    device_name: str
    device: Device | None
    user_id: str
    user: User | None
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
    Rule(Code.DEVICE_UNKNOWN, lambda a: a.device is None, "{a.device_name} is not a device of this cluster"),
    Rule(Code.LOGIN_DISABLED, lambda a: a.disabled, "enable Extension Mobility on {a.device_name}"),
    Rule(Code.USER_UNKNOWN, lambda a: a.user is None, "{a.user_id} is not a user of this cluster"),
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
        # Who asks about a free device for himself is told so by code 19, not by this.
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


def _same_secret(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())
