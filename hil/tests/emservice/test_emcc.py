"""Cross Cluster: people of one cluster at phones of another, each code by the state that leads to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from emservice.app_phone import AppPhone, Shown
from emservice.client import DESK, DESK2, PHONE, Client

from hotdesk_hil.emservice import (
    Answer,
    ApplicationUser,
    CloseWithoutAnswer,
    Cluster,
    Delay,
    Device,
    EmService,
    Exchange,
    MultipleLogin,
    RemoteCluster,
    ServiceParameters,
    User,
    VipFactor,
)
from hotdesk_hil.emservice.vip_service import VipService, VipUser

ANN = ("ann", "1111")
BOB = ("bob", "2222")
PIN_LOCKS = 5


def here(devices: list[Device] | None = None, **parameters: Any) -> Cluster:
    return Cluster(
        application_users=[ApplicationUser(*PHONE, proxy_rights=True)],
        users=[User("ann", ANN[1], ("ANN",))],
        devices=devices or [Device(DESK, model="7965"), Device(DESK2)],
        service=ServiceParameters(**{"emcc_activated": True, "cluster_id": "One", **parameters}),
    )


def home(users: list[User] | None = None, devices: list[Device] | None = None, **parameters: Any) -> Cluster:
    return Cluster(
        application_users=[ApplicationUser(*PHONE, proxy_rights=True)],
        users=users or [User("bob", BOB[1], ("BOB",), directory_number="77", emcc=True)],
        devices=devices or [Device("SEP0000000000A1")],
        service=ServiceParameters(**{"cluster_id": "Two", **parameters}),
    )


@pytest.fixture
def pair() -> Iterator[Callable[..., tuple[EmService, EmService]]]:
    """Two simulators that know each other."""
    with ExitStack() as stack:

        def start(
            visiting: Cluster | None = None, other: Cluster | None = None
        ) -> tuple[EmService, EmService]:
            one, two = (stack.enter_context(EmService(of)) for of in (visiting or here(), other or home()))
            one.connect(two)
            return one, two

        yield start


def ask(service: EmService, query: str = "", device: str = DESK) -> Shown:
    return AppPhone(device).open(f"{service.app_url}?device=#DEVICENAME#&EMCC=true{query}")


def login(service: EmService, who: tuple[str, str] = BOB, more: str = "", device: str = DESK) -> Shown:
    return ask(service, f"&userid={who[0]}&seq={who[1]}{more}", device)


def refused(service: EmService, page: Shown, code: int, number: int | None = None) -> None:
    """Tells that the code is recorded, its number or another one is shown, and that nobody is in."""
    shown = f"({code if number is None else number})"
    assert page.text.endswith(shown) or page.prompt.endswith(shown), (page.text, page.prompt)
    assert service.requests[-1].code == code
    assert service.sessions() == {}


def wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_user_of_another_cluster_logs_in_and_out(pair: Callable[..., tuple[EmService, EmService]]) -> None:
    one, two = pair()
    page = login(one)
    assert page.text == "Login successful."
    assert one.sessions() == {DESK: "bob"}
    assert two.sessions() == {DESK: "bob"}
    question = ask(one)
    assert question.text == "bob is logged in."
    assert AppPhone(DESK).follow(question.soft_keys["Yes"]).text == "Logout successful."
    assert one.sessions() == {}
    wait(lambda: two.sessions() == {})
    assert [event.cause for event in one.events()] == ["EMCC of Two", "request of CCMSysUser"]
    assert [event.cause for event in two.events()] == ["EMCC at One", "log-out at One"]


def test_people_of_two_clusters_one_after_the_other_on_one_phone(
    pair: Callable[..., tuple[EmService, EmService]],
) -> None:
    one, two = pair()
    for who in (ANN, BOB, ANN, BOB):
        assert login(one, who).text == "Login successful."
        assert one.sessions() == {DESK: who[0]}
        refused_other = login(one, BOB if who is ANN else ANN)
        assert refused_other.text == "Login is unavailable (18)"
        ask(one, "&doLogout=true")
        wait(lambda: two.sessions() == {})
    assert one.sessions() == {}


def test_people_of_both_clusters_are_at_the_others_phones(
    pair: Callable[..., tuple[EmService, EmService]],
) -> None:
    ann = User("ann", ANN[1], ("ANN",), emcc=True)
    visiting = Cluster(
        users=[ann],
        devices=[Device(DESK)],
        service=ServiceParameters(emcc_activated=True, cluster_id="One"),
    )
    one, two = pair(visiting, home(emcc_activated=True))
    assert login(one).text == "Login successful."
    assert login(two, ANN, device="SEP0000000000A1").text == "Login successful."
    assert one.sessions() == {DESK: "bob", "SEP0000000000A1": "ann"}
    assert two.sessions() == {DESK: "bob", "SEP0000000000A1": "ann"}


def test_profiles_and_duration_are_those_of_the_home_cluster(
    pair: Callable[..., tuple[EmService, EmService]],
) -> None:
    bob = User("bob", BOB[1], ("A", "B"), "B", emcc=True)
    one, two = pair(here(maximum_login_time="10:00"), home([bob], maximum_login_time="1:00"))
    menu = login(one)
    assert tuple(menu.items) == ("B", "A")
    assert AppPhone(DESK).follow(menu.items["A"]).text == "Login successful."
    for service in (one, two):
        service.clock.advance(3599)
        assert service.sessions() == {DESK: "bob"}
        service.clock.advance(2)
        assert service.sessions() == {}
    assert [event.cause for event in one.events()][-1] == "end of login"


def test_the_end_of_a_login_there_logs_out_nobody_else(
    pair: Callable[..., tuple[EmService, EmService]],
) -> None:
    one, two = pair(other=home(maximum_login_time="1:00"))
    login(one)
    one.clock.advance(3601)
    assert login(one, ANN).text == "Login successful."
    two.clock.advance(3601)
    assert two.sessions() == {}
    assert login(one, ANN).text == "Login successful.", "nothing has asked for a log-out meanwhile"
    assert one.sessions() == {DESK: "ann"}


def test_a_log_out_at_home_reaches_the_phone_by_its_log_out_address(
    pair: Callable[..., tuple[EmService, EmService]],
) -> None:
    one, two = pair()
    login(one)
    # The phone asks its home cluster, which leads it to the visiting one.
    question = ask(two)
    assert question.text == "bob is logged in."
    address = f"{one.app_url}?device={DESK}&doLogout=true"
    assert question.soft_keys["Yes"] == address
    two.logout(DESK)
    wait(lambda: one.sessions() == {})
    assert login(one).text == "Login successful."
    Client(two.url, PHONE).logout_all()
    wait(lambda: one.sessions() == {})


def test_emcc_device_is_told_of_a_visited_phone(pair: Callable[..., tuple[EmService, EmService]]) -> None:
    one, _ = pair()

    def told() -> list[str | None]:
        root = Client(one.url, PHONE).query("deviceUserQuery", DESK).root
        return [element.text for element in root.iter("emccDevice")]

    assert told() == ["no"]
    login(one)
    assert told() == ["yes"]


def test_the_extension_of_a_user_of_another_cluster(pair: Callable[..., tuple[EmService, EmService]]) -> None:
    one, two = pair()
    assert login(one, ("77", BOB[1]), "&loginType=DN").text == "Login successful."
    assert two.sessions() == {DESK: "bob"}


def test_nobody_is_looked_for_elsewhere_without_emcc_in_the_url(
    pair: Callable[..., tuple[EmService, EmService]],
) -> None:
    one, two = pair()
    page = AppPhone(DESK).open(f"{one.app_url}?device=#DEVICENAME#&userid=bob&seq={BOB[1]}")
    refused(one, page, 201)
    assert two.requests == []


def no_emcc(one: EmService, two: EmService) -> None:
    two.remote_clusters["one"] = RemoteCluster("One", one.app_url, emcc=False)


def no_emcc_here(one: EmService, _two: EmService) -> None:
    one.remote_clusters["two"] = replace(one.remote_clusters["two"], emcc=False)


BOBS = [User(name, BOB[1], ("P",), directory_number="77", emcc=True) for name in ("bob", "rob")]
STATES: dict[str, tuple[int, int | None, dict[str, Any]]] = {
    "the PIN is wrong": (2, None, {"who": ("bob", "9")}),
    "the phone does not take Extension Mobility": (
        5,
        None,
        {"here": here([Device(DESK, extension_mobility=False)])},
    ),
    "no cluster has the user": (23, None, {"who": ("nobody", "1")}),
    "EMCC is not activated for the user": (31, None, {"home": home([User("bob", BOB[1], ("P",))])}),
    "the home cluster has no template for the phone": (32, None, {"home": home(emcc_models=("8851",))}),
    "no EMCC device is free": (33, None, {"home": home(emcc_dummy_devices=0)}),
    "the visiting cluster is unknown to the home cluster": (
        35,
        None,
        {"then": lambda _one, two: two.remote_clusters.clear()},
    ),
    "this cluster knows no other": (36, None, {"then": lambda one, _two: one.remote_clusters.clear()}),
    "the home cluster has a phone of this name": (37, None, {"home": home(devices=[Device(DESK)])}),
    "EMCC is off at home for the visiting cluster": (38, None, {"then": no_emcc}),
    "EMCC is off here for the home cluster": (38, None, {"then": no_emcc_here}),
    "the home cluster is not configured": (39, 201, {"home": home(emcc_configured=False)}),
    "the home cluster is gone": (40, 23, {"then": lambda _one, two: two.stop()}),
    "the PIN must be changed": (
        41,
        None,
        {"home": home([User("bob", BOB[1], ("P",), emcc=True, must_change=True)])},
    ),
    "the home cluster has another ID": (
        42,
        None,
        {
            "then": lambda one, _two: one.remote_clusters.update(
                two=RemoteCluster("Due", one.remote_clusters["two"].url)
            )
        },
    ),
    "the phone is secure and the home cluster is not": (
        43,
        None,
        {"here": here([Device(DESK, security_mode=3)])},
    ),
    "the home cluster has no ID of its own": (
        44,
        201,
        {"home": home(cluster_id="StandAloneCluster")},
    ),
    "the home cluster is too old": (45, None, {"home": home(version="7.1.5")}),
    "the home cluster is in mixed mode": (
        46,
        None,
        {"here": here(emcc_mixed_mode=False), "home": home(security_mode=1)},
    ),
    "the extension has several users": (
        47,
        None,
        {"home": home(BOBS), "who": ("77", BOB[1]), "more": "&loginType=DN"},
    ),
    "the user has no profile": (205, None, {"home": home([User("bob", BOB[1], emcc=True)])}),
}


@pytest.mark.parametrize("state", STATES)
def test_each_code_by_its_state(state: str, pair: Callable[..., tuple[EmService, EmService]]) -> None:
    code, number, given = STATES[state]
    one, two = pair(given.get("here"), given.get("home"))
    given.get("then", lambda _one, _two: None)(one, two)
    page = login(one, given.get("who", BOB), given.get("more", ""))
    refused(one, page, code, number)
    assert two.sessions() == {}


def test_the_codes_of_these_states_are_all_of_emcc() -> None:
    codes = {code for code, _, _ in STATES.values()}
    assert codes - {2, 5, 23, 205} == {31, 32, 33, *range(35, 48)}
    assert {code: number for code, number, _ in STATES.values() if number} == {39: 201, 40: 23, 44: 201}


def test_security_modes_that_differ_are_no_fault_by_themselves(
    pair: Callable[..., tuple[EmService, EmService]],
) -> None:
    one, _ = pair(here([Device(DESK, security_mode=1)]), home(security_mode=1))
    assert login(one).text == "Login successful."


@pytest.mark.parametrize(
    ("visiting", "other"),
    [
        (here(emcc_oldest_version="8.0.1"), home(version="8.0.1")),
        (here([Device(DESK, security_mode=3)]), home(security_mode=1)),
    ],
    ids=["the oldest version", "a secure phone and mixed mode"],
)
def test_what_is_just_enough_logs_in(
    visiting: Cluster, other: Cluster, pair: Callable[..., tuple[EmService, EmService]]
) -> None:
    one, _ = pair(visiting, other)
    assert login(one).text == "Login successful."


def test_somebody_who_logs_in_while_the_home_cluster_answers_stays(
    pair: Callable[..., tuple[EmService, EmService]],
) -> None:
    one, two = pair()

    def meanwhile(exchange: Exchange) -> None:
        if exchange.record.operation == "emccLogin":
            one.login(DESK, "ann")

    two.watchers.append(meanwhile)
    assert login(one).text == "Login is unavailable (18)"
    assert one.sessions() == {DESK: "ann"}
    wait(lambda: two.sessions() == {})


@pytest.mark.parametrize("operation", ["emccFind", "emccAuthenticate", "emccLogin"])
@pytest.mark.parametrize("fault", ["slow", "closes", "garbage", "503"])
def test_a_home_cluster_that_does_not_answer_is_code_40_shown_as_23(
    operation: str,
    fault: str,
    pair: Callable[..., tuple[EmService, EmService]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hotdesk_hil.emservice.emcc.REMOTE_SECONDS", 0.3)
    one, two = pair()
    faults = {
        "slow": Delay(seconds=1),
        "closes": CloseWithoutAnswer(executed=False),
        "garbage": Answer(b"<html>"),
        "503": Answer(b"", status=503),
    }
    two.faults.add(faults[fault], operation=operation)
    refused(one, login(one), 40, 23)


def test_a_user_of_a_cluster_that_answers_is_found_though_another_does_not(
    pair: Callable[..., tuple[EmService, EmService]],
) -> None:
    one, _ = pair()
    first = {"gone": RemoteCluster("Gone", "http://127.0.0.1:9")} | one.remote_clusters
    one.remote_clusters.clear()
    one.remote_clusters.update(first)
    assert login(one).text == "Login successful."
    refused_page = login(one, ("nobody", "1"), device=DESK2)
    assert refused_page.text == "Login is unavailable (23)"
    assert one.requests[-1].code == 40, "she may be in the cluster that does not answer"


def test_wrong_pins_are_counted_and_locked_at_home(pair: Callable[..., tuple[EmService, EmService]]) -> None:
    one, two = pair()
    for _ in range(PIN_LOCKS):
        page = login(one, ("bob", "9"))
        assert (page.title, page.prompt) == ("Please Login", "Please try to login again (2)")
    assert tuple(two.locked_users()) == ("bob",)
    assert one.locked_users() == {}
    assert login(one).prompt == "Please try to login again (2)"
    two.unlock("bob")
    assert login(one).text == "Login successful."


@pytest.mark.parametrize("behavior", list(MultipleLogin))
def test_a_user_who_is_at_another_phone_already(
    behavior: MultipleLogin, pair: Callable[..., tuple[EmService, EmService]]
) -> None:
    one, two = pair(other=home(multiple_login_behavior=behavior))
    two.login("SEP0000000000A1", "bob")
    page = login(one)
    if behavior is MultipleLogin.NOT_ALLOWED:
        assert page.text == "Login is unavailable (25)"
        assert one.sessions() == {}
    else:
        assert page.text == "Login successful."
        left = {} if behavior is MultipleLogin.AUTO_LOGOUT else {"SEP0000000000A1": "bob"}
        assert two.sessions() == {DESK: "bob", **left}


def test_dummy_devices_are_free_again_after_a_log_out(
    pair: Callable[..., tuple[EmService, EmService]],
) -> None:
    users = [User(name, BOB[1], ("P",), emcc=True) for name in ("bob", "rob")]
    one, two = pair(other=home(users, emcc_dummy_devices=1))
    assert login(one).text == "Login successful."
    assert login(one, ("rob", BOB[1]), device=DESK2).text == "Login is unavailable (33)"
    ask(one, "&doLogout=true")
    wait(lambda: two.sessions() == {})
    assert login(one, ("rob", BOB[1]), device=DESK2).text == "Login successful."


def test_the_second_factor_is_asked_of_a_visitor_too() -> None:
    with (
        VipService({"bob": VipUser()}) as vip,
        EmService(here(), second_factor=VipFactor(vip.url)) as one,
        EmService(home()) as two,
    ):
        one.connect(two)
        page = login(one)
        assert two.sessions() == {}
        vip.approve("bob")
        assert page.refresh is not None
        assert AppPhone(DESK).follow(page.refresh[1]).text == "Login successful."
        assert one.sessions() == two.sessions() == {DESK: "bob"}


def test_two_simulators_know_each_other_by_their_cluster_files(tmp_path: Any) -> None:
    with EmService(home()) as two:
        file = tmp_path / "one.toml"
        file.write_text(
            f'[service]\nemcc_activated = true\ncluster_id = "One"\n[[device]]\nname = "{DESK}"\n'
            f'[[user]]\nid = "ann"\npin = "1"\n[[remote_cluster]]\nid = "Two"\n'
            f'url = "{two.url.partition("/emservice")[0]}"\n'
        )
        with EmService(file) as one:
            two.remote_clusters["one"] = RemoteCluster("One", one.url)
            assert login(one).text == "Login successful."


def test_no_pin_is_in_a_log_or_a_record(
    pair: Callable[..., tuple[EmService, EmService]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    one, two = pair()
    seen: list[object] = []
    for service in (one, two):
        service.watchers.append(seen.append)
    login(one, ("bob", "998877"))
    login(one)
    for text in (caplog.text, repr(seen), repr(one.requests), repr(two.requests)):
        assert BOB[1] not in text
        assert "998877" not in text
    assert [record.operation for record in two.requests] == [
        "emccFind",
        "emccAuthenticate",
        "emccFind",
        "emccAuthenticate",
        "emccLogin",
    ]


def test_what_is_no_request_of_a_cluster_is_turned_away() -> None:
    with EmService(home()) as two:
        client = Client(two.url)
        for body in (b"", b"[]", b"{}", b'{"operation": "login"}', b"\xff", b'{"operation": ["emccFind"]}'):
            assert client.send("POST", "/emservice/EmccServlet", body).status == 400
        for operation in ("emccFind", "emccAuthenticate", "emccLogin", "emccLogout"):
            body = f'{{"operation": "{operation}", "cluster": 1, "user": null, "grant": []}}'.encode()
            assert client.send("POST", "/emservice/EmccServlet", body).status == 200
        assert two.sessions() == {}
