"""For how long a person is logged in: what the phone asks for, shows and follows, by the service's clock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hotdesk_hil.emservice import Cluster, EmService
from hotdesk_hil.emservice.changes import Session
from hotdesk_hil.rig import Phone, Rig, keypad
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import ANSWER, PROFILES

HOUR = 3600.0
OTHER = "UserDevProf"
"""The profile of the demo's user that is not the default one."""


def session(service: EmService) -> Session:
    """The one login that the service has."""
    (row,) = service.session_rows()
    return row


@pytest.fixture
def shift(cluster: DemoCluster, tmp_path: Path) -> Cluster:
    """The demo cluster, where a login that asks for no time ends after twelve hours."""
    path = tmp_path / "shift.toml"
    text = cluster.path.read_text(encoding="utf-8")
    path.write_text(text.replace('maximum_login_time = "off"', 'maximum_login_time = "12:00"'))
    return Cluster.read(path)


def test_a_login_ends_when_the_services_clock_says_so(rig: Rig, shift: Cluster, cluster: DemoCluster) -> None:
    with EmService(shift) as service:
        config = replace(cluster.phone_config(service.port), durations="indefinite, 1 h, 8 h, default")
        rig.boot(config)
        phone = Phone(rig)
        for choice, hours in (("2", 1), ("3", 8), ("4", 12)):
            phone.wait_idle("Nobody logged in")
            phone.log_in(cluster.user, cluster.pin)
            phone.wait_title("How long?")
            phone.press(choice)
            phone.wait_title("Logged in", cluster.user, seconds=ANSWER)
            phone.go_on()
            service.clock.advance(hours * HOUR - 60)
            assert service.sessions() == {rig.device_name: cluster.user}
            phone.ask_who()
            phone.wait("still logged in", lambda s: s.flowing.startswith(f"Logged in: {cluster.user}"))
            service.clock.advance(60)
            assert service.sessions() == {}
            phone.ask_who()
            phone.wait_idle("Nobody logged in")


def test_a_login_that_ends_while_the_phone_is_off(rig: Rig, service: EmService, cluster: DemoCluster) -> None:
    rig.boot(replace(cluster.phone_config(service.port), durations="1 h"))
    phone = Phone(rig)
    phone.wait_idle("Nobody logged in")
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title("Logged in", cluster.user, seconds=ANSWER)
    service.clock.advance(HOUR / 2)
    phone.power_cycle()
    # The service does not tell a phone when a login ends.
    phone.wait_idle(f"Logged in: {cluster.user}", seconds=2 * ANSWER)
    service.clock.advance(HOUR / 2)
    phone.power_cycle()
    phone.wait_idle("Nobody logged in", seconds=2 * ANSWER)
    assert service.sessions() == {}


def test_the_service_records_the_time_that_was_chosen(
    rig: Rig, service: EmService, cluster: DemoCluster
) -> None:
    config = replace(cluster.phone_config(service.port), durations="indefinite, 1 h, 4 h, 8 h, default")
    rig.boot(config)
    phone = Phone(rig)
    for choice, hours in (("1", None), ("3", 4), ("5", None)):
        phone.wait_idle("Nobody logged in")
        phone.log_in(cluster.user, cluster.pin)
        phone.wait_title("How long?", "Until I log out")
        phone.press(choice)
        phone.wait_title("Logged in", cluster.user, seconds=ANSWER)
        ends_at = session(service).ends_at
        if hours is None:
            assert ends_at is None
        else:
            assert ends_at is not None
            left = ends_at - service.clock.now()
            assert hours * 3600 - 60 < left <= hours * 3600
        phone.go_on()
        phone.wait("how long it still is", lambda s, hours=hours: ("Ends in" in s.text) == bool(hours))
        phone.log_out()
        phone.confirm_logged_out()


@pytest.mark.long
def test_staying_gives_the_same_time_anew(rig: Rig, service: EmService, cluster: DemoCluster) -> None:
    rig.boot(replace(cluster.phone_config(service.port), durations="1 min"))
    phone = Phone(rig)
    phone.wait_idle("Nobody logged in")
    phone.submit_login(cluster.user, cluster.pin)
    phone.wait_title(PROFILES, seconds=ANSWER)
    phone.press(keypad.DOWN, keypad.SELECT)
    phone.wait_title("Logged in", cluster.user, seconds=ANSWER)
    before = session(service)
    # Of a minute, notice comes after half.
    phone.wait_title("Login ends soon", "Your login ends in", seconds=40)
    phone.softkey("Stay")
    phone.wait_title("Stay logged in", "User ID:", cluster.user)
    phone.type_pin(cluster.pin)
    phone.softkey("Submit")
    phone.wait_title("Logged in", cluster.user, seconds=ANSWER)
    after = session(service)
    assert (after.user, after.profile) == (before.user, OTHER)
    assert before.ends_at is not None
    assert after.ends_at is not None
    assert after.ends_at > before.ends_at + 20


@pytest.mark.long
def test_a_login_that_ends_is_followed_by_the_screen(
    rig: Rig, service: EmService, cluster: DemoCluster
) -> None:
    rig.boot(replace(cluster.phone_config(service.port), durations="1 min"))
    phone = Phone(rig)
    phone.wait_idle("Nobody logged in")
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title("Login ends soon", seconds=50)
    phone.wait_idle("Nobody logged in The login has ended.", seconds=50)
    assert service.sessions() == {}
