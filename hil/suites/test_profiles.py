"""Which device profile and for how long: what the person chooses is what the service records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hotdesk_hil.emservice import CutAnswer, EmService, Refuse
from hotdesk_hil.emservice.changes import Session
from hotdesk_hil.rig import NotShown, Phone, Rig, keypad
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import ANSWER, PROFILES
from hotdesk_hil.rig.reader import Screen

DEFAULT, OTHER = "DPJOHNIPC", "UserDevProf"
"""The profiles of the demo's user."""

MANY = [f"UDP_{number:04}" for number in range(1, 999)] + ["LOBBY", "LAB"]
"""A thousand profiles."""


@pytest.fixture
def many(cluster: DemoCluster, tmp_path: Path) -> Iterator[EmService]:
    """The service with a user `max`, who has a thousand profiles."""
    path = tmp_path / "many.toml"
    user = f'[[user]]\nid = "max"\npin = "97531"\nprofiles = {MANY}\ndefault_profile = "UDP_0500"\n'
    path.write_text(f"{cluster.path.read_text(encoding='utf-8')}\n{user}", encoding="utf-8")
    with EmService(path) as service:
        yield service


def session(service: EmService) -> Session:
    """The one login that the service has."""
    (row,) = service.session_rows()
    return row


def selected(screen: Screen) -> str:
    """The name of the selected profile, without the mark of the default one."""
    return (screen.selected or "").removeprefix("*").strip()


def wait_profiles(phone: Phone) -> Screen:
    """Waits for the list of profiles."""
    return phone.wait_title(PROFILES, seconds=ANSWER)


def wait_selected(phone: Phone, name: str) -> Screen:
    """Waits for this profile to be the selected one."""
    return phone.wait(f"{name} selected", lambda s: selected(s) == name, ANSWER)


def test_default_is_marked_and_selected(phone: Phone, service: EmService, cluster: DemoCluster) -> None:
    phone.submit_login(cluster.user, cluster.pin)
    screen = wait_profiles(phone)
    assert screen.selected == f"* {DEFAULT}"
    assert OTHER in screen.text
    assert service.requests[-1].app_id == cluster.user, "the person signs the question"
    assert service.sessions() == {}

    phone.press(keypad.SELECT)
    phone.confirm_logged_in(cluster.user)
    assert session(service).profile == DEFAULT


@pytest.mark.smoke
def test_another_profile_is_chosen(phone: Phone, service: EmService, cluster: DemoCluster) -> None:
    phone.submit_login(cluster.user, cluster.pin)
    wait_profiles(phone)
    phone.press(keypad.DOWN)
    wait_selected(phone, OTHER)
    phone.softkey("Select")
    phone.confirm_logged_in(cluster.user)
    assert session(service).profile == OTHER


def test_one_of_a_thousand_is_found_by_its_first_letters(
    rig: Rig, many: EmService, cluster: DemoCluster
) -> None:
    rig.boot(cluster.phone_config(many.port))
    phone = Phone(rig)
    phone.wait_idle("Nobody logged in")
    phone.submit_login("max", "97531")
    wait_selected(phone, "UDP_0500")

    phone.press(*"555")
    screen = wait_selected(phone, "LOBBY")
    assert screen.title_note == "l"
    phone.press(*"666")
    phone.wait("the letters typed", lambda s: s.title_note == "lo")
    phone.press(keypad.SOFTKEYS[1], keypad.SOFTKEYS[1])
    wait_selected(phone, "UDP_0001")
    phone.press(*"555", *"2")
    wait_selected(phone, "LAB")
    phone.press(keypad.SELECT)
    phone.confirm_logged_in("max")
    assert session(many).profile == "LAB"


def test_a_thousand_are_scrolled_through_past_what_the_phone_keeps(
    rig: Rig, many: EmService, cluster: DemoCluster
) -> None:
    rig.boot(cluster.phone_config(many.port))
    phone = Phone(rig)
    phone.wait_idle("Nobody logged in")
    phone.submit_login("max", "97531")
    wait_selected(phone, "UDP_0500")
    for number in range(501, 531):
        phone.press(keypad.DOWN)
        wait_selected(phone, f"UDP_{number:04}")
    # While rows are being replaced the phone takes no choice, and asks for none: a person presses again.
    for _ in range(3):
        phone.press(keypad.SELECT)
        with suppress(NotShown):
            phone.wait("what follows the list", lambda s: s.title != PROFILES, seconds=3.0)
            break
    phone.confirm_logged_in("max")
    assert session(many).profile == "UDP_0530"


def test_wrong_pin_is_said_before_any_profile(phone: Phone, service: EmService, cluster: DemoCluster) -> None:
    phone.submit_login(cluster.user, "99999")
    phone.wait_title("Login failed", "User ID or PIN is wrong.", seconds=ANSWER)
    asked = [record.operation for record in service.requests]
    assert asked[-1] == "deviceProfileQuery"
    assert "login" not in asked


def test_default_is_offered_where_the_list_cannot_be_read(
    phone: Phone, service: EmService, cluster: DemoCluster
) -> None:
    service.faults.add(CutAnswer(after=200), operation="deviceProfileQuery")
    phone.submit_login(cluster.user, cluster.pin)
    phone.wait_title("No profiles", "cannot be listed", seconds=ANSWER)
    phone.softkey("Retry")
    wait_profiles(phone)
    phone.softkey("Cancel")
    phone.wait_idle("Nobody logged in")

    service.faults.add(Refuse(6), operation="deviceProfileQuery")
    phone.submit_login(cluster.user, cluster.pin)
    phone.wait_title("No profiles", "cannot be listed", seconds=ANSWER)
    phone.softkey("Yes")
    phone.confirm_logged_in(cluster.user)
    assert session(service).profile == DEFAULT
