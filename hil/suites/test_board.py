"""The board under the phone: its card, buttons, keypad line, reset and name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, Screen, Status, keypad, repository
from hotdesk_hil.rig.demo_cluster import HOST_AS_SEEN_BY_PHONE, DemoCluster
from hotdesk_hil.rig.phone import ANSWER


def test_image_holds_no_path_of_the_machine_that_built_it(bench: Rig) -> None:
    """`cargo xtask` keeps them out; a plain `cargo build` does not. Nor does it hold the places of panics."""
    with bench.kernel.open("rb") as file:
        sections = list(ELFFile(file).iter_sections())
        flash = b"".join(section.data() for section in sections if section["sh_flags"] & SH_FLAGS.SHF_ALLOC)
    # Two are left where code of core compares places.
    assert len(re.findall(rb"src/[a-z_/]+\.rs", flash)) <= 2
    for path in (str(repository()), str(Path.home()), "/.cargo/"):
        assert path.encode() not in flash


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


@pytest.mark.smoke
@pytest.mark.needs("board-keys")
@pytest.mark.usefixtures("phone")
def test_buttons_on_the_board_do_what_the_keypad_does(
    service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    by_hand = Phone(rig, by_buttons=True)
    by_hand.press(keypad.SELECT)
    screen = by_hand.wait_title("Menu")
    assert screen.selected == "1 Log in"
    by_hand.press(keypad.DOWN)
    by_hand.wait("the second item", lambda s: s.selected == "2 Who is logged in")
    by_hand.press(keypad.UP)
    by_hand.wait("the first item", lambda s: s.selected == "1 Log in")
    by_hand.press(keypad.SELECT)
    by_hand.fill_form("Log in", cluster.user, cluster.pin)
    by_hand.press(keypad.SELECT)
    by_hand.take_profile()
    by_hand.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}


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


def test_broken_frames_on_the_keypad_line_press_nothing(phone: Phone, service: EmService, rig: Rig) -> None:
    rig.keypad.send(b"\n+\n+cc\n*c\n+C\n\xff\xfe\n+c+\n" + b"c" * 300 + b"\n")
    # A whole frame behind them is taken: the menu opens once.
    phone.softkey("Menu")
    screen = phone.wait_title("Menu")
    assert screen.selected == "1 Log in"
    phone.softkey("Back")
    phone.wait_idle("Nobody logged in")
    assert service.sessions() == {}


@pytest.mark.parametrize("noise", [b"\xff\x00x", b"+", b"+c", b"-c", b"+c\r", bytes(range(11, 256)) * 20])
def test_no_first_key_is_lost_after_noise_on_the_keypad_line(
    phone: Phone, service: EmService, rig: Rig, noise: bytes
) -> None:
    rig.keypad.send(noise)
    phone.softkey("Menu")
    phone.wait_title("Menu")
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


@pytest.mark.smoke
def test_about_names_phone_service_and_application_user_but_no_secret(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.open_menu()
    phone.choose("About this phone")
    phone.wait_title("About this phone")
    text = phone.read_to_end()
    for words in (rig.device_name, f"{HOST_AS_SEEN_BY_PHONE}:{service.port}", cluster.app_id):
        assert words in text.replace(" ", "")
    assert cluster.app_certificate not in text.replace(" ", "")
    phone.softkey("Back")
    phone.wait_title("Menu")
    assert service.sessions() == {}


def test_two_phones_side_by_side_are_two_devices(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    with Rig(rig.kernel, rig.file, mac="40:2C:F4:91:52:65") as other:
        other.boot(cluster.phone_config(service.port))
        assert other.device_name == "SEP402CF4915265"
        beside = Phone(other)
        beside.log_in("mary", "54321")
        phone.log_in(cluster.user, cluster.pin)
        # The screens that say so may be over by now.
        beside.wait_idle("Logged in: mary")
        phone.wait_idle(f"Logged in: {cluster.user}")
        assert service.sessions() == {rig.device_name: cluster.user, other.device_name: "mary"}


@pytest.mark.needs("stack-guard")
def test_overflowing_stack_is_caught_logged_and_ends_in_a_restart(rig: Rig, defmt_print: Path) -> None:
    """Not the phone itself: a program on the phone's board code that runs over its stack on purpose."""
    overflow = rig.kernel.parent / "examples" / "overflow"
    with Rig(overflow, rig.file) as other:
        other.boot(None, until=Status.on)
        other.log.wait_for("four restarts", lambda frames: len(frames) >= 8)
        other.off()
        words = [line.split(maxsplit=1)[1] for line in other.log.text(defmt_print, overflow).splitlines()]
    assert words[:8] == ["INFO  started", "ERROR stack overflow, restarting"] * 4
