"""What happens without the phone: log-outs, logins and changes by others, and how the phone comes to know."""

from __future__ import annotations

import dataclasses
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, keypad
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import ANSWER

# A minute, a fifth more or less, and an answer.
POLLING = 82.0
# So long after the last key a key wakes the phone.
ASLEEP = 30.0


@pytest.mark.long
def test_remote_log_out_is_followed_with_one_line_of_what_happened(
    rig: Rig, service: EmService, cluster: DemoCluster
) -> None:
    service.login(rig.device_name, "mary")
    config = cluster.phone_config(service.port)
    rig.boot(dataclasses.replace(config, poll_minutes=1))
    phone = Phone(rig)
    phone.wait_idle("Logged in: mary")
    service.logout(rig.device_name)
    phone.wait_idle("Nobody logged in The login has ended.", seconds=POLLING)
    phone.press(keypad.UP)
    phone.wait_idle("Nobody logged in")
    assert service.sessions() == {}


@pytest.mark.long
def test_key_wakes_the_phone_and_it_asks(phone: Phone, service: EmService, rig: Rig) -> None:
    service.wait_for_request("deviceUserQuery")
    service.login(rig.device_name, "mary")
    asked = rig.time()
    # Within half a minute of the last key a key is only a key; none has been pressed since power on.
    while rig.time() < asked + ASLEEP:
        phone.wait_idle("Nobody logged in")
    phone.press(keypad.UP)
    phone.wait_idle("Logged in: mary Logged in remotely.")
    assert service.sessions() == {rig.device_name: "mary"}


@pytest.mark.smoke
def test_menu_asks_the_service_who_is_logged_in(phone: Phone, service: EmService, rig: Rig) -> None:
    service.login(rig.device_name, "mary")
    phone.open_menu()
    phone.choose("Who is logged in")
    phone.wait_idle("Logged in: mary")
    service.logout(rig.device_name)
    phone.open_menu()
    phone.choose("Who is logged in")
    phone.wait_idle("Nobody logged in")
    assert service.sessions() == {}


def test_logout_where_nobody_is_any_more_is_said(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    service.logout(rig.device_name)
    phone.log_out()
    # Nothing was to be done, which is no failure.
    phone.wait_title("Logged out", "Nobody logged in", "The login had already ended.", seconds=ANSWER)
    phone.go_on()
    phone.wait_idle("Nobody logged in")
    assert service.sessions() == {}


def test_everybody_is_logged_out_by_a_program(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    app = (
        f"<appInfo><appID>{cluster.app_id}</appID>"
        f"<appCertificate>{cluster.app_certificate}</appCertificate></appInfo>"
    )
    request = f"<request>{app}<logoutAll/></request>"
    with urlopen(service.url, urlencode({"xml": request}).encode()) as answer:  # noqa: S310 - http
        assert b"<success/>" in answer.read()
    assert service.sessions() == {}
    # The phone does not know yet: it says what it knew.
    phone.wait_idle(f"Logged in: {cluster.user}")
    phone.ask_who()
    phone.wait_idle("Nobody logged in")
    assert service.previous(rig.device_name) == cluster.user


def test_somebody_else_was_logged_in_and_is_the_one_who_is_logged_out(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    service.logout(rig.device_name)
    service.login(rig.device_name, "mary")
    phone.ask_who()
    phone.wait_idle("Logged in: mary")
    phone.softkey("Log out")
    phone.wait_title("Log out", "Log out mary?")
    phone.softkey("Yes")
    phone.confirm_logged_out()
    assert service.previous(rig.device_name) == "mary"
    assert service.sessions() == {}


def test_a_pin_that_was_changed_counts_at_once(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    service.change_secret(cluster.user, "97531")
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title("Login failed", "User ID or PIN is wrong.", seconds=ANSWER)
    phone.softkey("Retry")
    phone.wait_title("Log in", cluster.user)
    phone.type_pin("97531")
    phone.softkey("Submit")
    phone.take_profile()
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}
