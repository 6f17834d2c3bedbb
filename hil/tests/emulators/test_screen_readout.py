"""What a test image tells of its screen on the serial line is what the emulator's display shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_hil import package_data
from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, Screen
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.readout import ScreenReadoutDriver

IMAGE = "images/thumbv6m-none-eabi/release/hotdesk-w5500-evb-pico"
TEST_IMAGE = "images/test-images/hotdesk-w5500-evb-pico"
KEYPAD = "      KeypadDriver: {}"
DEMO = DemoCluster.read()


@pytest.fixture
def rig(service: EmService, tmp_path: Path) -> Iterator[Rig]:
    """The emulated board, read as one on a bench is: screen and log come on its serial line. Idle."""
    text = (package_data.RIGS / "w5500-evb-pico.yaml").read_text(encoding="utf-8")
    assert IMAGE in text
    assert KEYPAD in text
    text = text.replace(IMAGE, TEST_IMAGE).replace(KEYPAD, f"      ScreenReadoutDriver: {{}}\n{KEYPAD}")
    (tmp_path / "readout.yaml").write_text(text, encoding="utf-8")
    with Rig(file=tmp_path / "readout.yaml") as rig:
        assert isinstance(rig.screen.display, ScreenReadoutDriver)
        rig.boot(DEMO.phone_config(service.port))
        yield rig


def compare(rig: Rig) -> Screen:
    """Compares what is told with what the emulator has on its display, when neither changes any more."""
    told = rig.screen.settle()
    shown = rig.board.picture()
    assert (told.picture.width, told.picture.height) == (320, 240)
    assert told.picture == shown, f"told:\n{told}"
    return told


def test_what_is_told_is_what_the_display_shows(rig: Rig, service: EmService) -> None:
    phone = Phone(rig)
    seen = [compare(rig)]
    phone.open_menu()
    seen.append(compare(rig))
    phone.choose("Log in")
    phone.fill_form("Log in", DEMO.user, DEMO.pin)
    form = compare(rig)
    assert "*" * len(DEMO.pin) in form.flowing
    assert DEMO.pin not in form.flowing
    seen.append(form)
    phone.softkey("Submit")
    phone.wait_submitted()
    seen.append(compare(rig))
    phone.take_profile()
    phone.confirm_logged_in(DEMO.user)
    seen.append(compare(rig))
    assert service.sessions() == {rig.device_name: DEMO.user}
    phone.log_out()
    phone.confirm_logged_out()
    assert compare(rig).picture == seen[0].picture
    assert len({screen.picture.pixels for screen in seen}) == len(seen), "each is another screen"


def test_a_log_is_read_beside_the_screen_and_neither_lacks_anything(rig: Rig) -> None:
    told = rig.log.frames()
    assert len(told) > 1
    assert not any(frame.startswith(b"\xff\xff") for frame in told)
    ours = b"".join(frame + b"\0" for frame in rig.log.data.split(b"\0") if frame)
    for _ in range(5):
        compare(rig)
    rig.keypad.press("b")
    rig.screen.settle()
    theirs = rig.board.log_file.read_bytes()
    kept = [frame for frame in rig.log.data.split(b"\0") if frame]
    pieces = [frame for frame in theirs.split(b"\0") if frame and frame not in kept]
    assert all(b"\xff\xff" in frame[:3] for frame in pieces), "only pieces of pictures are taken out"
    assert b"".join(frame + b"\0" for frame in kept).startswith(ours)


def test_a_phone_that_is_switched_off_and_on_is_read_again(rig: Rig) -> None:
    rig.strategy.power_cycle()
    Phone(rig).wait_idle("Nobody logged in")
    compare(rig)
