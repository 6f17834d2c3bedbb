"""What outlasts a restart: why the firmware ended.

Faults are made with a debugger that has the processor go on elsewhere. The image is the phone's own.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, debugger, repository
from hotdesk_hil.rig.phone import ANSWER
from hotdesk_hil.rig.place import Place, Source

# Watchdogs wait 20 s or less for progress; one with an interrupt that long again where that is masked. An
# emulated processor that never sleeps takes longer for them.
WATCHDOG = 60.0

NOTICE = "Restarted after a fault: see About"


def told_in_about(phone: Phone) -> str:
    """What About tells, without blanks, since long names are broken."""
    return phone.about().replace(" ", "")


@pytest.mark.needs("processor")
def test_a_panic_is_told_on_the_first_screen_in_about_and_in_the_log(
    phone: Phone, service: EmService, rig: Rig, defmt_print: Path
) -> None:
    kernel = rig.kernel
    source = Source(kernel)
    places = (
        (start, line, source.panic(line, [after(start)])) for start, line in debugger.panics(kernel).items()
    )
    # Which ones there are is the compiler's choice.
    start, line, chosen = next(
        (start, line, place) for start, line, place in places if place and "phone/src/" in place.file
    )
    rig.processor.go_on({debugger.PC: start}, {})
    phone.wait("the notice", lambda s: NOTICE in s.flowing, seconds=ANSWER)
    log = rig.log.text(defmt_print, kernel)
    found = re.search(rf"(panic in line {line}, called from((?: [0-9A-F]{{8}}){{4}})), restarting", log)
    assert found
    told, addresses = found[1], found[2].split()
    assert f"started after a {told}" in log
    assert f"panicinline{line}{''.join(addresses)}" in told_in_about(phone)
    calls = [int(address, 16) for address in addresses]
    assert after(start) in calls
    assert source.panic(line, calls) == chosen
    assert source_line(chosen)
    # The executor polled what was there.
    assert all(source.frames(address) for address in calls if address)
    if "settings-without-power" in rig.capabilities:
        phone.power_cycle()
        phone.wait_idle("Nobody logged in", seconds=2 * ANSWER)
        about = told_in_about(phone)
        assert "Laststart:power-on" in about
        assert f"Failurebeforestart2:panicinline{line}{''.join(addresses)}" in about
        log = rig.log.text(defmt_print, kernel)
        assert "the last failure was before start 2:" in log
        assert f"started after a {told}" in log
    assert service.sessions() == {}


def test_panics_are_found_by_line_and_address(bench: Rig) -> None:
    kernel = bench.kernel
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


@pytest.mark.needs("processor", "hard-fault")
def test_a_hard_fault_leaves_its_registers(phone: Phone, service: EmService, rig: Rig) -> None:
    debugger.go_on_at(rig, debugger.UNDEFINED_INSTRUCTION, {debugger.LR: 0x1235})
    phone.wait("the notice", lambda s: NOTICE in s.flowing, seconds=ANSWER)
    about = told_in_about(phone)
    registers = ["hardfault", f"PC{rig.memory.ram.start:08X}", "LR00001235"]
    if "fault-status" in rig.capabilities:
        registers += ["CFSR00010000", "BFAR"]  # an undefined instruction
    for register in registers:
        assert register in about
    assert service.sessions() == {}


@pytest.mark.timeout(180)
@pytest.mark.needs("processor")
def test_the_watchdog_ends_a_phone_that_makes_no_progress(
    phone: Phone, service: EmService, rig: Rig, defmt_print: Path
) -> None:
    debugger.go_on_at(rig, debugger.ENDLESS_LOOP)
    phone.wait("the notice", lambda s: NOTICE in s.flowing, seconds=WATCHDOG + ANSWER)
    about = told_in_about(phone)
    assert "watchdog:thephonewasstuck" in about
    if "watchdog-interrupt" in rig.capabilities:
        at = f"{rig.memory.ram.start + 2:08X}"
        assert f"watchdog:thephonewasstuckPC{at}" in about
        assert f"watchdog: no progress at 0x{at.lower()}, restarting" in rig.log.text(defmt_print, rig.kernel)
    assert service.sessions() == {}


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.needs("processor")
def test_the_watchdog_resets_a_phone_that_takes_no_interrupt(
    phone: Phone, service: EmService, rig: Rig
) -> None:
    """Where the board does not learn what reset it, this looks like the reset key."""
    service.wait_for_request("deviceUserQuery")
    debugger.go_on_at(rig, debugger.ENDLESS_LOOP_WITHOUT_INTERRUPTS)
    service.wait_for_request("deviceUserQuery", timeout=WATCHDOG + ANSWER)
    phone.wait_title(rig.device_name, "Nobody logged in", seconds=ANSWER)
    about = told_in_about(phone)
    if "reset-cause" in rig.capabilities:
        assert "watchdog:thephonewasstuck" in about
    else:
        assert "Laststart:resetkey" in about
    assert service.sessions() == {}
