"""The phone on the emulated W5500-EVB-Pico works after what networks and cables do, without a reset."""

from __future__ import annotations

import time

import pytest
from emulators.desk import DEVICE, Desk

from hotdesk_hil.emservice import EmService

BROADCAST = bytes.fromhex("ffffffffffff0200000000090806")
# A full frame with a VLAN tag: 1,518 bytes.
TAGGED = bytes.fromhex("ffffffffffff020000000009810000010800") + bytes(1500)


def works(desk: Desk, service: EmService) -> None:
    """The phone logs john in and out, and has not started again."""
    desk.log_in()
    assert service.sessions() == {DEVICE: "john"}
    desk.log_out()
    assert service.sessions() == {}
    assert desk.board.state()["resets"] == 0


def test_bursts_while_somebody_types_and_waits(desk: Desk, service: EmService) -> None:
    burst = [BROADCAST + bytes(46)] * 8 + [TAGGED]
    desk.softkey("Log in")
    desk.wait_text("User ID:")
    for _ in range(20):
        desk.board.receive(burst)
    desk.softkey("Cancel")
    desk.wait_text("Nobody logged in")
    desk.type_login()
    desk.softkey("Submit")
    for _ in range(20):
        desk.board.receive(burst)
    desk.wait_text("DPJOHNIPC")
    desk.softkey("Select")
    desk.wait_text("Logged in")
    desk.softkey("OK")
    desk.log_out()
    works(desk, service)


def test_8000_broadcasts_a_second(desk: Desk, service: EmService) -> None:
    desk.board.tell("faults", wire={"flood": 8000})
    works(desk, service)
    received = desk.board.state()["ethernet"]
    # Nearly all of them are taken, so that what matters is not lost among them.
    assert received["dropped"] < received["received"] / 100
    desk.board.tell("faults", wire={"flood": 0})
    works(desk, service)


def test_frames_of_lengths_that_no_frame_has(desk: Desk, service: EmService) -> None:
    lengths = [*range(14, 60), 1515, 1516, 1517, 1518, 1519, 1522, 2000, 9000]
    desk.board.receive([(BROADCAST + bytes(9000))[:length] for length in lengths])
    desk.board.receive([TAGGED] * 20)
    works(desk, service)


def test_headers_with_lengths_that_cannot_be(desk: Desk, service: EmService) -> None:
    for said in (0, 1, 2, 3, 0x7FFF, 0xFFFF):
        desk.board.tell("faults", ethernet={"length": said})
        desk.board.receive([BROADCAST + bytes(46)] * 3)
        desk.who()
    works(desk, service)


def test_a_cable_that_is_out_is_missed_and_found(desk: Desk, service: EmService) -> None:
    desk.board.link(up=False)
    desk.wait_text("Waiting for link")
    desk.board.link(up=True)
    desk.wait("no complaint about the link", lambda lines: "Waiting" not in " ".join(lines))
    works(desk, service)


def test_a_link_that_flaps_for_10_ms_to_10_s(desk: Desk, service: EmService) -> None:
    for seconds in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 10.0):
        for up in (False, True):
            desk.board.link(up=up)
            time.sleep(seconds)  # the length of the flap
    desk.wait_text("Nobody logged in")
    desk.wait("no complaint about the link", lambda lines: "Waiting" not in " ".join(lines))
    works(desk, service)


def test_frames_that_are_lost_both_ways(desk: Desk, service: EmService) -> None:
    desk.board.tell("faults", wire={"drop": 0.1})
    desk.type_login()
    desk.softkey("Submit")
    # Whatever comes of it, the phone says so.
    desk.wait("an end", lambda lines: "DPJOHNIPC" in " ".join(lines) or "OK" in lines[-1])
    assert desk.board.state()["wire"]["lost"] > 0
    desk.board.tell("faults", wire={"drop": 0})
    desk.to_idle()
    works(desk, service)


def test_frames_that_take_300_ms_each_way(desk: Desk, service: EmService) -> None:
    desk.board.tell("faults", wire={"delay": 300})
    works(desk, service)


def test_a_network_without_dhcp_at_the_start(dark_desk: Desk, service: EmService) -> None:
    dark_desk.board.tell("faults", wire={"dhcp": "absent"})
    dark_desk.board.power(on=True)
    dark_desk.wait_text("Waiting for address")
    dark_desk.board.tell("faults", wire={"dhcp": None})
    dark_desk.wait_text("Nobody logged in")
    works(dark_desk, service)


def test_a_lease_that_ends_and_another_address(dark_desk: Desk, service: EmService) -> None:
    dark_desk.board.tell("faults", wire={"dhcp": {"address": "10.0.2.20", "seconds": 6}})
    dark_desk.board.power(on=True)
    dark_desk.wait_text("Nobody logged in")
    dark_desk.board.tell("faults", wire={"dhcp": "absent"})
    dark_desk.wait_text("Waiting for address")
    dark_desk.board.tell("faults", wire={"dhcp": {"address": "10.0.2.21", "seconds": 3600}})
    dark_desk.wait("an address", lambda lines: "Waiting" not in " ".join(lines))
    works(dark_desk, service)
    dark_desk.softkey("Menu")
    dark_desk.choose("About this phone")
    dark_desk.wait_text("10.0.2.21")


@pytest.mark.parametrize("fault", ["stuck", "absent"])
def test_a_chip_that_does_not_work_for_a_while(desk: Desk, service: EmService, fault: str) -> None:
    desk.board.tell("faults", ethernet={fault: True})
    desk.type_login()
    desk.softkey("Submit")
    desk.wait("an end", lambda lines: "OK" in lines[-1])
    desk.board.tell("faults", ethernet={fault: False})
    desk.to_idle()
    works(desk, service)
