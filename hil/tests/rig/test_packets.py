"""What is made of frames: other leases, resets, answers to ARP, and a handshake said again."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotdesk_hil.rig import packets
from hotdesk_hil.rig.packets import ACK, RST, SYN, Handshakes, Lease

BOARD, HOST = bytes.fromhex("5254000000aa"), bytes.fromhex("52550a000202")
BOARD_END, HOST_END = bytes([10, 0, 2, 15, 0xC0, 1]), bytes([10, 0, 2, 2, 0x1F, 0x90])


def tcp(
    source: bytes, destination: bytes, flags: int, number: int, acknowledged: int = 0, data: bytes = b""
) -> bytes:
    """A frame with a segment, padded as Ethernet wants it."""
    macs = HOST + BOARD if source == BOARD_END else BOARD + HOST
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0) + source[:4] + destination[:4]
    segment = (
        source[4:] + destination[4:] + struct.pack(">IIBBHHH", number, acknowledged, 0x50, flags, 1, 0, 0)
    )
    return (macs + b"\x08\x00" + ip + segment + data).ljust(60, b"\0")


def offer(source: int = 67, destination: int = 68) -> bytes:
    """An offer of 10.0.2.15 for a day."""
    frame = bytearray(300)
    struct.pack_into(">HB", frame, 12, 0x0800, 0x45)
    frame[23] = 17
    struct.pack_into(">HHHH", frame, 34, source, destination, 266, 0x1234)
    frame[58:62] = bytes([10, 0, 2, 15])
    options = bytes([53, 1, 2, 0, 51, 4, 0, 1, 0x51, 0x80, 58, 4, 0, 0, 0xA8, 0xC0, 255])
    frame[282 : 282 + len(options)] = options
    return bytes(frame)


def is_right(data: bytes) -> bool:
    """Whether a check sum in this data is right."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total == 0xFFFF


def test_padding_is_not_data() -> None:
    assert packets.segment(tcp(BOARD_END, HOST_END, SYN, 7)).length == 0
    assert packets.segment(tcp(BOARD_END, HOST_END, ACK, 7, data=b"GET")).length == 3


def test_resets_end_a_connection_at_both_ends() -> None:
    to_sender, to_receiver = packets.resets(tcp(BOARD_END, HOST_END, ACK, 0xFFFF_FFFE, 9, b"GET"))
    for frame, source, destination, number in (
        (to_sender, HOST_END, BOARD_END, 9),
        (to_receiver, BOARD_END, HOST_END, 0xFFFF_FFFE),
    ):
        found = packets.segment(frame)
        assert (found.source, found.destination, found.flags) == (source, destination, RST | ACK)
        assert found.number == number
        assert is_right(frame[14:34])
        assert is_right(frame[26:34] + bytes([0, 6, 0, 20]) + frame[34:54])
    assert to_sender[:12] == BOARD + HOST
    # All that was sent is acknowledged, across the end of the numbers.
    assert packets.segment(to_sender).acknowledged == 1


def test_reset_answers_a_syn_as_a_host_without_a_server_does() -> None:
    to_sender, _ = packets.resets(tcp(BOARD_END, HOST_END, SYN, 7))
    assert packets.segment(to_sender).acknowledged == 8


@pytest.mark.parametrize("data", [b"", b"GET", b"POST"])
def test_segment_is_readdressed_with_right_check_sums(data: bytes) -> None:
    frame = tcp(BOARD_END, HOST_END, ACK, 7, 9, data)
    changed = packets.readdressed(frame, destination=bytes([10, 0, 2, 4]))
    found = packets.segment(changed)
    assert (found.source, found.destination) == (BOARD_END, bytes([10, 0, 2, 4]) + HOST_END[4:])
    assert (found.length, len(changed)) == (len(data), len(frame))
    end = 54 + len(data)
    padded = changed[34:end] + bytes(len(data) % 2)
    assert is_right(changed[14:34])
    assert is_right(changed[26:34] + bytes([0, 6, 0, 20 + len(data)]) + padded)
    back = packets.readdressed(changed, destination=bytes([10, 0, 2, 2]))
    assert packets.readdressed(back, source=bytes([10, 0, 2, 15])) == back
    assert packets.segment(back) == packets.segment(frame)


def test_lease_of_another_address_and_time() -> None:
    changed = packets.with_lease(offer(), Lease("10.0.2.20", 30))
    assert changed[58:62] == bytes([10, 0, 2, 20])
    assert changed[288:292] == struct.pack(">I", 30)
    assert changed[294:298] == struct.pack(">I", 15)
    assert changed[40:42] == bytes(2)
    assert packets.is_dhcp(changed)


def test_what_the_board_asks_of_dhcp_stays_as_it_is() -> None:
    asked = offer(68, 67)
    assert packets.is_dhcp(asked)
    assert packets.with_lease(asked, Lease("10.0.2.20", 30)) == asked


def test_arp_is_answered_for_one_address() -> None:
    who = socket.inet_aton("10.0.2.15")
    question = (
        b"\xff" * 6 + BOARD + bytes.fromhex("080600010800060400 01".replace(" ", "")) + BOARD + who + bytes(6)
    )
    question += socket.inet_aton("10.0.2.4")
    answer = packets.arp_answer(question, "10.0.2.4", HOST)
    assert answer[:12] == BOARD + HOST
    assert answer[20:22] == b"\0\2"
    assert answer[22:42] == HOST + socket.inet_aton("10.0.2.4") + BOARD + who
    assert packets.arp_answer(question, "10.0.2.5", HOST) is None


def test_syn_that_comes_again_is_answered_again_until_the_handshake_is_over() -> None:
    handshakes = Handshakes()
    syn, answer = tcp(BOARD_END, HOST_END, SYN, 0xFFFF_FFFF), tcp(HOST_END, BOARD_END, SYN | ACK, 7, 0)
    assert handshakes.again(syn) is None
    handshakes.to_board(answer)
    assert handshakes.again(syn) == answer
    assert handshakes.again(syn) == answer
    assert handshakes.again(tcp(BOARD_END[:5] + b"\2", HOST_END, SYN, 0xFFFF_FFFF)) is None
    assert handshakes.again(tcp(BOARD_END, HOST_END, ACK, 0, 8)) is None
    assert handshakes.again(syn) is None


@pytest.mark.parametrize("first", [b"", offer(), tcp(BOARD_END, HOST_END, SYN, 7)])
@given(rest=st.binary(max_size=400), cut=st.integers(0, 400))
def test_no_frame_is_a_surprise(first: bytes, rest: bytes, cut: int) -> None:
    frame = first[:cut] + rest
    packets.is_dhcp(frame)
    packets.with_lease(frame, Lease("10.0.2.20", 30))
    packets.arp_answer(frame, "10.0.2.4", HOST)
    Handshakes().again(frame)
    if packets.segment(frame) is not None:
        packets.resets(frame)
