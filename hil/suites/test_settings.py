"""What is set on the phone, over resets and power cycles: as long as the phone says that it is kept."""

from __future__ import annotations

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, keypad
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import ANSWER

# The settings without their services, by their places in the list: what is set is the second choice.
ID_KEYS, BRIGHTNESS, POLLING = "2", "3", "4"


def told_settings(phone: Phone) -> list[str]:
    """Opens the settings, reads the ID keys, brightness and polling, and leaves."""
    phone.open_menu()
    phone.choose("Settings")
    phone.wait_title("Settings")
    told = []
    for place in (ID_KEYS, BRIGHTNESS, POLLING):
        told.append(str(phone.select(place).selected))
    phone.to_idle()
    return told


def test_the_wait_after_wrong_admin_codes_outlasts_a_reset_and_not_the_power(
    rig: Rig, service: EmService, cluster: DemoCluster
) -> None:
    config = cluster.phone_config(service.port).text() + "adminCode = 4711\n"
    rig.boot(config)
    phone = Phone(rig)
    phone.open_menu()
    phone.choose("Settings")
    for wait in (2, 4):
        phone.wait_title("Settings", "Admin code:", seconds=ANSWER)
        phone.press(*"4712", keypad.SELECT)
        phone.wait_title("Settings", f"Try again in {wait} s.")
    rig.strategy.reset()
    phone.wait_idle("Nobody logged in")
    phone.open_menu()
    phone.choose("Settings")
    phone.wait_title("Settings", "The admin code is wrong.")
    rig.boot(config)
    phone = Phone(rig)
    phone.open_menu()
    phone.choose("Settings")
    phone.wait_title("Settings", "Admin code:")
    assert service.sessions() == {}


def test_settings_outlast_a_restart_and_the_power_as_far_as_the_phone_says(
    phone: Phone, service: EmService, rig: Rig
) -> None:
    for_good = "settings-without-power" in rig.capabilities
    phone.open_menu()
    phone.choose("Settings")
    phone.wait_title("Settings")
    phone.press("1")
    phone.wait_title("Language")
    phone.press("2")
    screen = phone.wait("what became of it", lambda s: "Gespeichert" in s.flowing)
    assert ("bis zum Ausschalten" in screen.flowing) is not for_good
    rig.strategy.reset()
    phone.wait("German", lambda s: s.flowing == "Niemand angemeldet", seconds=ANSWER)
    rig.strategy.power_cycle()
    words = "Niemand angemeldet" if for_good else "Nobody logged in"
    phone.wait("the language kept", lambda s: s.flowing == words, seconds=ANSWER)
    assert service.sessions() == {}


def test_every_setting_is_kept_until_it_is_forgotten(phone: Phone, service: EmService, rig: Rig) -> None:
    before = told_settings(phone)
    phone.open_menu()
    phone.choose("Settings")
    for place in (ID_KEYS, BRIGHTNESS, POLLING):
        phone.wait_title("Settings")
        phone.press(place)
        phone.wait("the choices", lambda s: s.title not in ("Settings", "Menu"))
        phone.press("2")
        phone.wait("what became of it", lambda s: "Saved." in s.flowing)
        phone.go_on()
    phone.to_idle()
    after = told_settings(phone)
    assert not {*before} & {*after}

    rig.strategy.reset()
    phone.wait_idle("Nobody logged in", seconds=2 * ANSWER)
    assert told_settings(phone) == after
    for_good = "settings-without-power" in rig.capabilities
    if not for_good:
        forget(phone, service)
    for _ in range(2):
        phone.power_cycle()
        phone.wait_idle("Nobody logged in", seconds=2 * ANSWER)
        assert told_settings(phone) == (after if for_good else before)
    if for_good:
        forget(phone, service)
        assert told_settings(phone) == before
    assert service.sessions() == {}


def forget(phone: Phone, service: EmService) -> None:
    """Has the phone forget what was set on it; it restarts."""
    asked = len(service.requests)
    phone.open_menu()
    phone.choose("Settings")
    phone.wait_title("Settings")
    phone.press("7")
    phone.wait_title("Forget settings", "Forget and restart?")
    phone.softkey("Yes")
    phone.wait("the question after its start", lambda _: len(service.requests) > asked, 2 * ANSWER)
    phone.wait_idle("Nobody logged in", seconds=2 * ANSWER)
