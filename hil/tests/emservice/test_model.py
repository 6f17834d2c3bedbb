"""Sequences of operations against a model of a few lines: service and model agree at every step.

The machine draws the service parameters too, changes PINs, moves the clock, stops the service or builds it
anew on its state file.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis.strategies as st
from emservice.client import Client, Reply
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

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
FIRST_PIN = "first-pin"
PINS = ("second-pin", "third-pin")
CACHE_SECONDS = 120
LIMITS = {"off": None, "0:00": 0, "0:02": 2, "1:00": 60}
"""Maximum Login Time, and its minutes."""

# Mostly names that are there: a long life of the service says more than a refusal.
users = st.sampled_from((*USERS * 3, "nobody"))
devices = st.sampled_from((*DEVICES[:3] * 4, "OFF", "none"))


@dataclass
class Model:
    """Who is where, who was there before, when a login ends, and which PINs hold."""

    behaviour: MultipleLogin
    maximum: int | None
    caches: bool
    expired: set[str]
    here: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=lambda: dict.fromkeys(USERS, FIRST_PIN))
    cached: dict[tuple[str, str], float] = field(default_factory=dict)
    now: float = 0.0

    def leave(self, device: str) -> None:
        self.before[device] = self.here.pop(device)
        self.ends.pop(device, None)

    def signs(self, user: str, pin: str) -> int | None:
        """Tells what the service says of who signs."""
        if pin == self.pins[user]:
            if self.caches:
                self.cached[user, pin] = self.now + CACHE_SECONDS
        elif self.now >= self.cached.get((user, pin), 0.0):
            return 3
        return 27 if user in self.expired else None

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
        minutes = self.maximum if minutes is None else minutes
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

    @initialize(
        behaviour=st.sampled_from(MultipleLogin),
        maximum=st.sampled_from(tuple(LIMITS)),
        caches=st.booleans(),
        expired=st.sets(st.sampled_from(USERS), max_size=1),
    )
    def begin(self, behaviour: MultipleLogin, maximum: str, caches: bool, expired: set[str]) -> None:
        self.folder = self.closing.enter_context(tempfile.TemporaryDirectory())
        self.cluster = Cluster(
            application_users=[ApplicationUser("app", certificate="c")],
            users=[User(name, FIRST_PIN, profiles=("P",), must_change=name in expired) for name in USERS],
            devices=[Device(name, extension_mobility=name != "OFF") for name in DEVICES],
            service=ServiceParameters(
                multiple_login_behavior=behaviour, maximum_login_time=maximum, credential_cache=caches
            ),
        )
        self.model = Model(behaviour, LIMITS[maximum], caches, expired)
        self.serve()

    def __init__(self) -> None:
        super().__init__()
        self.closing = ExitStack()

    def serve(self) -> None:
        self.service = EmService(self.cluster, state=Path(self.folder) / "state.db")
        self.service.start()
        self.client = Client(self.service.url, ("app", "c"))

    def teardown(self) -> None:
        if hasattr(self, "service"):
            self.service.close()
        self.closing.close()

    @rule(device=devices, user=users, minutes=st.sampled_from((None, 1, 1, 60)))
    def login(self, device: str, user: str, minutes: int | None) -> None:
        more = "" if minutes is None else f"<exclusiveDuration><time>{minutes}</time></exclusiveDuration>"
        self.model.advance(0)
        assert self.client.login(device, user, more).code == self.model.login(device, user, minutes)

    @rule(device=devices)
    def logout(self, device: str) -> None:
        assert self.client.logout(device).code == self.model.logout(device)

    @rule(device=devices, user=users)
    def login_whose_answer_is_lost(self, device: str, user: str) -> None:
        self.service.faults.add(CutAnswer(0))
        assert self.client.raw(self.client.post_bytes(self.client.login_xml(device, user))) == b""
        assert self.service.requests[-1].code == self.model.login(device, user, None)

    @rule(
        device=devices,
        user=st.sampled_from(USERS),
        other=st.sampled_from(USERS),
        pin=st.sampled_from((FIRST_PIN, *PINS)),
    )
    def login_by_a_person(self, device: str, user: str, other: str, pin: str) -> None:
        reply: Reply = self.client.signed_by((user, pin)).login(device, other)
        expected = self.model.signs(user, pin)
        if expected is None:
            expected = self.model.login(device, other, None) if user == other else 10
        assert reply.code == expected

    @rule(user=st.sampled_from(USERS), pin=st.sampled_from(PINS))
    def change_the_pin(self, user: str, pin: str) -> None:
        self.service.change_secret(user, pin)
        self.model.pins[user] = pin
        self.model.expired.discard(user)

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

    @rule()
    def stop_and_start(self) -> None:
        self.service.stop()
        self.service.start()

    @rule()
    def a_new_service_on_the_state_file(self) -> None:
        self.service.close()
        self.serve()
        self.service.clock.advance(self.model.now)
        self.model.cached.clear()

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "service"):
            return
        self.model.advance(0)  # with 0:00, a login ends as it begins
        assert self.service.sessions() == self.model.here
        rows = self.client.query("deviceUserQuery", *DEVICES).root.iter("device")
        for row in rows:
            name = row.attrib["name"]
            assert row.findtext("userID") == self.model.here.get(name)
            assert row.findtext("lastlogin") == self.model.before.get(name)


TestOperations = Operations.TestCase
# No limit of time a step: the machine may be busy. The same sequences each run: a failure can be repeated.
TestOperations.settings = settings(max_examples=120, stateful_step_count=30, deadline=None, derandomize=True)
