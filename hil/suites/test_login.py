"""Logging in: what a person sees when it works, and when the service refuses."""

from __future__ import annotations

import pytest

from hotdesk_hil.emservice import EmService, Silence
from hotdesk_hil.rig import Phone, Rig, keypad
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import ANSWER


@pytest.mark.smoke
def test_person_logs_in_with_the_keys(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.log_in(cluster.user, cluster.pin)
    screen = phone.confirm_logged_in(cluster.user)
    assert screen.softkeys == ("Log out", "", "Menu")
    login = service.requests[-1]
    # The person signs: the service, not the phone, has checked the PIN.
    assert (login.operation, login.app_id, login.code) == ("login", cluster.user, None)
    assert service.sessions() == {rig.device_name: cluster.user}


def test_logged_in_gives_way_to_idle_by_itself(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title("Logged in", cluster.user, seconds=ANSWER)
    phone.wait_idle(f"Logged in: {cluster.user}")
    assert service.sessions() == {rig.device_name: cluster.user}


@pytest.mark.smoke
def test_wrong_pin_is_said_and_another_try_succeeds(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.log_in(cluster.user, "99999")
    screen = phone.wait_title("Login failed", "[3] Invalid App User", seconds=ANSWER)
    assert "User ID or PIN is wrong. Type them again." in phone.read_to_end()
    assert screen.softkeys == ("OK", "", "Retry")
    assert service.sessions() == {}

    phone.softkey("Retry")
    # The user ID is still there; the PIN is not.
    screen = phone.wait_title("Log in", "User ID:", cluster.user)
    assert "*" not in screen.text
    phone.type_pin(cluster.pin)
    phone.softkey("Submit")
    phone.take_profile()
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}


def test_unknown_user_is_told_so(phone: Phone, service: EmService, cluster: DemoCluster) -> None:
    phone.log_in("nobody", cluster.pin)
    phone.wait_title("Login failed", "[3] Invalid App User", seconds=ANSWER)
    assert "User ID or PIN is wrong" in phone.read_to_end()
    phone.softkey("OK")
    phone.wait_idle("Nobody logged in")
    assert service.requests[-1].code == 3
    assert service.sessions() == {}


def test_user_without_a_profile_is_told_what_to_do(phone: Phone, service: EmService) -> None:
    phone.log_in("pat", "11111")
    phone.wait_title("Login failed", "The device profile was not found.", seconds=ANSWER)
    assert phone.read_to_end().endswith("Tell the administrator. [12] Dev. Profile not found")
    phone.softkey("OK")
    phone.wait_idle("Nobody logged in")
    assert service.sessions() == {}


@pytest.mark.smoke
def test_device_already_in_use_is_taken_over_after_one_question(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    # Somebody is logged in by the administrator's hand after the phone has shown nobody.
    service.login(rig.device_name, "mary")
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title("Take over", "mary is logged in here.", seconds=ANSWER)
    assert service.sessions() == {rig.device_name: "mary"}
    phone.softkey("Yes")
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}
    changes = [(record.operation, record.app_id, record.code) for record in service.requests]
    assert changes[-4:] == [
        ("login", cluster.user, 18),
        ("deviceUserQuery", cluster.app_id, None),
        ("logout", cluster.app_id, None),
        ("login", cluster.user, None),
    ]


def test_device_already_in_use_is_left_alone_on_no(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    service.login(rig.device_name, "mary")
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title("Take over", "mary is logged in here.", seconds=ANSWER)
    phone.softkey("No")
    phone.wait_idle("Logged in: mary")
    assert service.sessions() == {rig.device_name: "mary"}


def test_login_does_not_wait_for_a_question_on_its_way(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    # The phone asks who is there, and would wait ten seconds for that answer.
    service.faults.add(Silence(), operation="deviceUserQuery")
    phone.open_menu()
    phone.choose("Who is logged in")
    service.wait_for_request("deviceUserQuery")  # at power on
    service.wait_for_request("deviceUserQuery")
    phone.softkey("Cancel")
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title("Logged in", cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}


def test_user_logged_in_elsewhere_reads_where_and_logs_out_there(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    service.login("SEP402CF4915265", cluster.user)
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title(
        "Logged in elsewhere", f"{cluster.user} is logged in on SEP402CF4915265.", seconds=ANSWER
    )
    assert service.sessions() == {"SEP402CF4915265": cluster.user}
    phone.softkey("Yes")
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}


def test_id_with_symbols_is_typed_and_shown_decoded(phone: Phone, service: EmService, rig: Rig) -> None:
    # In its answers the service writes this ID as em%40cisco.com.
    phone.log_in("em@cisco.com", "24680")
    phone.confirm_logged_in("em@cisco.com")
    assert service.sessions() == {rig.device_name: "em@cisco.com"}


def test_empty_fields_are_asked_for_and_nothing_is_sent(phone: Phone, service: EmService) -> None:
    asked = len(service.requests)
    phone.softkey("Log in")
    phone.wait_title("Log in", "User ID:")
    phone.softkey("Submit")
    phone.wait_title("Log in", "Type your user ID")
    phone.type_user("john")
    phone.softkey("Submit")
    phone.wait_title("Log in", "Type your PIN")
    phone.softkey("Cancel")
    phone.wait_idle("Nobody logged in")
    assert len(service.requests) == asked
    assert service.sessions() == {}


def test_keys_pressed_in_error_can_be_taken_back(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.softkey("Log in")
    phone.wait_title("Log in", "User ID:")
    phone.type_user(cluster.user + "x")
    phone.softkey("<<")
    phone.wait("the letter gone", lambda s: cluster.user in s.body)
    phone.press(keypad.DOWN)
    phone.type_pin(cluster.pin + "9")
    phone.softkey("<<")
    phone.wait("a star gone", lambda s: s.body[-1] == "PIN: " + "*" * len(cluster.pin))
    phone.press(keypad.SELECT)
    phone.take_profile()
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}
