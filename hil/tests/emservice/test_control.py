"""The control interface: its token, each way of it, bad input, and schemathesis over its description."""

from __future__ import annotations

import http.client
import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from emservice.client import DESK, DESK2, SECRETS, Client

from hotdesk_hil.emservice import Cluster, EmService, RefuseConnection
from hotdesk_hil.emservice.openapi import document
from hotdesk_hil.emservice.rules import RULE_KINDS

TOKEN = "made-up-token"


@pytest.fixture
def service(demo: Cluster) -> Iterator[EmService]:
    with EmService(demo, control_port=0, control_token=TOKEN) as service:
        yield service


Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(service: EmService) -> Ask:
    """Asks the control interface: status and what the JSON says."""

    def ask(method: str, path: str, body: Any = None, token: str | None = TOKEN) -> tuple[int, Any]:
        assert service.control_port is not None
        connection = http.client.HTTPConnection("127.0.0.1", service.control_port, timeout=10)
        try:
            headers = {"Content-Type": "application/json"}
            if token is not None:
                headers["Authorization"] = f"Bearer {token}"
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            said = answer.read()
            return answer.status, json.loads(said) if said else None
        finally:
            connection.close()

    return ask


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "größe".encode().decode("latin-1")])
@pytest.mark.parametrize(
    ("method", "path"), [(way.upper(), path) for path, ways in document()["paths"].items() for way in ways]
)
def test_every_way_asks_for_the_token(
    service: EmService, ask: Ask, method: str, path: str, token: str | None
) -> None:
    service.login(DESK, "john")
    status, said = ask(method, path, {}, token)
    assert status == 401
    assert TOKEN not in str(said)
    assert service.sessions() == {DESK: "john"}


def test_it_listens_on_the_loopback_address_whatever_the_host(demo: Cluster) -> None:
    with EmService(demo, host="127.0.0.2", control_port=0) as service:
        assert service.control_url == f"http://127.0.0.1:{service.control_port}/"
        assert service.control_port is not None
        socket.create_connection(("127.0.0.1", service.control_port), timeout=10).close()
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.2", service.control_port), timeout=10)


def test_a_token_is_made_where_none_is_given(demo: Cluster) -> None:
    first, second = EmService(demo, control_port=0), EmService(demo, control_port=0)
    assert len(first.control_token) >= 32
    assert first.control_token != second.control_token
    assert first.control_token not in repr(first)
    first.close()
    second.close()


def test_sessions_are_made_seen_and_ended(service: EmService, ask: Ask) -> None:
    session = {"device": DESK, "user": "john", "profile": "DPSPARE", "ends_at": None}
    assert ask("PUT", f"/sessions/{DESK.lower()}", {"user": "JOHN", "profile": "dpspare"}) == (200, session)
    assert ask("GET", "/sessions") == (200, [session])
    assert service.sessions() == {DESK: "john"}
    assert ask("DELETE", f"/sessions/{DESK}") == (204, None)
    assert ask("GET", "/sessions") == (200, [])


@pytest.mark.parametrize(
    ("method", "path", "body", "what"),
    [
        ("PUT", "/sessions/SEP0", {"user": "john"}, "device 'SEP0' is not in this cluster"),
        ("PUT", f"/sessions/{DESK}", {"user": "NoBody"}, "user 'NoBody' is not in this cluster"),
        (
            "PUT",
            f"/sessions/{DESK}",
            {"user": "john", "profile": "NoSuch"},
            "profile 'NoSuch' is not in this cluster",
        ),
        ("DELETE", "/sessions/SEP0", None, "device 'SEP0' is not in this cluster"),
        ("PUT", "/accounts/NoBody/secret", {"secret": "1"}, "account 'NoBody' is not in this cluster"),
        ("DELETE", "/faults/7", None, "no fault 7 waits"),
        ("GET", "/nowhere", None, "/nowhere is not here; /openapi.json names what is"),
    ],
)
def test_unknown_names_are_404_and_named_as_they_were_sent(
    service: EmService, ask: Ask, method: str, path: str, body: Any, what: str
) -> None:
    assert ask(method, path, body) == (404, {"error": what})
    assert service.sessions() == {}


def test_another_method_is_405_in_json(ask: Ask) -> None:
    assert ask("POST", "/sessions") == (405, {"error": "/sessions takes GET, HEAD, not POST"})


def test_what_did_not_reach_the_service_is_among_the_requests(service: EmService, ask: Ask) -> None:
    client = Client(service.url)
    client.send("PUT", f"{client.path}?xml=secret", b"")
    client.login("SEP0", "john")
    refused, forbidden = ask("GET", "/requests")[1]
    assert (refused["code"], refused["detail"]) == (11, "SEP0 is not a device of this cluster")
    assert (forbidden["request_line"], forbidden["status"]) == (f"PUT {client.path}", 403)
    state = ask("GET", "/state")[1]
    assert state["traffic"] == {"requests": 2, "half_open": 0, "cut": 0, "handshakes_failed": 0}
    assert state["requests"] == [refused, forbidden]


def test_state_events_requests_and_counters(service: EmService, ask: Ask) -> None:
    client = Client(service.url)
    client.login(DESK, "john")
    client.login(DESK, "mary")
    _, state = ask("GET", "/state")
    assert [row["device"] for row in state["sessions"]] == [DESK]
    assert [(row["operation"], row["code"]) for row in state["requests"]] == [("login", 18), ("login", None)]
    assert state["counters"] == {"requests_in_progress": 0, "requests_throttled": 0}
    assert [row["cause"] for row in state["events"]] == ["request of emphone"]
    assert state["logged_in"] == 1
    (total,) = state["totals"]
    assert total["outcomes"] == [{"outcome": None, "requests": 1}, {"outcome": 18, "requests": 1}]
    assert (total["operation"], total["requests"], len(state["last_minute"])) == ("login", 2, 60)
    assert ask("GET", "/counters") == (200, state["counters"])
    assert ask("GET", "/requests?limit=1") == (200, state["requests"][:1])
    assert ask("GET", "/events?after=1") == (200, [])
    assert len(ask("GET", "/events?after=0&limit=5")[1]) == 1
    assert not [secret for secret in (*SECRETS, TOKEN) if secret in json.dumps(state)]


def test_secrets_are_changed(service: EmService, ask: Ask) -> None:
    assert ask("PUT", "/accounts/JOHN/secret", {"secret": "99999"}) == (204, None)
    client = Client(service.url, ("john", "99999"))
    assert client.login(DESK, "john").code is None
    assert ask("PUT", "/accounts/nobody/secret", {"secret": "1"})[0] == 404
    for bad in (" ", "", "ö" * 256, 1, None):
        status, said = ask("PUT", "/accounts/john/secret", {"secret": bad})
        assert (status, said["error"].startswith("secret: ")) == (400, True)
    assert client.logout(DESK).code is None
    assert "99999" not in json.dumps(ask("GET", "/state")[1])


def test_the_wire_is_switched_while_it_runs(service: EmService, ask: Ask) -> None:
    def loose() -> int | None:
        client = Client(service.url)
        return client.post(client.login_xml(DESK, "john").replace("<userID>", "<color/><userID>")).code

    assert (ask("GET", "/lenient"), loose()) == ((200, {"lenient": False}), 1)
    assert (ask("PUT", "/lenient", {"lenient": True}), loose()) == ((200, {"lenient": True}), None)
    assert ask("GET", "/state")[1]["lenient"] is True
    assert (ask("PUT", "/lenient", {"lenient": False}), loose()) == ((200, {"lenient": False}), 1)
    assert ask("PUT", "/lenient", {"lenient": "yes"})[0] == 400


def test_a_state_file_that_takes_no_change_is_told(demo: Cluster, tmp_path: Path) -> None:
    with EmService(demo, state=tmp_path / "state.db", control_port=0, control_token=TOKEN) as service:
        other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert service.control_port is not None
        connection = http.client.HTTPConnection("127.0.0.1", service.control_port, timeout=10)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
        connection.request("PUT", f"/sessions/{DESK}", json.dumps({"user": "john"}), headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        connection.close()
        other.close()
        assert (answer.status, said["error"]) == (503, "the state file cannot be used: database is locked")
        assert service.sessions() == {}


def test_faults_are_added_listed_struck_and_removed(service: EmService, ask: Ask) -> None:
    rule = {"fault": {"kind": "Refuse", "code": 26}, "times": 2, "user": "john", "operation": "login"}
    status, made = ask("POST", "/faults", rule)
    assert (status, made["kind"], made["left"]) == (201, "Refuse", 2)
    client = Client(service.url)
    assert client.login(DESK, "mary").code is None
    assert client.login(DESK2, "john").code == 26
    (listed,) = ask("GET", "/faults")[1]
    assert (listed["id"], listed["left"], listed["struck"]) == (made["id"], 1, 1)
    assert ask("DELETE", f"/faults/{made['id']}") == (204, None)
    assert client.login(DESK2, "john").code is None


EXAMPLES: dict[str, dict[str, Any]] = {
    "CutAnswer": {"after": 10},
    "ResetAnswer": {"after": 10},
    "Refuse": {"code": None, "text": "x", "executed": True},
    "Disguise": {"form": "cdata"},
    "WrongLength": {"by": -3},
    "Delay": {"seconds": 0.5},
    "BadCertificate": {"flaw": "wrong name"},
    "Answer": {"body": "<a/>", "status": 503, "headers": {"Retry-After": "1"}, "version": "1.0"},
    "CutFile": {"after": 100},
    "SlowFile": {"seconds": 0.5},
    "Dribble": {"size": 3, "pause": 0, "framing": "chunked"},
}


@pytest.mark.parametrize("kind", RULE_KINDS)
def test_every_fault_can_be_added(service: EmService, ask: Ask, kind: str) -> None:
    body = {"fault": {"kind": kind, **EXAMPLES.get(kind, {})}, "times": None}
    assert ask("POST", "/faults", body)[0] == 201
    (rule,) = service.faults.rules
    assert type(rule.fault) is RULE_KINDS[kind]
    assert ask("DELETE", "/faults") == (204, None)
    assert service.faults.waiting == 0


def test_connections_are_refused_and_accepted_again_by_control(service: EmService, ask: Ask) -> None:
    ask("POST", "/faults", {"fault": {"kind": "RefuseConnection"}, "times": None})
    assert isinstance(service.faults.rules[0].fault, RefuseConnection)
    assert ask("GET", "/faults")[1][0]["struck"] is None, "nobody here sees who is refused"
    with pytest.raises(ConnectionRefusedError):
        Client(service.url).login(DESK, "john")
    ask("DELETE", "/faults")
    assert Client(service.url).login(DESK, "john").code is None


def test_the_clock_moves_and_reset_forgets(service: EmService, ask: Ask) -> None:
    Client(service.url).login(DESK, "john", "<exclusiveDuration><time>60</time></exclusiveDuration>")
    before = ask("GET", "/clock")[1]["now"]
    assert ask("POST", "/clock", {"advance": 3600})[1]["now"] - before >= 3600
    assert ask("GET", "/sessions") == (200, [])
    assert ask("POST", "/reset") == (204, None)
    assert ask("GET", "/events") == (200, [])


@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("PUT", f"/sessions/{DESK}", b"{", "not JSON"),
        ("PUT", f"/sessions/{DESK}", b"\xff", "not JSON"),
        ("PUT", f"/sessions/{DESK}", b'{"user": "\\ud800"}', "not JSON"),
        ("PUT", f"/sessions/{DESK}", [], "the body"),
        ("PUT", f"/sessions/{DESK}", {"user": 1}, "user"),
        ("PUT", f"/sessions/{DESK}", {"user": "john", "pin": "1"}, "pin"),
        ("POST", "/clock", b'{"advance": NaN}', "NaN"),
        ("POST", "/clock", {"advance": -1}, "advance"),
        (
            "POST",
            "/faults",
            {"fault": {"kind": "Meteor"}},
            'none of "CutAnswer", ',
        ),
        ("POST", "/faults", {"fault": {"after": 1}}, "fault/kind: "),
        ("POST", "/faults", {"fault": "CutAnswer"}, "fault: "),
        ("POST", "/faults", {"fault": {"kind": "CutAnswer"}}, 'fault: "after" is a required property'),
        (
            "POST",
            "/faults",
            {"fault": {"kind": "CutAnswer", "after": -1}},
            "fault/after: what was sent is",
        ),
        (
            "POST",
            "/faults",
            {"fault": {"kind": "Disguise", "form": "x"}},
            "fault/form: what was sent is",
        ),
        (
            "POST",
            "/faults",
            {"fault": {"kind": "Answer", "headers": {"A": "b\r\nc: d"}}},
            "fault/headers/A: what was sent does not match",
        ),
        ("POST", "/faults", {"fault": {"kind": "Silence"}, "times": 0}, "times: what was sent is less"),
        (
            "POST",
            "/faults",
            {"fault": {"kind": "Silence"}, "operation": "dance"},
            'none of null, "login", ',
        ),
        ("PUT", "/accounts/john/secret", {"secret": 4711}, "secret: what was sent is not of type"),
        ("GET", "/events?after=x", None, "after"),
        ("GET", "/events?limit=0", None, "limit"),
        ("GET", "/events?limit=1&limit=2", None, "limit"),
        ("DELETE", "/faults/x", None, "id"),
    ],
)
def test_bad_input_is_400_with_its_place_and_changes_nothing(
    service: EmService, ask: Ask, method: str, path: str, body: Any, place: str
) -> None:
    status, said = ask(method, path, body)
    assert status == 400
    assert place in said["error"]
    assert "4711" not in said["error"]
    assert (service.sessions(), service.faults.waiting) == ({}, 0)


def test_a_rule_that_cannot_be_kept_is_409(service: EmService, ask: Ask) -> None:
    status, said = ask("POST", "/faults", {"fault": {"kind": "ResetConnection"}, "user": "john"})
    assert (status, service.faults.waiting) == (409, 0)
    assert "before the request is read" in said["error"]


def test_schemathesis_finds_no_disagreement_with_the_description(
    service: EmService, ask: Ask, tmp_path: Path
) -> None:
    assert ask("GET", "/openapi.json", token=None) == (200, document())
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{service.control_url}openapi.json"]
    options = ["--header", f"Authorization: Bearer {TOKEN}", "--max-examples", "15", "--seed", "1"]
    quiet = ["--no-color", "--generation-database", "none", "--phases", "examples,coverage,fuzzing"]
    command += [*options, *quiet]
    # It leaves notes where it runs.
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    operations = sum(key != "parameters" for path in document()["paths"].values() for key in path)
    assert f"Selected: {operations}/{operations}" in done.stdout
