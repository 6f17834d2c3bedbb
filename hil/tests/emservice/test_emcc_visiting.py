"""Cross Cluster from the side of the visiting cluster: what it asks of a home cluster, and what it makes of
the answers. The home cluster is a script here.
"""

from __future__ import annotations

import gc
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from emservice.app_phone import AppPhone
from emservice.client import DESK, DESK2, PHONE, Client
from emservice.test_emcc import ANN, BOB, ask, here, login, refused, wait

from hotdesk_hil.emservice import Device, EmService, RemoteCluster

KNOWN = {"users": 1, "cluster": "Two", "version": "11.5.1", "securityMode": 0}
GRANTED = {"user": "bob", "profiles": ["BOB"], "default": None, "grant": "g1", "minutes": None}


class Script(ThreadingHTTPServer):
    """A home cluster that answers each operation with what stands for it here; keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Any] = {
            "emccFind": KNOWN,
            "emccAuthenticate": GRANTED,
            "emccLogin": {"done": True},
            "emccLogout": {"done": True},
        }
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        self.release = threading.Event()
        self.release.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def of(self, operation: str) -> list[dict[str, Any]]:
        return [asked for asked in self.asked if asked["operation"] == operation]


class _Handler(BaseHTTPRequestHandler):
    server: Script

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({**asked, "path": self.path})
        self.server.release.wait(20)
        body = json.dumps(self.server.answers[asked["operation"]]).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def script() -> Iterator[Script]:
    server = Script()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def one(script: Script) -> Iterator[EmService]:
    devices = [Device(DESK, model="7965"), Device(DESK2)]
    with EmService(here(devices)) as one:
        one.remote_clusters["two"] = RemoteCluster("Two", script.url)
        yield one


def test_the_home_cluster_is_asked_in_three_steps(one: EmService, script: Script) -> None:
    assert login(one, more="&loginType=UID").text == "Login successful."
    at = {"path": "/emservice/EmccServlet"}
    assert script.asked == [
        {"operation": "emccFind", "user": "bob", "loginType": "UID", **at},
        {
            "operation": "emccAuthenticate",
            "cluster": "One",
            "user": "bob",
            "loginType": "UID",
            "pin": BOB[1],
            "device": DESK,
            "request": 0,
            "model": "7965",
            **at,
        },
        {
            "operation": "emccLogin",
            "grant": "g1",
            "cluster": "One",
            "device": DESK,
            "request": 0,
            "profile": "BOB",
            "logoutAddress": "http%3A%2F%2F127.0.0.1%3A"
            + f"{one.port}%2Femapp%2FEMAppServlet%3Fdevice%3D{DESK}%26doLogout%3Dtrue",
            **at,
        },
    ]
    ask(one, "&doLogout=true")
    wait(lambda: bool(script.of("emccLogout")))
    assert script.asked[3:] == [
        {"operation": "emccLogout", "cluster": "One", "device": DESK, "grant": "g1", **at}
    ]


def test_an_address_of_a_cluster_may_end_in_a_slash(one: EmService, script: Script) -> None:
    one.remote_clusters["two"] = RemoteCluster("Two", f"{script.url}/")
    assert login(one).text == "Login successful."
    assert {asked["path"] for asked in script.asked} == {"/emservice/EmccServlet"}


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("emccFind", []),
        ("emccAuthenticate", {}),
        ("emccAuthenticate", {**GRANTED, "profiles": "BOB"}),
        ("emccAuthenticate", {**GRANTED, "profiles": None}),
        ("emccAuthenticate", {**GRANTED, "grant": None}),
        ("emccAuthenticate", "yes"),
        ("emccLogin", None),
    ],
)
def test_an_answer_that_makes_no_sense_is_none(
    one: EmService, script: Script, operation: str, answer: object
) -> None:
    script.answers[operation] = answer
    refused(one, login(one), 40, 23)


@pytest.mark.parametrize("status", [201, 404, 500])
def test_an_answer_counts_with_the_status_200_alone(one: EmService, script: Script, status: int) -> None:
    script.status = status
    refused(one, login(one), 40, 23)


@pytest.mark.parametrize("users", [None, "1", "2", 0, -1, []])
def test_a_cluster_that_tells_no_number_of_users_has_not_the_user(
    one: EmService, script: Script, users: object
) -> None:
    script.answers["emccFind"] = {**KNOWN, "users": users}
    refused(one, login(one), 23)


def test_an_answer_that_comes_in_many_pieces_is_read_whole(one: EmService, script: Script) -> None:
    profiles = [f"P{number:07}" for number in range(60_000)]
    script.answers["emccAuthenticate"] = {**GRANTED, "profiles": profiles}
    assert login(one, more="&profile=P0059999").text == "Login successful."
    script.answers["emccAuthenticate"] = {**GRANTED, "profiles": 2 * profiles}
    ask(one, "&doLogout=true")
    refused(one, login(one), 40, 23)


def test_a_refusal_says_which_cluster_refuses_and_why(one: EmService, script: Script) -> None:
    script.answers["emccLogin"] = {"code": 33, "detail": "all in use"}
    refused(one, login(one), 33)
    assert one.requests[-1].detail == "Two: all in use"


def test_the_users_name_is_that_of_the_home_cluster(one: EmService, script: Script) -> None:
    script.answers["emccAuthenticate"] = {**GRANTED, "user": "Bob"}
    assert login(one, ("BOB", BOB[1])).text == "Login successful."
    assert one.sessions() == {DESK: "Bob"}


def test_the_same_visitor_may_log_in_once_more(one: EmService, script: Script) -> None:
    assert login(one).text == "Login successful."
    script.answers["emccAuthenticate"] = {**GRANTED, "grant": "g2"}
    assert login(one).text == "Login successful."
    assert one.sessions() == {DESK: "bob"}
    ask(one, "&doLogout=true")
    wait(lambda: bool(script.of("emccLogout")))
    assert [asked["grant"] for asked in script.of("emccLogout")] == ["g2"], "the login that is over"


def test_a_phone_that_is_not_of_the_cluster_is_205_once_the_pin_is_right(
    one: EmService, script: Script
) -> None:
    page = login(one, device="SEP0000000000FF")
    refused(one, page, 205)
    (asked,) = script.of("emccAuthenticate")
    assert (asked["device"], asked["model"]) == ("SEP0000000000FF", "")


@pytest.mark.parametrize(
    ("mode", "home_mode", "code"),
    [(1, 0, None), (2, 0, 43), (3, 0, 43), (2, 1, None), (1, 1, None), (2, None, 43), (1, None, None)],
)
def test_a_phone_that_is_secure_needs_a_home_cluster_in_mixed_mode(
    script: Script, mode: int, home_mode: int | None, code: int | None
) -> None:
    script.answers["emccFind"] = {**KNOWN, "securityMode": home_mode}
    with EmService(here([Device(DESK, security_mode=mode)])) as one:
        one.remote_clusters["two"] = RemoteCluster("Two", script.url)
        page = login(one)
        assert page.text == (f"Login is unavailable ({code})" if code else "Login successful.")


def test_a_home_cluster_that_is_not_in_mixed_mode_needs_no_leave_for_it(script: Script) -> None:
    with EmService(here(emcc_mixed_mode=False)) as one:
        one.remote_clusters["two"] = RemoteCluster("Two", script.url)
        assert login(one).text == "Login successful."


@pytest.mark.parametrize(
    ("oldest", "version", "is_supported"),
    [
        ("8.0.1", "8.0.1", True),
        ("8.0.1", "8.0", False),
        ("8.0.1", "10.0", True),
        ("8.0.1", "7.9.9", False),
        ("8.0.1", "", False),
        ("8.0.1", None, False),
        ("8.0.1", "new", False),
        ("8.0.1", "8.0.1.10000-40", True),
    ],
)
def test_versions_compare_by_their_numbers(
    script: Script, oldest: str, version: str | None, is_supported: bool
) -> None:
    script.answers["emccFind"] = {**KNOWN, "version": version}
    with EmService(here(emcc_oldest_version=oldest)) as one:
        one.remote_clusters["two"] = RemoteCluster("Two", script.url)
        assert login(one).text == ("Login successful." if is_supported else "Login is unavailable (45)")


@pytest.mark.parametrize(
    ("cluster", "shown"), [("", "201"), ("StandAloneCluster", "201"), ("two", "42"), (None, "42")]
)
def test_a_home_cluster_calls_itself_as_it_is_called_here(
    one: EmService, script: Script, cluster: str | None, shown: str
) -> None:
    script.answers["emccFind"] = {**KNOWN, "cluster": cluster}
    page = login(one)
    assert page.text.endswith(f"({shown})") or page.prompt.endswith(f"({shown})")
    assert one.sessions() == {}
    assert script.of("emccAuthenticate") == [], "the PIN goes to no cluster that is not the right one"


def test_the_pin_is_sent_nowhere_else_than_home(one: EmService, script: Script) -> None:
    other = Script()
    try:
        thread = threading.Thread(target=other.serve_forever, args=(0.01,))
        thread.start()
        other.answers["emccFind"] = {**KNOWN, "users": 0}
        one.remote_clusters.clear()
        one.remote_clusters["other"] = RemoteCluster("Other", other.url)
        one.remote_clusters["two"] = RemoteCluster("Two", script.url)
        assert login(one).text == "Login successful."
        assert [asked["operation"] for asked in other.asked] == ["emccFind"]
        assert BOB[1] not in json.dumps(other.asked)
        assert BOB[1] not in json.dumps(script.of("emccFind") + script.of("emccLogin"))
    finally:
        other.shutdown()
        thread.join()
        other.server_close()


def test_reset_forgets_who_visits(one: EmService, script: Script) -> None:
    login(one)
    one.reset()
    one.login(DESK, "ann")
    (told,) = Client(one.url, PHONE).query("deviceUserQuery", DESK).root.iter("emccDevice")
    assert told.text == "no"
    one.logout(DESK)
    login(one, ANN)
    ask(one, "&doLogout=true")
    assert script.of("emccLogout") == []


def test_a_log_out_that_cannot_be_told_is_in_the_log(
    one: EmService, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    login(one)
    script.status = 503
    assert ask(one, "&doLogout=true").text == "Logout successful.", "it is one all the same"
    wait(lambda: f"the log-out on {DESK} was not told to Two: status 503" in caplog.text)
    assert one.sessions() == {}


def test_stopping_waits_for_no_cluster_and_leaves_nothing_behind(
    script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with EmService(here()) as one:
        one.remote_clusters["two"] = RemoteCluster("Two", script.url)
        login(one)
        script.release.clear()
        ask(one, "&doLogout=true")
        wait(lambda: bool(script.of("emccLogout")))
    gc.collect()
    assert [message for message in caplog.messages if "Unclosed" in message or "never" in message] == []
    assert "was not told" not in caplog.text, "the service has stopped: nobody waits for that"
    assert caplog.messages == []


def test_stopping_without_a_visitor_is_nothing_to_tell(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with EmService(here()):
        pass
    assert caplog.messages == []


def test_a_change_while_the_service_does_not_run_is_told_to_nobody(
    one: EmService, script: Script, recwarn: pytest.WarningsRecorder
) -> None:
    login(one)
    one.stop()
    one.logout(DESK)
    gc.collect()
    assert not [warning for warning in recwarn if "never awaited" in str(warning.message)]
    one.start()
    assert AppPhone(DESK).open(f"{one.app_url}?device=#DEVICENAME#").title == "Please Login"
    assert script.of("emccLogout") == []
    assert login(one).text == "Login successful.", "it takes connections anew after a stop"
