"""From power on to the idle screen: what the phone finds there, what it says without it, and how it comes
back.

What goes wrong with the network meanwhile is in the fault matrix.
"""

from __future__ import annotations

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, Screen, Status
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import ANSWER


def test_phone_shows_at_boot_who_is_logged_in(rig: Rig, service: EmService, cluster: DemoCluster) -> None:
    service.login(rig.device_name, "mary")
    rig.boot(cluster.phone_config(service.port))
    Phone(rig).wait_idle("Logged in: mary")
    assert [record.operation for record in service.requests] == ["deviceUserQuery"]
    assert service.sessions() == {rig.device_name: "mary"}


def test_phone_that_boots_before_its_service_follows_by_itself(
    rig: Rig, service: EmService, cluster: DemoCluster
) -> None:
    service.stop()
    rig.boot(cluster.phone_config(service.port), until=Status.on)
    phone = Phone(rig)
    phone.wait_title(
        rig.device_name, "Logged in: not known", "The service refused the connection.", seconds=2 * ANSWER
    )
    service.start()
    service.login(rig.device_name, "mary")
    # No key: after the first failure the phone asks again within six seconds, then within twelve.
    phone.wait_idle("Logged in: mary", seconds=3 * ANSWER)
    assert service.sessions() == {rig.device_name: "mary"}


@pytest.mark.needs("sd-card")
def test_phone_without_a_card_says_what_to_do_and_its_name(rig: Rig, service: EmService) -> None:
    rig.boot(None, card=False, until=Status.on)
    screen = Phone(rig).wait_title("Setup failed", rig.device_name, "No SD card.", seconds=2 * ANSWER)
    assert "Insert one with HOTDESK.TXT and restart." in screen.flowing
    assert service.requests == []
    assert service.sessions() == {}


def test_phone_without_a_configuration_says_where_it_is_missing(rig: Rig, service: EmService) -> None:
    rig.boot(None, until=Status.on)
    on_card = "sd-card" in rig.capabilities
    words = "No HOTDESK.TXT on the SD card." if on_card else "No configuration in the flash."
    Phone(rig).wait_title("Setup failed", rig.device_name, words, seconds=2 * ANSWER)
    assert service.sessions() == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# card\nservice = 10.0.2.2:8080\nsevrice = 10.0.2.2\n", "Line 3: unknown name."),
        ("service = 10.0.2.2:99999\n", "Line 1: bad port."),
        ("appID = emphone\nappCertificate = x\n", "No service is named."),
        (b"service = 10.0.2.2\nappID = \xff\n", "not UTF-8."),
        ("service = 10.0.2.2\nappID = emphone\n", "appID without appCertificate."),
    ],
    ids=["unknown-name", "bad-port", "no-service", "not-utf8", "half-an-application-user"],
)
def test_broken_configuration_is_named_with_its_line(
    rig: Rig, service: EmService, text: str | bytes, words: str
) -> None:
    rig.boot(text, until=Status.on)
    phone = Phone(rig)
    phone.wait_title("Setup failed", rig.device_name, seconds=2 * ANSWER)
    phone.find("HOTDESK.TXT")
    phone.find(words)
    assert service.requests == []
    assert service.sessions() == {}


def test_button_held_since_power_on_is_no_press(rig: Rig, service: EmService, cluster: DemoCluster) -> None:
    """QEMU reports each button as pressed until its first release: that must not open the menu."""
    titles: list[str] = []

    def watch(screen: Screen) -> None:
        titles.append(screen.title)

    rig.screen.watchers.append(watch)
    try:
        rig.boot(cluster.phone_config(service.port))
        Phone(rig).wait_idle("Nobody logged in")
    finally:
        rig.screen.watchers.remove(watch)
    assert "Menu" not in titles
    assert service.sessions() == {}


def test_phone_starts_again_after_each_reset_with_its_card(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    service.wait_for_request("login")
    # Again and again: the far end still remembers the connections of the start before.
    for _ in range(10):
        rig.strategy.reset()
        service.wait_for_request("deviceUserQuery")
        phone.wait_idle(f"Logged in: {cluster.user}")
    phone.log_out()
    phone.confirm_logged_out()
    assert service.sessions() == {}


def test_a_restart_from_the_menu_finds_out_who_is_logged_in(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    phone.open_menu()
    phone.choose("Restart")
    phone.wait_title("Restart", "Restart this phone?")
    phone.softkey("Yes")
    service.wait_for_request("deviceUserQuery")
    phone.wait_idle(f"Logged in: {cluster.user}")
    about = phone.about()
    assert "Last start: restart" in about
    assert "Starts: 2" in about
    assert service.sessions() == {rig.device_name: cluster.user}
