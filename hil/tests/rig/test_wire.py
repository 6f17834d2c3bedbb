"""The cable between board and network: what passes, what faults do, what a switch has room for."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rig.test_packets import BOARD_END, HOST_END, offer, tcp

from hotdesk_hil.rig import packets
from hotdesk_hil.rig.errors import BoardError
from hotdesk_hil.rig.packets import ACK, RST, SYN, Lease
from hotdesk_hil.rig.wire import BOARD, NETWORK, NOTHING_WRONG, Dhcp, Part, Wire, WireFaults

DEADLINE = 5.0
# So long nothing comes where nothing is to come.
QUIET = 0.2


class End:
    """The board or its network, as QEMU connects them."""

    def __init__(self, file: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(str(file))

    def send(self, frame: bytes) -> None:
        self.socket.sendall(len(frame).to_bytes(4, "big") + frame)

    def receive(self) -> bytes:
        return self._exactly(int.from_bytes(self._exactly(4), "big"))

    def is_quiet(self) -> bool:
        self.socket.settimeout(QUIET)
        try:
            return not self.socket.recv(1)
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(DEADLINE)

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            data += self.socket.recv(length - len(data))
        return data


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    """A cable with nothing wrong, which records."""
    wire = Wire()
    wire.records = True
    wire.open(tmp_path)
    yield wire
    wire.close()


@pytest.fixture
def ends(wire: Wire, tmp_path: Path) -> Iterator[tuple[End, End]]:
    """The board's end and the network's, both known to the wire."""
    board, network = End(tmp_path / BOARD), End(tmp_path / NETWORK)
    for here, there in ((board, network), (network, board)):
        passes(here, there)
    wire.recorded.clear()
    yield board, network
    for end in (board, network):
        end.socket.close()


def passes(here: End, there: End) -> None:
    """Sends until the other end is connected as well and it arrives."""
    there.socket.settimeout(0.05)
    end = time.monotonic() + DEADLINE
    while True:
        here.send(b"first")
        try:
            assert there.receive() == b"first"
            break
        except TimeoutError:
            assert time.monotonic() < end
    there.is_quiet()
    there.socket.settimeout(DEADLINE)


def data(number: int = 7) -> bytes:
    return tcp(BOARD_END, HOST_END, ACK, number, 9, b"GET")


def answer() -> bytes:
    return tcp(HOST_END, BOARD_END, ACK, 9, 10, b"200")


def test_frames_pass_both_ways_and_are_recorded(wire: Wire, ends: tuple[End, End]) -> None:
    board, network = ends
    board.send(b"to the network")
    assert network.receive() == b"to the network"
    network.send(b"to the board")
    assert board.receive() == b"to the board"
    assert wire.recorded == [b"to the network", b"to the board"]


def test_frames_of_others_come_in_at_the_board_alone(wire: Wire, ends: tuple[End, End]) -> None:
    board, network = ends
    wire.receive([b"one", b"two"])
    assert [board.receive(), board.receive()] == [b"one", b"two"]
    assert network.is_quiet()


def test_share_that_is_lost_is_the_same_each_time(wire: Wire, ends: tuple[End, End]) -> None:
    board, _ = ends
    wire.faults = WireFaults(loss=0.5)
    for number in range(100):
        board.send(bytes([number]))
    wait_until(lambda: wire.counts.struck + wire.counts.to_network >= 101)
    assert 30 < wire.counts.struck < 70


def test_delay_is_each_way(wire: Wire, ends: tuple[End, End]) -> None:
    board, network = ends
    wire.faults = WireFaults(delay=0.1)
    for here, there in ((board, network), (network, board)):
        began = time.monotonic()
        here.send(b"late")
        assert there.receive() == b"late"
        assert time.monotonic() - began >= 0.1


def test_next_frame_overtakes_one_that_is_held_back_and_alone_it_goes_by_itself(
    wire: Wire, ends: tuple[End, End]
) -> None:
    board, network = ends
    wire.faults = WireFaults(reorder=1.0)
    board.send(b"one")
    board.send(b"two")
    assert [network.receive(), network.receive()] == [b"two", b"one"]
    board.send(b"alone")
    assert network.receive() == b"alone"


def test_frame_that_comes_twice_and_one_with_a_wrong_bit(wire: Wire, ends: tuple[End, End]) -> None:
    board, network = ends
    wire.faults = WireFaults(repeat=1.0)
    board.send(b"twice")
    assert [network.receive(), network.receive()] == [b"twice", b"twice"]
    wire.faults = WireFaults(damage=1.0)
    board.send(bytes(60))
    received = network.receive()
    assert sum(byte.bit_count() for byte in received) == 1
    assert received[:14] == bytes(14)


@pytest.mark.parametrize(
    ("part", "passing"),
    [(Part.request, [False, True]), (Part.answer, [True, False]), (Part.everything, [False, False])],
)
def test_cut_strikes_data_of_one_way_or_all_frames(
    wire: Wire, ends: tuple[End, End], part: Part, passing: list[bool]
) -> None:
    board, network = ends
    wire.faults = WireFaults(cut=part)
    board.send(data())
    network.send(answer())
    assert [not network.is_quiet(), not board.is_quiet()] == passing
    wire.faults = NOTHING_WRONG


def test_cut_of_a_part_lets_handshakes_pass(wire: Wire, ends: tuple[End, End]) -> None:
    board, network = ends
    wire.faults = WireFaults(cut=Part.request)
    syn = tcp(BOARD_END, HOST_END, SYN, 6)
    board.send(syn)
    assert network.receive() == syn


@pytest.mark.parametrize(("part", "frame"), [(Part.request, data()), (Part.answer, answer())])
def test_reset_ends_the_connection_at_both_ends(
    wire: Wire, ends: tuple[End, End], part: Part, frame: bytes
) -> None:
    board, network = ends
    wire.faults = WireFaults(reset=part)
    (board if part is Part.request else network).send(frame)
    for end in ends:
        assert packets.segment(end.receive()).flags == RST | ACK
    assert board.is_quiet()
    assert network.is_quiet()


def test_dhcp_that_is_absent_and_another_lease(wire: Wire, ends: tuple[End, End]) -> None:
    board, network = ends
    wire.faults = WireFaults(dhcp=Dhcp.absent)
    board.send(offer(68, 67))
    network.send(offer())
    assert network.is_quiet()
    assert board.is_quiet()
    wire.faults = WireFaults(dhcp=Lease("10.0.2.20", 30))
    network.send(offer())
    assert board.receive() == packets.with_lease(offer(), Lease("10.0.2.20", 30))


def test_host_that_moved_refuses_connections_where_it_was(wire: Wire, ends: tuple[End, End]) -> None:
    board, network = ends
    wire.faults = WireFaults(moved_to="10.0.2.4")
    board.send(tcp(BOARD_END, HOST_END, SYN, 6))
    assert packets.segment(board.receive()).flags == RST | ACK
    assert packets.segment(network.receive()).flags == RST | ACK
    moved = tcp(BOARD_END, bytes([10, 0, 2, 4]) + HOST_END[4:], SYN, 6)
    board.send(moved)
    # QEMU's user network has the host where it was.
    assert packets.segment(network.receive()) == packets.segment(tcp(BOARD_END, HOST_END, SYN, 6))
    network.send(tcp(HOST_END, BOARD_END, SYN | ACK, 8, 7))
    assert packets.segment(board.receive()).source == bytes([10, 0, 2, 4]) + HOST_END[4:]


def test_syn_whose_answer_was_lost_is_answered_at_once(ends: tuple[End, End]) -> None:
    board, network = ends
    syn, syn_ack = tcp(BOARD_END, HOST_END, SYN, 6), tcp(HOST_END, BOARD_END, SYN | ACK, 8, 7)
    network.send(syn_ack)
    assert board.receive() == syn_ack
    board.send(syn)
    assert board.receive() == syn_ack
    assert network.is_quiet()


def test_flood_comes_in_as_long_as_the_board_takes_it(wire: Wire, ends: tuple[End, End]) -> None:
    board, _ = ends
    wire.flood(1000)
    for _ in range(200):
        assert len(board.receive()) == 60
    wait_until(lambda: wire.counts.crowded > 0)  # nobody reads now
    wire.flood(0)


def test_switch_has_room_for_so_much(wire: Wire, ends: tuple[End, End]) -> None:
    board, _ = ends
    for _ in range(1000):
        wire.receive([bytes(1500)])
    wait_until(lambda: wire.counts.crowded > 500)
    assert board.receive() == bytes(1500)


def test_wire_that_is_closed_carries_nothing_and_opens_again(tmp_path: Path) -> None:
    wire = Wire()
    wire.close()
    with pytest.raises(BoardError, match="the board is off"):
        wire.receive([b"frame"])
    for _ in range(2):
        wire.open(tmp_path)
        board, network = End(tmp_path / BOARD), End(tmp_path / NETWORK)
        passes(board, network)
        wire.close()
        assert board.socket.recv(1) == b""


def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="the wire cannot listen in"):
        Wire().open(tmp_path / "nowhere")


def wait_until(holds: Callable[[], bool]) -> None:
    """Waits for what the wire does in its own time."""
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
