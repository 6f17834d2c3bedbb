"""What outlasts a restart on the emulated board: why the firmware ended, and what was set on the phone.

Faults are made with a debugger that has the processor go on elsewhere. The image is the phone's own.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, debugger, repository
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import ANSWER
from hotdesk_hil.rig.place import Place, Source

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
    kernel = rig.board.kernel_path
    source = Source(kernel)
    places = (
        (start, line, source.panic(line, [after(start)])) for start, line in debugger.panics(kernel).items()
    )
    start, line = next(
        (start, line) for start, line, place in places if place and place.file.endswith("phone/src/run.rs")
    )
    debugger.go_on(rig.board, {debugger.PC: start})
    phone.wait("the notice", lambda s: NOTICE in s.flowing, seconds=ANSWER)
    log = rig.log.text(defmt_print, kernel)
    found = re.search(rf"(panic in line {line}, called from((?: [0-9A-F]{{8}}){{4}})), restarting", log)
    assert found
    told, addresses = found[1], found[2].split()
    assert f"started after a {told}" in log
    assert f"panicinline{line}{''.join(addresses)}" in told_in_about(phone)
    calls = [int(address, 16) for address in addresses]
    assert after(start) in calls
    place = source.panic(line, calls)
    assert place
    assert "app.borrow" in source_line(place)
    # The executor polled what was there.
    assert all(source.frames(address) for address in calls if address)
    assert service.sessions() == {}


def test_panics_are_found_by_line_and_address(bench: Rig) -> None:
    kernel = bench.board.kernel_path
    source = Source(kernel)
    panics = debugger.panics(kernel)
    assert len(panics) > 10
    assert all(source.frames(after(start)) for start in panics)
    places = [source.panic(line, [after(start)]) for start, line in panics.items()]
    found = [place for place in places if place]
    # Where one call stands for several functions', the calls further out tell more; there are none here.
    assert len(found) > 0.9 * len(places)
    # The compiler's own library is not here.
    assert all(place.file.startswith("/rustc/") or source_line(place) is not None for place in found)


def after(start: int) -> int:
    """What a panic's call returns to: after a load of 2 bytes and a call of 4. Thumb addresses are odd."""
    return start + 2 + 4 + 1


def source_line(place: Place) -> str:
    """The line of source, in the repository or among the sources of crates."""
    cargo = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    for folder in (
        repository(),
        repository() / "firmware" / "boards",
        *(cargo / "registry" / "src").glob("*"),
    ):
        if (folder / place.file).is_file():
            return (folder / place.file).read_text().splitlines()[place.line - 1]
    raise AssertionError(f"no source {place.file}")


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
