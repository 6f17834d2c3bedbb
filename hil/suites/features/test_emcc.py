"""Cross Cluster by the login application, as people at the phone meet it: each code by the state that leads
to it, people of two clusters one after the other, and a home cluster that is slow or gone.

One start of the phone for all cases but one of this module; two simulators for each. What the phone showed,
and what the two clusters did, is held against `hil/PAGES.md`, which `--write-pages hil/PAGES.md` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from hotdesk_hil.emservice import (
    Answer,
    ApplicationUser,
    Cluster,
    Delay,
    Device,
    EmService,
    RemoteCluster,
    RequestRecord,
    ServiceParameters,
    User,
)
from hotdesk_hil.emservice.codes import Code
from hotdesk_hil.emservice.emcc import DEFAULT_CLUSTER_ID, REMOTE_SECONDS
from hotdesk_hil.rig import Phone, repository
from hotdesk_hil.rig.case_desk import CERTIFICATE, PAGES, CaseDesk, who_is_in
from hotdesk_hil.rig.page_table import PageTable
from hotdesk_hil.rig.phone import ANSWER

# User IDs of one key: one of this cluster, and one of another.
HERE, HERE_KEY, AWAY, AWAY_KEY = "a", "2", "d", "3"
NOBODY_KEY = "4"
PIN = "73519"
HOME = [User(AWAY, PIN, ("AWAY",), emcc=True)]
ELSEWHERE = "SEP0000000000A1"


@dataclass
class Clusters:
    """Two clusters that know each other: the phone is of `one`."""

    desk: CaseDesk
    one: EmService
    two: EmService

    def asked(self) -> RequestRecord:
        """What the login application was asked last; the phone asks the service by itself as well."""
        return next(one for one in reversed(self.one.requests) if one.page is not None)

    @property
    def phone(self) -> Phone:
        """The phone."""
        return self.desk.phone

    def saw(self, case: str, step: int) -> str:
        """Keeps and holds what is shown, and what the clusters did; returns what is shown."""
        last = self.asked()
        outcome = "done" if last.code is None else f"[{last.code}]"
        did = f"{last.operation} {outcome}" + (f": {last.detail}" if last.detail else "")
        return self.desk.saw(case, step, f"{did}; {who_is_in(self.one, self.two)}")


Start = Callable[..., Clusters]


@pytest.fixture
def start(desk: CaseDesk) -> Iterator[Start]:
    """Starts both clusters, each as its part of a state says, and brings the phone to its idle screen."""
    desk.rig.history.learn(PIN)
    with ExitStack() as stack:

        def started(
            device: dict[str, Any] | None = None,
            here: dict[str, Any] | None = None,
            home: dict[str, Any] | None = None,
            users: list[User] | None = None,
            duplicate: bool = False,
            more: str = "&EMCC=true",
        ) -> Clusters:
            name = desk.rig.device_name
            one = Cluster(
                application_users=[
                    ApplicationUser("emphone", CERTIFICATE),
                    ApplicationUser("CCMSysUser", "certificate-of-the-system"),
                ],
                users=[User(HERE, PIN, ("HERE",))],
                devices=[Device(name, **(device or {}))],
                service=ServiceParameters(**{"emcc_activated": True, "cluster_id": "One", **(here or {})}),
            )
            two = Cluster(
                users=HOME if users is None else users,
                devices=[Device(name if duplicate else ELSEWHERE)],
                service=ServiceParameters(**{"cluster_id": "Two", **(home or {})}),
            )
            clusters = Clusters(
                desk,
                stack.enter_context(EmService(one, port=desk.port)),
                stack.enter_context(EmService(two)),
            )
            clusters.one.connect(clusters.two)
            desk.is_idle(more)
            return clusters

        yield started
        assert PIN not in desk.phone.log()


def not_known_at_home(clusters: Clusters) -> None:
    clusters.two.remote_clusters.clear()


def knows_no_other(clusters: Clusters) -> None:
    clusters.one.remote_clusters.clear()


def off_at_home(clusters: Clusters) -> None:
    known = clusters.two.remote_clusters
    known["one"] = replace(known["one"], emcc=False)


def off_here(clusters: Clusters) -> None:
    known = clusters.one.remote_clusters
    known["two"] = replace(known["two"], emcc=False)


def another_id(clusters: Clusters) -> None:
    known = clusters.one.remote_clusters
    known["two"] = RemoteCluster("Due", known["two"].url)


def gone(clusters: Clusters) -> None:
    clusters.two.stop()


def no_sense(clusters: Clusters) -> None:
    clusters.two.faults.add(Answer(b"<html>"), operation="emccAuthenticate")


@dataclass(frozen=True)
class State:
    """A state of two clusters, the code that it leads to, and what the phone says of it.

    `shown` is the number that the login application shows in place of the code, None for the code itself.
    """

    code: int
    says: str
    shown: int | None = None
    given: dict[str, Any] = field(default_factory=dict)
    then: Callable[[Clusters], None] = lambda _: None
    user_key: str = AWAY_KEY
    pin: str = PIN


def user(**given: Any) -> list[User]:
    return [replace(HOME[0], **given)]


WRONG = "User ID or PIN is wrong."
REACHED = "Your own site cannot be reached from here."
NOT_KNOWN = "The ID of your site is not known here."
STATES = {
    "31 for the user": State(31, "You may not log in", given={"users": user(emcc=False)}),
    "32 for the phone's model at home": State(
        32, "This phone takes no visitors", given={"home": {"emcc_models": ("8851",)}}
    ),
    "33 at home": State(33, "There is no free place", given={"home": {"emcc_dummy_devices": 0}}),
    "35 at home": State(35, REACHED, then=not_known_at_home),
    "36 here": State(36, REACHED, then=knows_no_other),
    "37 at home": State(37, "Another phone has the same name.", given={"duplicate": True}),
    "38 at home": State(38, "Your own site does not let you", then=off_at_home),
    "38 here": State(38, "Your own site does not let you", then=off_here),
    "39 shown as 201": State(39, WRONG, 201, given={"home": {"emcc_configured": False}}),
    "40 shown as 23, home gone": State(40, "No site knows this user ID.", 23, then=gone),
    "40 shown as 23, home makes no sense": State(40, "No site knows this user ID.", 23, then=no_sense),
    "41 at home": State(41, "Your PIN must be changed first.", given={"users": user(must_change=True)}),
    "42 here": State(42, NOT_KNOWN, then=another_id),
    "43 for the phone": State(43, "This phone's security", given={"device": {"security_mode": 3}}),
    "44 shown as 201": State(44, WRONG, 201, given={"home": {"cluster_id": DEFAULT_CLUSTER_ID}}),
    "45 for the version": State(45, "Your own site runs a version", given={"home": {"version": "7.1.5"}}),
    "46 for the security": State(
        46,
        "Your own site's security",
        given={"here": {"emcc_mixed_mode": False}, "home": {"security_mode": 1}},
    ),
    "2 for a wrong PIN at home": State(2, "The PIN is wrong.", pin="11111"),
    "5 for the phone": State(
        5, "This phone is not set up for logging in.", given={"device": {"extension_mobility": False}}
    ),
    "23 for nobody's user ID": State(23, "No site knows this user ID.", user_key=NOBODY_KEY),
    "211 here": State(211, "You may not log in", given={"here": {"emcc_activated": False}}),
    "205 at home": State(205, "The device profile was not found.", given={"users": user(profiles=())}),
}
MORE = {"47 for a number": 1, "two people of two clusters": 5, "a slow home cluster": 2}


def test_no_code_of_cross_cluster_is_forgotten() -> None:
    codes = {state.code for state in STATES.values()} | {Code.NUMBER_SHARED}
    assert {code for code in Code if code >= Code.EMCC_NOT_ACTIVATED} <= codes
    assert {state.code: state.shown for state in STATES.values() if state.shown} == {39: 201, 40: 23, 44: 201}


def test_the_table_has_each_step_of_each_case_on_both_emulated_boards() -> None:
    table = PageTable.read(repository() / PAGES)
    cases = {f"EMCC: {name}": 1 for name in STATES} | {f"EMCC: {name}": steps for name, steps in MORE.items()}
    for rig in ("lm3s6965evb", "w5500-evb-pico"):
        for case, steps in cases.items():
            for step in range(1, steps + 1):
                assert table.row(case, step, rig), f"{case}, {step}, {rig}: --write-pages {PAGES}"


@pytest.mark.parametrize("name", STATES)
def test_each_code_by_its_state(start: Start, name: str) -> None:
    state = STATES[name]
    clusters = start(**state.given)
    state.then(clusters)
    clusters.desk.log_in(state.user_key, state.pin)
    number = state.code if state.shown is None else state.shown
    clusters.phone.wait("the code", lambda s: f"({number})" in s.flowing, ANSWER)
    assert state.says in clusters.saw(f"EMCC: {name}", 1)
    assert clusters.asked().code == state.code
    assert clusters.one.sessions() == clusters.two.sessions() == {}


def test_47_for_a_number(start: Start) -> None:
    number = "77"
    users = [replace(HOME[0], id=name, directory_number=number) for name in (AWAY, "g")]
    clusters = start(users=users, more="&EMCC=true&loginType=DN")
    clusters.desk.log_in(number, PIN)
    clusters.phone.wait("the code", lambda s: f"({Code.NUMBER_SHARED:d})" in s.flowing, ANSWER)
    assert "Several people share this number." in clusters.saw("EMCC: 47 for a number", 1)
    assert clusters.asked().code == Code.NUMBER_SHARED
    assert clusters.one.sessions() == clusters.two.sessions() == {}


def test_two_people_of_two_clusters_one_after_the_other(start: Start) -> None:
    clusters = start()
    phone, name = clusters.phone, clusters.desk.rig.device_name
    for step, (key, who) in enumerate(((HERE_KEY, HERE), (AWAY_KEY, AWAY)), 1):
        clusters.desk.log_in(key, PIN)
        phone.wait_title("Extension Mobility", "Login successful.", seconds=ANSWER)
        assert clusters.one.sessions() == {name: who}
        assert clusters.two.sessions() == ({name: who} if who == AWAY else {})
        clusters.saw("EMCC: two people of two clusters", 2 * step - 1)
        phone.wait_idle(f"Logged in: {who}", 2 * ANSWER)
        phone.softkey("Log out")
        phone.wait_title("Extension Mobility", f"{who} is logged in.", "Log out?", seconds=ANSWER)
        clusters.saw("EMCC: two people of two clusters", 2 * step)
        phone.softkey("Yes")
        phone.wait_title("Extension Mobility", "Logout successful.", seconds=ANSWER)
        assert clusters.one.sessions() == {}
        phone.wait_idle("Nobody logged in", 2 * ANSWER)
    clusters.two.wait_for_request("emccLogout", ANSWER)
    assert clusters.two.sessions() == {}
    clusters.desk.log_in(HERE_KEY, PIN)
    phone.wait_title("Extension Mobility", "Login successful.", seconds=ANSWER)
    clusters.saw("EMCC: two people of two clusters", 5)


def test_a_slow_home_cluster(start: Start) -> None:
    clusters = start()
    clusters.two.faults.add(Delay(seconds=REMOTE_SECONDS + 2), operation="emccAuthenticate")
    clusters.desk.log_in(AWAY_KEY, PIN)
    clusters.phone.wait("the code", lambda s: "(23)" in s.flowing, 2 * ANSWER)
    clusters.saw("EMCC: a slow home cluster", 1)
    assert clusters.asked().code == Code.EMCC_NO_ANSWER
    clusters.desk.is_idle()
    clusters.two.faults.add(Delay(seconds=REMOTE_SECONDS / 4), operation="emccAuthenticate")
    clusters.desk.log_in(AWAY_KEY, PIN)
    clusters.phone.wait_title("Extension Mobility", "Login successful.", seconds=ANSWER)
    clusters.saw("EMCC: a slow home cluster", 2)
