"""What outlasts a restart on the emulated board: why the firmware ended, and what was set on the phone.

Faults are made with a debugger that has the processor go on elsewhere. The image is the phone's own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, debugger
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import ANSWER

# The watchdog waits 20 s for progress, and the same again where its interrupt does not come through.
WATCHDOG = 20.0

NOTICE = "Restarted after a fault: see About"


def told_in_about(phone: Phone) -> str:
    """What About tells, without blanks, since long names are broken."""
    phone.open_menu()
    phone.choose("About this phone")
    phone.wait_title("About this phone")
    return phone.read_to_end().replace(" ", "")


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
    about = told_in_about(phone)
    assert "Laststart:restart" in about
    assert "Startssincepower-on:2" in about
    assert service.sessions() == {rig.device_name: cluster.user}


def test_a_panic_is_told_on_the_first_screen_in_about_and_in_the_log(
    phone: Phone, service: EmService, rig: Rig, defmt_print: Path
) -> None:
    debugger.panic(rig.board, "firmware/phone/src/app/nowhere.rs", 4711)
    phone.wait("the notice", lambda s: NOTICE in s.flowing, seconds=ANSWER)
    assert "panicfirmware/phone/src/app/nowhere.rs:4711" in told_in_about(phone)
    log = rig.log.text(defmt_print, rig.board.kernel_path)
    assert "panic at firmware/phone/src/app/nowhere.rs:4711:1, restarting" in log
    assert "started after a panic at firmware/phone/src/app/nowhere.rs:4711" in log
    assert service.sessions() == {}


def test_a_hard_fault_leaves_its_registers(phone: Phone, service: EmService, rig: Rig) -> None:
    debugger.go_on_at(rig.board, debugger.UNDEFINED_INSTRUCTION, {debugger.LR: 0x1235})
    phone.wait("the notice", lambda s: NOTICE in s.flowing, seconds=ANSWER)
    about = told_in_about(phone)
    # CFSR: an undefined instruction.
    for register in ("hardfault", "PC20000000", "LR00001235", "CFSR00010000", "BFAR"):
        assert register in about
    assert service.sessions() == {}


@pytest.mark.timeout(180)
def test_the_watchdog_ends_a_phone_that_makes_no_progress(
    phone: Phone, service: EmService, rig: Rig, defmt_print: Path
) -> None:
    debugger.go_on_at(rig.board, debugger.ENDLESS_LOOP)
    phone.wait("the notice", lambda s: NOTICE in s.flowing, seconds=WATCHDOG + ANSWER)
    about = told_in_about(phone)
    assert "watchdog:thephonewasstuckPC20000002" in about
    assert "watchdog: no progress at 0x20000002, restarting" in rig.log.text(
        defmt_print, rig.board.kernel_path
    )
    assert service.sessions() == {}


@pytest.mark.timeout(180)
def test_the_watchdog_resets_a_phone_that_takes_no_interrupt(
    phone: Phone, service: EmService, rig: Rig
) -> None:
    """QEMU does not say what reset it, so this looks like the reset key."""
    service.wait_for_request("deviceUserQuery")
    debugger.go_on_at(rig.board, debugger.ENDLESS_LOOP_WITHOUT_INTERRUPTS)
    service.wait_for_request("deviceUserQuery", timeout=2 * WATCHDOG + ANSWER)
    phone.wait_idle("Nobody logged in")
    assert "Laststart:resetkey" in told_in_about(phone)


def test_settings_outlast_a_restart_and_not_the_power(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    phone.open_menu()
    phone.choose("Settings")
    phone.wait_title("Settings")
    phone.press("1")
    phone.wait_title("Language")
    phone.press("2")
    phone.wait("what is said", lambda s: "bis zum Ausschalten" in s.flowing)
    rig.strategy.reset()
    phone.wait("German", lambda s: s.flowing == "Niemand angemeldet", seconds=ANSWER)
    rig.boot(cluster.phone_config(service.port))
    Phone(rig).wait_idle("Nobody logged in")
    assert service.sessions() == {}
