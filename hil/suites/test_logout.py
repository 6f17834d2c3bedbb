"""Logging out, asking who is logged in, and a phone without an application user."""

from __future__ import annotations

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, PhoneConfig, Rig, Status
from hotdesk_hil.rig.demo_cluster import HOST_AS_SEEN_BY_PHONE, DemoCluster
from hotdesk_hil.rig.phone import ANSWER


@pytest.fixture
def bare_phone(rig: Rig, service: EmService) -> Phone:
    """A phone whose card names no application user: it may ask nothing by itself."""
    rig.boot(PhoneConfig([f"{HOST_AS_SEEN_BY_PHONE}:{service.port}"]))
    phone = Phone(rig)
    phone.wait_idle("Logged in: not known")
    return phone


@pytest.mark.smoke
def test_person_logs_out_with_the_keys(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}
    phone.log_out()
    screen = phone.confirm_logged_out()
    assert screen.softkeys == ("Log in", "", "Menu")
    logout = service.requests[-1]
    assert (logout.operation, logout.app_id, logout.code) == ("logout", cluster.app_id, None)
    assert service.previous(rig.device_name) == cluster.user
    assert service.sessions() == {}


def test_no_to_the_question_logs_nobody_out(rig: Rig, service: EmService, cluster: DemoCluster) -> None:
    service.login(rig.device_name, cluster.user)
    rig.boot(cluster.phone_config(service.port))
    phone = Phone(rig)
    phone.softkey("Log out")
    phone.wait_title("Log out", f"Log out {cluster.user}?")
    phone.softkey("No")
    phone.wait_idle(f"Logged in: {cluster.user}")
    assert service.sessions() == {rig.device_name: cluster.user}


def test_without_application_user_a_person_logs_in_and_out_with_id_and_pin(
    bare_phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    assert bare_phone.screen.softkeys == ("Log in", "Log out", "Menu")
    assert service.requests == []
    bare_phone.log_in(cluster.user, cluster.pin)
    bare_phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}
    bare_phone.log_out_as(cluster.user, cluster.pin)
    bare_phone.confirm_logged_out()
    assert {record.app_id for record in service.requests} == {cluster.user}
    assert service.sessions() == {}


def test_without_application_user_somebody_can_log_out_whom_the_phone_does_not_know(
    bare_phone: Phone, service: EmService, rig: Rig
) -> None:
    service.login(rig.device_name, "mary")
    bare_phone.log_out_as("mary", "11111")
    bare_phone.wait_title("Logout failed", "[3] Invalid App User", seconds=ANSWER)
    assert "User ID or PIN is wrong" in bare_phone.read_to_end()
    bare_phone.softkey("OK")
    bare_phone.wait_idle("Logged in: not known")
    assert service.sessions() == {rig.device_name: "mary"}
    bare_phone.log_out_as("mary", "54321")
    bare_phone.confirm_logged_out()
    assert service.sessions() == {}


def test_without_application_user_the_menu_does_not_offer_to_ask(
    bare_phone: Phone, service: EmService
) -> None:
    bare_phone.open_menu()
    assert "Log out" in bare_phone.screen.text
    assert "Who is logged in" not in bare_phone.screen.text
    bare_phone.softkey("Back")
    bare_phone.wait_idle("Logged in: not known")
    assert service.requests == []
    assert service.sessions() == {}


def test_wrong_application_user_is_the_administrators_business(
    rig: Rig, service: EmService, cluster: DemoCluster
) -> None:
    service.login(rig.device_name, cluster.user)
    config = PhoneConfig([f"{HOST_AS_SEEN_BY_PHONE}:{service.port}"], cluster.app_id, "not its certificate")
    rig.boot(config, until=Status.on)
    phone = Phone(rig)
    phone.wait_title(
        rig.device_name, "Logged in: not known", "The service does not accept", seconds=2 * ANSWER
    )
    assert phone.read_to_end().endswith("application user. Tell the administrator. [3] Invalid App User")
    assert service.sessions() == {rig.device_name: cluster.user}
