"""The log of events: every change is there with its cause, a request that was refused is not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from emservice.client import DESK, DESK2, JOHN, Client

from hotdesk_hil.emservice import Cluster, EmService, MultipleLogin, Refuse, ServiceParameters
from hotdesk_hil.emservice.changes import LOGIN, Change, Session
from hotdesk_hil.emservice.store import EVENTS_KEPT, Store


def changes(service: EmService) -> list[tuple[str, str, str, str]]:
    return [(event.kind, event.device, event.user, event.cause) for event in service.events()]


def test_every_change_is_an_event_with_its_cause(demo: Cluster) -> None:
    own = Cluster(
        application_users=demo.application_users.values(),
        users=demo.users.values(),
        devices=demo.devices.values(),
        service=ServiceParameters(multiple_login_behavior=MultipleLogin.AUTO_LOGOUT),
    )
    with EmService(own) as service:
        client = Client(service.url)
        client.signed_by(JOHN).login(DESK, "john")
        client.login(DESK, "mary")  # refused
        client.login(DESK2, "john", "<exclusiveDuration><time>1</time></exclusiveDuration>")
        service.clock.advance(90)
        service.login(DESK, "mary")
        service.login(DESK, "pat")
        client.logout_all()
        assert changes(service) == [
            ("login", DESK, "john", "request of john"),
            ("logout", DESK, "john", f"login on {DESK2}"),
            ("login", DESK2, "john", "request of emphone"),
            ("logout", DESK2, "john", "end of login"),
            ("login", DESK, "mary", "administrator"),
            ("logout", DESK, "mary", "administrator"),
            ("login", DESK, "pat", "administrator"),
            ("logout", DESK, "pat", "logoutAll of emphone"),
        ]
        times = [event.at for event in service.events()]
        assert times == sorted(times)
        assert times[3] - times[2] == pytest.approx(60), "when it ended, not when somebody looked"
        assert times[4] - times[2] >= 90
        assert [event.id for event in service.events(after=6)] == [7, 8]
        assert [event.id for event in service.events(after=2, limit=3)] == [3, 4, 5]


def test_events_survive_in_the_state_file(demo: Cluster, tmp_path: Path) -> None:
    for user in ("john", "mary"):
        with EmService(demo, state=tmp_path / "state.db") as service:
            client = Client(service.url)
            client.login(DESK, user)
            client.logout(DESK)
    assert [event[2] for event in changes_of(tmp_path / "state.db")] == ["john", "john", "mary", "mary"]


def changes_of(state: Path) -> list[tuple[str, str, str]]:
    with sqlite3.connect(state) as database:
        rows = database.execute("SELECT kind, device, user FROM event ORDER BY id").fetchall()
    database.close()
    return rows


def test_a_store_in_memory_keeps_the_newest_events() -> None:
    store = Store()
    for n in range(EVENTS_KEPT + 5):
        store.change([Change(float(n), LOGIN, Session("D", "u", None), "test")])
    assert [event.id for event in store.events()] == list(range(6, EVENTS_KEPT + 6))
    assert [event.id for event in store.events(after=10_000, limit=2)] == [10_001, 10_002]
    assert [event.id for event in store.newest_events(2)] == [EVENTS_KEPT + 5, EVENTS_KEPT + 4]


def test_reset_goes_back_to_the_beginning(service: EmService, client: Client) -> None:
    client.login(DESK, "john")
    client.logout(DESK)
    service.login(DESK2, "mary")
    service.faults.add(Refuse(26))
    service.change_secret("john", "new")
    service.reset()
    assert (service.sessions(), service.events(), service.requests) == ({}, [], [])
    assert (service.previous(DESK), service.faults.waiting) == (None, 0)
    assert client.signed_by(JOHN).login(DESK, "john").code is None
    assert service.wait_for_request("login", timeout=0).users == ("john",)
