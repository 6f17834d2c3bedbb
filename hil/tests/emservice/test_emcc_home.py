"""Cross Cluster from the side of the home cluster: for whom and how long a PIN that was given counts."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from emservice.app_phone import AppPhone
from emservice.client import DESK, DESK2, Client
from emservice.test_emcc import wait

from hotdesk_hil.emservice import (
    Answer,
    Cluster,
    Delay,
    Device,
    EmService,
    RemoteCluster,
    ServiceParameters,
    User,
)

BOB = User("bob", "2222", ("A", "B"), emcc=True)


@pytest.fixture
def home() -> Iterator[EmService]:
    cluster = Cluster(
        users=[BOB],
        devices=[Device("SEP0000000000A1")],
        service=ServiceParameters(cluster_id="Two", maximum_login_time="2:00", emcc_dummy_devices=1),
    )
    with EmService(cluster) as home:
        for name in ("One", "Three"):
            # Nobody listens there: what is told to them gets lost.
            home.remote_clusters[name.lower()] = RemoteCluster(name, "http://127.0.0.1:9")
        yield home


def ask(home: EmService, operation: str, **asked: Any) -> dict[str, Any]:
    """Asks as the cluster One does for its phone."""
    body = {"operation": operation, "cluster": "One", "device": DESK, **asked}
    answer = Client(home.url).send("POST", "/emservice/EmccServlet", json.dumps(body).encode())
    return dict(json.loads(answer.body))


def granted(home: EmService) -> str:
    return str(ask(home, "emccAuthenticate", user="bob", pin=BOB.pin, model="7965")["grant"])


def enter(home: EmService, grant: str, **asked: Any) -> dict[str, Any]:
    return ask(home, "emccLogin", **{"grant": grant, "profile": "A", **asked})


def test_a_grant_logs_in_once(home: EmService) -> None:
    grant = granted(home)
    assert enter(home, grant) == {"done": True}
    assert home.sessions() == {DESK: "bob"}
    home.logout(DESK)
    assert enter(home, grant)["code"] == 2
    assert home.sessions() == {}


@pytest.mark.parametrize(
    "other", [{"device": DESK2}, {"cluster": "Three"}, {"grant": "made up"}, {"grant": ""}]
)
def test_a_grant_is_for_one_phone_of_one_cluster(home: EmService, other: dict[str, str]) -> None:
    assert enter(home, **{"grant": granted(home), **other})["code"] == 2
    assert home.sessions() == {}


def test_a_grant_counts_for_four_minutes(home: EmService, monkeypatch: pytest.MonkeyPatch) -> None:
    now = home.clock.now()
    monkeypatch.setattr(home.clock, "now", lambda: now)
    grants = [granted(home), granted(home)]
    now += 239.5
    assert enter(home, grants[0]) == {"done": True}
    home.logout(DESK)
    now += 0.5
    assert enter(home, grants[1])["code"] == 2


def test_the_oldest_grant_goes_where_too_many_are_open(
    home: EmService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotdesk_hil.emservice.emcc.GRANTS_KEPT", 2)
    first, second, third = (granted(home) for _ in range(3))
    assert enter(home, first)["code"] == 2
    assert enter(home, second) == {"done": True}
    assert enter(home, third) == {"done": True}


def test_the_profile_is_one_of_the_users(home: EmService) -> None:
    assert enter(home, granted(home), profile="C")["code"] == 12
    assert home.sessions() == {}
    assert enter(home, granted(home), profile="b") == {"done": True}


def test_the_answer_has_profiles_and_duration(home: EmService) -> None:
    answer = ask(home, "emccAuthenticate", user="BOB", pin=BOB.pin)
    assert {name: answer[name] for name in ("user", "profiles", "minutes")} == {
        "user": "bob",
        "profiles": ["A", "B"],
        "minutes": 120,
    }


@pytest.mark.parametrize("other", [{"cluster": "Three"}, {"grant": "another login's"}, {"device": DESK2}])
def test_a_log_out_ends_the_login_that_it_is_of(home: EmService, other: dict[str, str]) -> None:
    grant = granted(home)
    enter(home, grant)
    assert ask(home, "emccLogout", **{"grant": grant, **other}) == {"done": False}
    assert home.sessions() == {DESK: "bob"}
    assert ask(home, "emccLogout", grant=grant) == {"done": True}
    assert home.sessions() == {}
    assert ask(home, "emccLogout", grant=grant) == {"done": False}


def test_the_last_emcc_device_takes_one_phone_and_that_phone_again(home: EmService) -> None:
    assert enter(home, granted(home)) == {"done": True}
    assert enter(home, granted(home)) == {"done": True}, "the phone has its device already"
    other = str(ask(home, "emccAuthenticate", user="bob", pin=BOB.pin, device=DESK2)["grant"])
    assert enter(home, other, device=DESK2)["code"] == 33


def test_reset_forgets_grants_and_guests(home: EmService) -> None:
    used, unused = granted(home), granted(home)
    enter(home, used)
    home.reset()
    assert enter(home, unused)["code"] == 2
    home.login("SEP0000000000A1", "bob")
    assert ask(home, "emccLogout", grant=used) == {"done": False}


@pytest.mark.parametrize(
    ("user", "login_type", "code"), [("nobody", None, 23), ("bob", "DN", 23), ("7", "DN", 47)]
)
def test_who_is_not_one_user_has_no_pin(user: str, login_type: str | None, code: int) -> None:
    users = [User(name, "2222", ("A",), directory_number="7", emcc=True) for name in ("bob", "rob")]
    with EmService(Cluster(users=users, service=ServiceParameters(cluster_id="Two"))) as home:
        home.remote_clusters["one"] = RemoteCluster("One", "http://127.0.0.1:9")
        answer = ask(home, "emccAuthenticate", user=user, loginType=login_type, pin="2222")
        assert answer["code"] == code
        assert "grant" not in answer


@pytest.mark.parametrize(
    ("models", "model", "code"),
    [(("7965", "8851"), "8851", None), (("7965",), "8851", 32), (("7965",), "", 32), ((), "8851", None)],
)
def test_there_is_a_template_for_the_model(models: tuple[str, ...], model: str, code: int | None) -> None:
    service = ServiceParameters(cluster_id="Two", emcc_models=models)
    with EmService(Cluster(users=[BOB], service=service)) as home:
        home.remote_clusters["one"] = RemoteCluster("One", "http://127.0.0.1:9")
        answer = ask(home, "emccAuthenticate", user="bob", pin=BOB.pin, model=model)
        assert answer.get("code") == code
        if code is not None:
            assert answer["detail"] == f"no EMCC template for the model {model or '?'}"


def test_a_user_without_a_profile_gets_no_grant() -> None:
    cluster = Cluster(users=[User("bob", "2222", emcc=True)], service=ServiceParameters(cluster_id="Two"))
    with EmService(cluster) as home:
        home.remote_clusters["one"] = RemoteCluster("One", "http://127.0.0.1:9")
        assert ask(home, "emccAuthenticate", user="bob", pin="2222")["code"] == 205


class Visited(HTTPServer):
    """The login application of a visiting cluster, which keeps what is asked of it and answers nothing."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.paths: list[str] = []

    def address(self, device: str) -> str:
        """The log-out address of a phone there, as it comes with a login."""
        return (
            f"http%3A%2F%2F127.0.0.1%3A{self.server_address[1]}%2Fout%3Fdevice%3D{device}%26doLogout%3Dtrue"
        )


class _Handler(BaseHTTPRequestHandler):
    server: Visited

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def visited() -> Iterator[Visited]:
    server = Visited()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_log_out_at_home_is_one_at_the_address_that_came_with_the_login(
    home: EmService, visited: Visited
) -> None:
    enter(home, granted(home), logoutAddress=visited.address(DESK))
    question = AppPhone(DESK).open(f"{home.app_url}?device=#DEVICENAME#")
    assert question.text == "bob is logged in."
    assert question.soft_keys["Yes"].endswith(f"/out?device={DESK}&doLogout=true")
    home.logout(DESK)
    wait(lambda: visited.paths == [f"/out?device={DESK}&doLogout=true"])
    assert AppPhone(DESK).open(f"{home.app_url}?device=#DEVICENAME#").title == "Please Login"


def test_neither_the_end_of_a_login_nor_a_log_out_there_asks_for_one_there(
    home: EmService, visited: Visited
) -> None:
    enter(home, granted(home), logoutAddress=visited.address("ends"))
    home.clock.advance(7201)
    assert home.sessions() == {}
    grant = granted(home)
    enter(home, grant, logoutAddress=visited.address("leaves"))
    assert ask(home, "emccLogout", grant=grant) == {"done": True}
    assert AppPhone(DESK).open(f"{home.app_url}?device=#DEVICENAME#").title == "Please Login"
    enter(home, granted(home), logoutAddress=visited.address("here"))
    home.logout(DESK)
    wait(lambda: bool(visited.paths))
    assert visited.paths == ["/out?device=here&doLogout=true"], "a log-out is asked for in order"


@pytest.mark.parametrize("address", ["http%3A%2F%2F127.0.0.1%3A9%2F", "", "x", "http%3A%2F%2F%5B"])
def test_a_log_out_address_at_which_nobody_answers_is_in_the_log(
    home: EmService, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    enter(home, granted(home), logoutAddress=address)
    home.logout(DESK)
    wait(lambda: "bob was not logged out at One: " in caplog.text)
    assert home.sessions() == {}


def test_what_another_cluster_asks_is_recorded_and_can_be_struck(home: EmService) -> None:
    grant = granted(home)
    assert enter(home, grant, device=DESK2)["code"] == 2
    record = home.requests[-1]
    assert (record.operation, record.devices, record.users, record.code, record.executed) == (
        "emccLogin",
        (DESK2,),
        (),
        2,
        True,
    )
    assert record.detail == "the PIN was not given, or too long ago"
    home.faults.add(Answer(b"{}", executed=False), operation="emccAuthenticate", user="rob")
    home.faults.add(Answer(b'{"struck": 1}', executed=False), device=DESK2)
    grant = granted(home)
    assert home.requests[-1].users == ("bob",)
    assert home.requests[-1].fault is None
    assert ask(home, "emccLogin", grant=grant, profile="A", device=DESK2) == {"struck": 1}
    assert (home.requests[-1].fault, home.requests[-1].executed) == ("Answer", False)
    assert enter(home, grant) == {"done": True}, "what was struck was not done"
    assert home.requests[-1].code is None
    assert home.requests[-1].detail is None
    home.faults.add(Answer(b'{"struck": 2}', executed=False), user="BOB")
    assert ask(home, "emccFind", user="rob")["users"] == 0
    assert ask(home, "emccFind", user="bob") == {"struck": 2}


def test_a_fault_that_is_only_late_is_carried_out(home: EmService) -> None:
    home.faults.add(Delay(0.01), operation="emccLogin")
    assert enter(home, granted(home)) == {"done": True}
    assert home.sessions() == {DESK: "bob"}
    assert (home.requests[-1].fault, home.requests[-1].executed) == ("Delay", True)


def test_a_request_that_is_answered_late_is_not_waited_for(home: EmService) -> None:
    home.faults.add(Delay(0.5), operation="emccFind")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, home, "emccFind", user="bob")
        wait(lambda: bool(home.requests))
        assert home.traffic.half_open == 0, "it has come whole"
        assert asked.result()["users"] == 1


def test_its_answers_are_json_and_a_request_that_is_none_is_told_so(home: EmService) -> None:
    client = Client(home.url)
    good = client.send("POST", "/emservice/EmccServlet", b'{"operation": "emccFind", "user": "BOB"}')
    assert good.headers["Content-Type"].partition(";")[0] == "application/json"
    assert json.loads(good.body) == {
        "users": 1,
        "cluster": "Two",
        "version": home.cluster.service.version,
        "securityMode": 0,
    }
    bad = client.send("POST", "/emservice/EmccServlet", b"[]")
    assert (bad.status, bad.body) == (400, b"400: no request of another cluster\n")
