"""The phone on the emulated W5500-EVB-Pico works after what its Ethernet chip does, without a reset.

What networks and cables do is in the suites, which run on every board.
"""

from __future__ import annotations

import pytest
from emulators.desk import DEVICE, Desk

from hotdesk_hil.emservice import EmService

BROADCAST = bytes.fromhex("ffffffffffff0200000000090806")
FLOOD = 8000


def works(desk: Desk, service: EmService) -> None:
    """The phone logs john in and out, and has not started again."""
    desk.log_in()
    assert service.sessions() == {DEVICE: "john"}
    desk.log_out()
    assert service.sessions() == {}
    assert desk.board.state()["resets"] == 0


def test_of_8000_broadcasts_a_second_the_chip_has_room_for_nearly_all(desk: Desk, service: EmService) -> None:
    desk.board.flood(FLOOD)
    works(desk, service)
    received = desk.board.state()["ethernet"]
    # So what matters is not lost among them.
    assert received["dropped"] < received["received"] / 100


def test_headers_with_lengths_that_cannot_be(desk: Desk, service: EmService) -> None:
    for said in (0, 1, 2, 3, 0x7FFF, 0xFFFF):
        desk.board.tell("faults", ethernet={"length": said})
        desk.board.receive([BROADCAST + bytes(46)] * 3)
        desk.who()
    works(desk, service)


@pytest.mark.parametrize("fault", ["stuck", "absent"])
def test_a_chip_that_does_not_work_for_a_while(desk: Desk, service: EmService, fault: str) -> None:
    desk.board.tell("faults", ethernet={fault: True})
    desk.type_login()
    desk.softkey("Submit")
    desk.wait("an end", lambda lines: "OK" in lines[-1])
    desk.board.tell("faults", ethernet={fault: False})
    desk.to_idle()
    works(desk, service)
