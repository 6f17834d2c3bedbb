"""Sequences of operations against a model of a few lines: service and model agree at every step."""

from __future__ import annotations

from dataclasses import dataclass, field

import hypothesis.strategies as st
from emservice.client import Client
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hotdesk_hil.emservice import (
    ApplicationUser,
    Cluster,
    CutAnswer,
    Device,
    EmService,
    MultipleLogin,
    ServiceParameters,
    User,
)

USERS = ("ann", "bob", "cleo")
DEVICES = ("A", "B", "C", "OFF")
PIN = "made-up-pin"

users = st.sampled_from((*USERS, "nobody"))
devices = st.sampled_from((*DEVICES, "none"))


@dataclass
class Model:
    """Who is where, who was there before, and when a login ends."""

    behaviour: MultipleLogin
    here: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    now: float = 0.0

    def leave(self, device: str) -> None:
        self.before[device] = self.here.pop(device)
        self.ends.pop(device, None)

    def login(self, device: str, user: str, minutes: int | None) -> int | None:
        elsewhere = [other for other, who in self.here.items() if who == user and other != device]
        if device not in DEVICES:
            return 11
        if device == "OFF":
            return 22
        if user not in USERS:
            return 23
        if self.here.get(device, user) != user:
            return 18
        if elsewhere and self.behaviour is MultipleLogin.NOT_ALLOWED:
            return 25
        if self.behaviour is MultipleLogin.AUTO_LOGOUT:
            for other in elsewhere:
                self.leave(other)
        self.here[device] = user
        self.ends.pop(device, None)
        if minutes is not None:
            self.ends[device] = self.now + minutes * 60
        return None

    def logout(self, device: str) -> int | None:
        if device not in DEVICES:
            return 11
        if device == "OFF":
            return 5
        if device not in self.here:
            return 19
        self.leave(device)
        return None

    def advance(self, seconds: float) -> None:
        self.now += seconds
        for device in [device for device, end in self.ends.items() if end <= self.now]:
            self.leave(device)


class Operations(RuleBasedStateMachine):
    """Drives service and model side by side, over sockets."""

    behaviour = MultipleLogin.NOT_ALLOWED

    def __init__(self) -> None:
        super().__init__()
        cluster = Cluster(
            application_users=[ApplicationUser("app", certificate="c")],
            users=[User(name, PIN, profiles=("P",)) for name in USERS],
            devices=[Device(name, extension_mobility=name != "OFF") for name in DEVICES],
            service=ServiceParameters(multiple_login_behavior=self.behaviour),
        )
        self.service = EmService(cluster)
        self.service.start()
        self.client = Client(self.service.url, ("app", "c"))
        self.model = Model(self.behaviour)

    def teardown(self) -> None:
        self.service.close()

    @rule(device=devices, user=users, minutes=st.sampled_from((None, 1, 60)))
    def login(self, device: str, user: str, minutes: int | None) -> None:
        more = "" if minutes is None else f"<exclusiveDuration><time>{minutes}</time></exclusiveDuration>"
        assert self.client.login(device, user, more).code == self.model.login(device, user, minutes)

    @rule(device=devices)
    def logout(self, device: str) -> None:
        assert self.client.logout(device).code == self.model.logout(device)

    @rule(device=devices, user=users)
    def login_whose_answer_is_lost(self, device: str, user: str) -> None:
        self.service.faults.add(CutAnswer(0))
        assert self.client.raw(self.client.post_bytes(self.client.login_xml(device, user))) == b""
        assert self.service.requests[-1].code == self.model.login(device, user, None)

    @rule(device=devices, user=st.sampled_from(USERS), other=st.sampled_from(USERS))
    def login_by_a_person(self, device: str, user: str, other: str) -> None:
        reply = self.client.signed_by((user, PIN)).login(device, other)
        assert reply.code == (self.model.login(device, other, None) if user == other else 10)

    @rule()
    def logout_all(self) -> None:
        assert self.client.logout_all().code is None
        for device in list(self.model.here):
            self.model.leave(device)

    # Not a whole number of minutes: no login ends on the very moment that is looked at.
    @rule(seconds=st.sampled_from((50, 110, 3601)))
    def time_passes(self, seconds: int) -> None:
        self.service.clock.advance(seconds)
        self.model.advance(seconds)

    @precondition(lambda self: len(self.model.here) > 0)
    @rule()
    def stop_and_start(self) -> None:
        self.service.stop()
        self.service.start()

    @invariant()
    def they_agree(self) -> None:
        assert self.service.sessions() == self.model.here
        rows = self.client.query("deviceUserQuery", *DEVICES).root.iter("device")
        for row in rows:
            name = row.attrib["name"]
            assert row.findtext("userID") == self.model.here.get(name)
            assert row.findtext("lastlogin") == self.model.before.get(name)


class OperationsWithSeveralLogins(Operations):
    """The same where a user may be on several devices."""

    behaviour = MultipleLogin.ALLOWED


class OperationsWithAutoLogout(Operations):
    """The same where a login ends the user's other one."""

    behaviour = MultipleLogin.AUTO_LOGOUT


TestNotAllowed = Operations.TestCase
TestAllowed = OperationsWithSeveralLogins.TestCase
TestAutoLogout = OperationsWithAutoLogout.TestCase
# No limit of time a step: the machine may be busy. The same sequences each run: a failure can be repeated.
_BOUNDS = settings(max_examples=25, stateful_step_count=20, deadline=None, derandomize=True)
TestNotAllowed.settings = TestAllowed.settings = TestAutoLogout.settings = _BOUNDS
