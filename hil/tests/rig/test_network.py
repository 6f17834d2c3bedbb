"""The network as a test has it: at the frame where frames pass through the rig, by a proxy elsewhere."""

from __future__ import annotations

import socket
import struct
import time
from types import SimpleNamespace
from typing import cast

import pytest

from hotdesk_hil.rig import Network, Part, PhoneConfig, Rig, RigError
from hotdesk_hil.rig.name_server import Manner
from hotdesk_hil.rig.network import MOVED, NOBODY, SERVICE_NAME
from hotdesk_hil.rig.packets import Lease
from hotdesk_hil.rig.wire import NOTHING_WRONG, Dhcp, Wire, WireFaults

PORT = 8080


def rig(*capabilities: str) -> Rig:
    """A rig that is off and has these capabilities."""
    double = SimpleNamespace(name="bench", capabilities=capabilities, frames=Wire(), is_on=False)
    return cast("Rig", double)


def ask(network: Network) -> str | None:
    """Asks the name server as the phone does; returns the address, None where it is told there is none."""
    labels = b"".join(bytes([len(each)]) + each.encode() for each in SERVICE_NAME.split("."))
    question = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(5.0)
        phone.sendto(question, ("127.0.0.1", int(network.names.as_seen_by_phone.split(":")[1])))
        answer = phone.recv(512)
    return socket.inet_ntoa(answer[-4:]) if answer[7] else None


def test_phone_finds_the_service_by_its_name() -> None:
    with Network(rig("frames"), PORT) as network:
        config = network.configured(PhoneConfig(["10.0.2.2:1"], "emphone", "certificate"))
        assert config.services == [f"{SERVICE_NAME}:{PORT}"]
        assert config.name_servers == [network.names.as_seen_by_phone]
        assert config.app_id == "emphone"
        assert ask(network) == "10.0.2.2"


def test_faults_add_up_at_the_frame_until_it_is_well_again() -> None:
    board = rig("frames")
    with Network(board, PORT) as network:
        network.strike(loss=0.1, delay=0.3)
        network.strike(cut=Part.answer)
        network.take_dhcp_away()
        assert board.frames.faults == WireFaults(loss=0.1, delay=0.3, cut=Part.answer, dhcp=Dhcp.absent)
        network.lease("10.0.2.20", 6)
        assert board.frames.faults.dhcp == Lease("10.0.2.20", 6)
        network.heal()
        assert board.frames.faults == NOTHING_WRONG
        with network.fault(reset=Part.request):
            assert board.frames.faults == WireFaults(reset=Part.request)
        assert board.frames.faults == NOTHING_WRONG
        network.strike(loss=0.1)
    assert board.frames.faults == NOTHING_WRONG


def test_service_that_moves_is_found_by_its_name() -> None:
    board = rig("frames")
    with Network(board, PORT) as network:
        network.move_service()
        assert ask(network) == board.frames.faults.moved_to == MOVED
        network.heal()
        assert ask(network) == "10.0.2.2"
        network.move_service(told=False)
        assert ask(network) == "10.0.2.2"


def test_name_server_is_wrong_or_slow_or_knows_nothing() -> None:
    with Network(rig("frames"), PORT) as network:
        network.misname_service()
        assert ask(network) == NOBODY
        network.forget_service()
        assert ask(network) is None
        network.heal()
        network.names.delay = 0.2
        began = time.monotonic()
        assert ask(network) == "10.0.2.2"
        assert time.monotonic() - began >= 0.2
        network.names.manner = Manner.refuses
        network.heal()
        assert (network.names.manner, network.names.delay) == (Manner.answers, 0.0)


def test_board_without_frames_has_a_proxy_and_what_that_cannot_do_is_refused() -> None:
    with Network(rig(), PORT) as network:
        assert network.service != f"{SERVICE_NAME}:{PORT}"
        network.strike(delay=0.3, cut=Part.answer, reset=Part.request)
        for strike in (
            lambda: network.strike(loss=0.1, delay=0.1),
            lambda: network.strike(damage=0.1),
            network.take_dhcp_away,
            network.move_service,
            lambda: network.lease("10.0.2.20", 6),
        ):
            with pytest.raises(RigError, match=r"bench cannot have .*frames do not pass through the rig"):
                strike()
