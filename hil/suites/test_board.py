"""The board under the phone: its card, buttons, keypad line, reset and name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, Status, keypad, repository
from hotdesk_hil.rig.demo_cluster import HOST_AS_SEEN_BY_PHONE, DemoCluster


def test_image_holds_no_path_of_the_machine_that_built_it(bench: Rig) -> None:
    """`cargo xtask` keeps them out; a plain `cargo build` does not. Nor does it hold the places of panics."""
    with bench.kernel.open("rb") as file:
        sections = list(ELFFile(file).iter_sections())
        flash = b"".join(section.data() for section in sections if section["sh_flags"] & SH_FLAGS.SHF_ALLOC)
    # Two are left where code of core compares places.
    assert len(re.findall(rb"src/[a-z_/]+\.rs", flash)) <= 2
    for path in (str(repository()), str(Path.home()), "/.cargo/"):
        assert path.encode() not in flash


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
