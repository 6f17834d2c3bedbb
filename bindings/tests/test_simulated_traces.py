"""What the simulator writes as traces, read by `hotdesk.logs`: each login's story is the one that was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from conftest import Run
from hotdesk import logs
from hotdesk_hil.emservice import (
    Cluster,
    Delay,
    Device,
    EmService,
    Outage,
    ServiceParameters,
    User,
    VipFactor,
)
from hotdesk_hil.emservice.vip_service import VipService, VipUser

PHONE, OTHER, OFF, SAFE = "SEP001122334455", "SEP00AABBCCDDEE", "SEP000000000001", "SEP000000000002"
TWICE = "SEP000000000003"
PIN, WRONG, CODE = "73190465", "64018273", "314159"
DEVICES = [
    Device(PHONE),
    Device(OTHER),
    Device(OFF, extension_mobility=False),
    Device(SAFE, security_mode=2),
    Device(TWICE),
]
USERS = [
    User("ann", PIN, ("UDP_ann",), emcc=True),
    User("bob", PIN, ("UDP_bob", "UDP_other"), "UDP_other"),
    User("pat", PIN),
]
AT_HOME = [
    User("eve", PIN, ("UDP_eve",), emcc=True),
    User("fay", PIN, ("UDP_fay",)),
    User("gus", PIN, ("UDP_gus",), must_change=True, emcc=True, directory_number="77"),
    User("hal", PIN, emcc=True, directory_number="77"),
]
Case = Callable[[EmService], object]


class Lab:
    """A cluster, and another one that it knows, each with its traces."""

    def __init__(
        self, stack: ExitStack, folder: Path, here: dict[str, object] | None = None, **home: object
    ) -> None:
        given = {"emcc_activated": True, "cluster_id": "One", "maximum_login_time": "1:00", **(here or {})}
        parameters = ServiceParameters(**given)  # type: ignore[arg-type]
        self.file, self.home_file = folder / "one.log", folder / "two.log"
        one = Cluster(users=USERS, devices=DEVICES, service=parameters)
        two = Cluster(
            users=AT_HOME,
            devices=[Device("SEP000000000009"), Device(TWICE)],
            service=ServiceParameters(**{"cluster_id": "Two", **home}),  # type: ignore[arg-type]
        )
        self.one = stack.enter_context(EmService(one, trace=self.file))
        self.two = stack.enter_context(EmService(two, trace=self.home_file))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with ExitStack() as stack:
        yield Lab(stack, tmp_path)


def ask(service: EmService, phone: str = PHONE, **asked: str) -> str:
    """Ask the login application, as a phone does."""
    query = "".join(f"&{name}={quote(value)}" for name, value in asked.items())
    with urlopen(f"{service.app_url}?device={quote(phone)}{query}") as answer:
        return str(answer.read().decode())


def login(
    service: EmService, user: str = "ann", pin: str = PIN, phone: str = PHONE, *, emcc: bool = False
) -> str:
    more = {"EMCC": "true"} if emcc else {}
    return ask(service, phone, userid=user, seq=pin, **more)


def later(service: EmService, seconds: float = 120) -> None:
    """Let time go by; a request that is no login shows that it has."""
    service.clock.advance(seconds)
    ask(service, OTHER, refresh="true")


def stories(*files: Path) -> list[logs.Story]:
    """Read traces; nothing in them or in what is told of them is secret or not understood."""
    with logs.read(*files) as traces:
        told = sorted(traces, key=lambda story: str(story.began))
        summary = traces.summary()
    text = "".join(file.read_text(encoding="utf-8") for file in files) + summary.json
    text += "".join(story.json for story in told)
    for secret in (PIN, WRONG, CODE):
        assert secret not in text
    assert summary.lines.not_understood.count == 0
    assert summary.lines.times_back == 0
    assert summary.codes_not_joined.count == 0
    return told


def failure(lab: Lab) -> tuple[str, logs.ShownCode | None]:
    """Return the cause and the code of the only story, which is that of a failure."""
    (story,) = stories(lab.file)
    assert story.result == "failed"
    return story.causes[0].cause, story.code


def choose(service: EmService, profile: str) -> str:
    menu = login(service, "bob")
    token = menu.partition("&amp;t=")[2].partition("&")[0]
    return ask(service, t=token, profile=profile)


def taken(service: EmService) -> None:
    service.login(PHONE, "bob")
    login(service)


def without(outage: Outage, happens: Case) -> Case:
    def case(service: EmService) -> None:
        service.outages.add(outage)
        happens(service)

    return case


REFUSED: dict[str, tuple[Case, str, int]] = {
    "no device": (lambda one: ask(one, ""), "deviceNameMissing", 207),
    "a token that was not replaced": (lambda one: login(one, phone="#DEVICENAME#"), "deviceNameToken", 205),
    "a wrong PIN": (lambda one: login(one, pin=WRONG), "notAuthenticated", 201),
    "nothing typed": (lambda one: login(one, "", ""), "blankUserOrPin", 202),
    "no profile": (lambda one: login(one, "pat"), "noProfile", 205),
    "an unknown user": (lambda one: login(one, "nobody"), "userUnknown", 201),
    "an unknown user, no other cluster": (lambda one: login(one, "nobody", emcc=True), "noHomeCluster", 36),
    "somebody else is on the phone": (taken, "serviceRefused", 18),
    "the phone is not enabled": (lambda one: login(one, phone=OFF), "serviceRefused", 22),
    "the directory is down": (without(Outage.DIRECTORY, login), "directoryFailed", 204),
    "the service is down": (without(Outage.EM_SERVICE, ask), "serviceNotReached", 208),
    "the database is down": (without(Outage.DATABASE, ask), "refused", 210),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_told_with_its_cause_and_its_code(lab: Lab, name: str) -> None:
    happens, cause, code = REFUSED[name]
    happens(lab.one)
    later(lab.one)
    assert failure(lab) == (cause, logs.ShownCode(code, code, logged=True))


def test_a_login_and_a_logout_are_told_with_their_steps(lab: Lab) -> None:
    ask(lab.one)
    lab.one.clock.advance(5)
    login(lab.one)
    ask(lab.one)
    ask(lab.one, doLogout="true")
    later(lab.one, 600)
    into, out = stories(lab.file)
    assert (into.kind, into.result, into.device, into.user, into.profile) == (
        "login",
        "done",
        PHONE,
        "ann",
        "UDP_ann",
    )
    assert [step.step for step in into.steps] == [
        "page",
        "person",
        "user",
        "pin",
        "profiles",
        "service",
        "answer",
    ]
    assert (into.emapp_requests, into.emservice_requests) == ((1, 2), (3,))
    assert into.logout_at is not None
    assert (out.kind, out.result, out.by, out.device) == ("logout", "done", "person", PHONE)


def test_a_profile_that_is_chosen_is_told(lab: Lab) -> None:
    choose(lab.one, "UDP_bob")
    later(lab.one, 600)
    (story,) = stories(lab.file)
    assert (story.result, story.user, story.profile) == ("done", "bob", "UDP_bob")


def test_a_menu_of_which_nothing_is_chosen_is_given_up(lab: Lab) -> None:
    login(lab.one, "bob")
    later(lab.one, 1000)
    (story,) = stories(lab.file)
    assert (story.result, story.causes[0].cause) == ("abandoned", "profileNotChosen")


def test_a_logout_whose_time_has_come_is_the_automatic_one(lab: Lab) -> None:
    login(lab.one)
    lab.one.clock.advance(3600)
    assert lab.one.sessions() == {}
    later(lab.one)
    into, out = stories(lab.file)
    assert (into.kind, out.kind, out.by, out.device) == ("login", "logout", "automatic", PHONE)


def test_a_visitor_of_another_cluster_is_one_story_in_the_traces_of_both(lab: Lab) -> None:
    lab.one.connect(lab.two)
    login(lab.one, "eve", emcc=True)
    later(lab.one)
    for files in ((lab.file,), (lab.file, lab.home_file)):
        (story,) = stories(*files)
        assert (story.result, story.user, story.cross_cluster, story.security_modes) == (
            "done",
            "eve",
            True,
            ("1", "0"),
        )
        assert story.home_cluster == lab.two.url.rpartition("/emservice")[0]


def unknown_at_home(lab: Lab) -> None:
    lab.two.remote_clusters.clear()


def not_allowed(lab: Lab) -> None:
    lab.one.remote_clusters["two"] = replace(lab.one.remote_clusters["two"], emcc=False)


def called_otherwise(lab: Lab) -> None:
    lab.one.remote_clusters["two"] = replace(lab.one.remote_clusters["two"], id="Due")


def alone(lab: Lab) -> None:
    lab.one.remote_clusters.clear()


def gone(lab: Lab) -> None:
    lab.two.stop()


@dataclass(frozen=True)
class Refusal:
    """A state of two clusters, what is typed, and what the trace of the visiting one tells."""

    code: int
    shown: int | None = None
    cause: str = "refused"
    user: str = "eve"
    pin: str = PIN
    phone: str = PHONE
    home: dict[str, object] = field(default_factory=dict)
    here: dict[str, object] = field(default_factory=dict)
    then: Callable[[Lab], None] | None = None


ACROSS = [
    Refusal(2, pin=WRONG),
    Refusal(5, phone=OFF),
    Refusal(23, user="nobody", cause="noHomeCluster"),
    Refusal(31, user="fay"),
    Refusal(32, home={"emcc_models": ("8851",)}),
    Refusal(33, home={"emcc_dummy_devices": 0}),
    Refusal(35, then=unknown_at_home),
    Refusal(36, then=alone, cause="noHomeCluster"),
    Refusal(37, phone=TWICE),
    Refusal(38, then=not_allowed),
    Refusal(39, 201, home={"emcc_configured": False}),
    Refusal(40, 23, then=gone),
    Refusal(41, user="gus"),
    Refusal(42, then=called_otherwise),
    Refusal(43, phone=SAFE, cause="securityMode"),
    Refusal(44, 201, home={"cluster_id": "StandAloneCluster"}),
    Refusal(45, home={"version": "7.1.5"}, cause="securityMode"),
    Refusal(46, home={"security_mode": 1}, here={"emcc_mixed_mode": False}),
    Refusal(205, user="hal"),
]


@pytest.mark.parametrize("refusal", ACROSS, ids=lambda refusal: str(refusal.code))
def test_a_refusal_across_clusters_is_told(tmp_path: Path, refusal: Refusal) -> None:
    with ExitStack() as stack:
        lab = Lab(stack, tmp_path, refusal.here, **refusal.home)
        lab.one.connect(lab.two)
        if refusal.then is not None:
            refusal.then(lab)
        login(lab.one, refusal.user, refusal.pin, refusal.phone, emcc=True)
        later(lab.one)
    shown = refusal.code if refusal.shown is None else refusal.shown
    assert failure(lab) == (refusal.cause, logs.ShownCode(refusal.code, shown, logged=True))
    if refusal.code != 36:
        for story in stories(lab.file, lab.home_file):
            assert (story.cross_cluster, story.user, story.device) == (True, refusal.user, refusal.phone)


def test_an_extension_of_several_people_elsewhere_is_47(tmp_path: Path) -> None:
    with ExitStack() as stack:
        lab = Lab(stack, tmp_path)
        lab.one.connect(lab.two)
        ask(lab.one, userid="77", seq=PIN, EMCC="true", loginType="DN")
        later(lab.one)
    assert failure(lab) == ("refused", logs.ShownCode(47, 47, logged=True))


def test_a_home_cluster_that_is_silent_is_40_and_shown_as_23(lab: Lab) -> None:
    lab.one.connect(lab.two)
    lab.two.faults.add(Delay(30), operation="emccAuthenticate")
    login(lab.one, "eve", emcc=True)
    later(lab.one)
    assert failure(lab) == ("homeClusterSilent", logs.ShownCode(40, 23, logged=True))


def test_a_blank_in_the_service_url_is_no_fault_of_a_login_that_is_done(lab: Lab) -> None:
    login(lab.one, phone=f"{PHONE} ")
    later(lab.one)
    assert f"Device Name={PHONE}  User Id" in lab.file.read_text(encoding="utf-8")
    (story,) = stories(lab.file)
    assert (story.result, story.causes) == ("done", ())


def test_a_login_with_a_second_factor_is_one_story(tmp_path: Path) -> None:
    file = tmp_path / "one.log"
    cluster = Cluster(users=USERS, devices=DEVICES)
    with (
        VipService({"ann": VipUser(code=CODE)}) as vip,
        EmService(cluster, second_factor=VipFactor(vip.url), trace=file) as service,
    ):
        page = login(service)
        token = page.partition("mfa=")[2].partition("&")[0]
        service.clock.advance(50)
        ask(service, mfa=token)
        service.clock.advance(5)
        assert "Code is wrong" in ask(service, mfa=token, otp=CODE[::-1])
        service.clock.advance(55)
        assert "successful" in ask(service, mfa=token, otp=CODE)
        later(service, 600)
    (story,) = stories(file)
    assert (story.result, story.user, story.device) == ("done", "ann", PHONE)
    assert token not in file.read_text(encoding="utf-8")


def test_the_command_reads_what_the_simulator_writes(hotdesk: Run, lab: Lab) -> None:
    login(lab.one, pin=WRONG)
    later(lab.one)
    done = hotdesk("logs", str(lab.file))
    assert done.returncode == 0
    assert f"login  ann on {PHONE} (127.0.0.1): FAILED" in done.stdout.decode()
    assert "The PIN is wrong or the account is locked." in done.stdout.decode()
