"""Ethernet frames of IPv4 as far as faults need them: TCP's segments, DHCP's leases, ARP.

A frame is taken as it is, without its check sum. What is none of the kind is left alone: None, or the frame
itself. Nothing here may raise on what a network sends.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

ETHERNET = 14
ARP, IPV4 = 0x0806, 0x0800
TCP, UDP = 6, 17
TCP_HEADER = 20

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10

DHCP_SERVER, DHCP_CLIENT = 67, 68
# In a message of DHCP (RFC 2131), and in its options (RFC 2132).
YOUR_ADDRESS, OPTIONS = 16, 240
PAD, LEASE_SECONDS, RENEW_SECONDS, REBIND_SECONDS, END = 0, 51, 58, 59, 255


@dataclass(frozen=True)
class Segment:
    """A segment of TCP. `source` and `destination` are an address and a port, six bytes."""

    source: bytes
    destination: bytes
    number: int
    acknowledged: int
    flags: int
    length: int
    """Bytes of data."""


@dataclass(frozen=True)
class Lease:
    """What a DHCP server gives: an IPv4 address, and for how many seconds.

    QEMU's user network knows no clients but 10.0.2.15 to 10.0.2.30.
    """

    address: str
    seconds: int


def segment(frame: bytes) -> Segment | None:
    """Returns the segment in a frame, None where there is none."""
    at = _payload(frame, TCP)
    if at is None or len(frame) < at + TCP_HEADER:
        return None
    number, acknowledged, offset, flags = struct.unpack_from(">IIBB", frame, at + 4)
    end = ETHERNET + _word(frame, ETHERNET + 2)
    return Segment(
        frame[26:30] + frame[at : at + 2],
        frame[30:34] + frame[at + 2 : at + 4],
        number,
        acknowledged,
        flags & (FIN | SYN | RST | ACK),
        max(0, min(end, len(frame)) - at - (offset >> 4) * 4),
    )


def resets(frame: bytes) -> tuple[bytes, bytes]:
    """Returns what ends the connection of a frame's segment: for its sender, and for its receiver."""
    found = segment(frame)
    if found is None:
        raise ValueError("the frame holds no segment")
    span = found.length + bool(found.flags & SYN) + bool(found.flags & FIN)
    there, here = frame[0:6], frame[6:12]
    to_sender = _reset(here + there, found.destination, found.source, found.acknowledged, found.number + span)
    to_receiver = _reset(there + here, found.source, found.destination, found.number, found.acknowledged)
    return to_sender, to_receiver


def readdressed(frame: bytes, *, source: bytes | None = None, destination: bytes | None = None) -> bytes:
    """Returns a frame with a segment of TCP with another IPv4 source or destination, four bytes."""
    at = _payload(frame, TCP)
    if at is None:
        raise ValueError("the frame holds no segment")
    end = ETHERNET + _word(frame, ETHERNET + 2)
    packet = bytearray(frame[ETHERNET:end])
    if source is not None:
        packet[12:16] = source
    if destination is not None:
        packet[16:20] = destination
    head, tcp = packet[: at - ETHERNET], packet[at - ETHERNET :]
    head[10:12] = bytes(2)
    head[10:12] = struct.pack(">H", _sum(bytes(head)))
    tcp[16:18] = bytes(2)
    pseudo = bytes(head[12:20]) + struct.pack(">HH", TCP, len(tcp))
    tcp[16:18] = struct.pack(">H", _sum(pseudo + bytes(tcp)))
    return frame[:ETHERNET] + bytes(head + tcp) + frame[end:]


def is_dhcp(frame: bytes) -> bool:
    """Whether a frame is a message to or from a DHCP server."""
    at = _payload(frame, UDP)
    return at is not None and {_word(frame, at), _word(frame, at + 2)} == {DHCP_SERVER, DHCP_CLIENT}


def with_lease(frame: bytes, lease: Lease) -> bytes:
    """Returns a frame with another lease in it, where it is a message of a DHCP server."""
    at = _payload(frame, UDP)
    if at is None or not is_dhcp(frame) or _word(frame, at) != DHCP_SERVER:
        return frame
    message = at + 8
    if len(frame) < message + OPTIONS:
        return frame
    changed = bytearray(frame)
    changed[message + YOUR_ADDRESS : message + YOUR_ADDRESS + 4] = socket.inet_aton(lease.address)
    shares = {LEASE_SECONDS: 1.0, RENEW_SECONDS: 0.5, REBIND_SECONDS: 0.875}
    option = message + OPTIONS
    while option + 6 <= len(changed) and changed[option] != END:
        if changed[option] == PAD:
            option += 1
            continue
        if share := shares.get(changed[option]):
            struct.pack_into(">I", changed, option + 2, round(lease.seconds * share))
        option += 2 + changed[option + 1]
    changed[at + 6 : at + 8] = bytes(2)  # a check sum of 0 is none
    return bytes(changed)


def arp_answer(frame: bytes, address: str, mac: bytes) -> bytes | None:
    """Returns the answer to a frame that asks who has this address, None to another one."""
    if len(frame) < ETHERNET + 28 or _word(frame, 12) != ARP or _word(frame, ETHERNET + 6) != 1:
        return None
    asked = socket.inet_aton(address)
    if frame[ETHERNET + 24 : ETHERNET + 28] != asked:
        return None
    who = frame[ETHERNET + 8 : ETHERNET + 18]
    head = who[:6] + mac + frame[12 : ETHERNET + 6] + struct.pack(">H", 2)
    return (head + mac + asked + who).ljust(60, b"\0")


class Handshakes:
    """The second half of TCP's handshake, said again when the first is.

    Where a host's SYN-ACK is lost, the board repeats its SYN, and a host answers that at once (RFC 9293,
    3.10.7.4). QEMU's user network does not: it repeats its SYN-ACK after 6 s, when the board has given up.
    """

    def __init__(self) -> None:
        self._answers: dict[bytes, tuple[int, bytes]] = {}

    def to_board(self, frame: bytes) -> None:
        """Takes note of a frame to the board."""
        found = segment(frame)
        if found is not None and found.flags == SYN | ACK:
            self._answers[found.destination + found.source] = (found.acknowledged, frame)

    def again(self, frame: bytes) -> bytes | None:
        """Returns the SYN-ACK to say again where a frame from the board is a SYN that was answered before."""
        found = segment(frame)
        if found is None:
            return None
        connection = found.source + found.destination
        acknowledged, answer = self._answers.get(connection, (None, None))
        if found.flags == SYN and (found.number + 1) & 0xFFFF_FFFF == acknowledged:
            return answer
        # The handshake is over, or it is another one.
        self._answers.pop(connection, None)
        return None


def _payload(frame: bytes, protocol: int) -> int | None:
    """Where in a frame what is in its IPv4 packet begins, None where it is not of this protocol."""
    if len(frame) < ETHERNET + 28 or _word(frame, 12) != IPV4 or frame[ETHERNET + 9] != protocol:
        return None
    at = ETHERNET + (frame[ETHERNET] & 0xF) * 4
    return at if len(frame) >= at + 8 else None


def _reset(addresses: bytes, source: bytes, destination: bytes, number: int, acknowledged: int) -> bytes:
    mask = 0xFFFF_FFFF
    tcp = struct.pack(
        ">2s2sIIBBHHH",
        source[4:],
        destination[4:],
        number & mask,
        acknowledged & mask,
        (TCP_HEADER // 4) << 4,
        RST | ACK,
        0,
        0,
        0,
    )
    pseudo = source[:4] + destination[:4] + struct.pack(">HH", TCP, len(tcp))
    tcp = tcp[:16] + struct.pack(">H", _sum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, TCP, 0, source[:4], destination[:4])
    ip = ip[:10] + struct.pack(">H", _sum(ip)) + ip[12:]
    return (addresses + struct.pack(">H", IPV4) + ip + tcp).ljust(60, b"\0")


def _sum(data: bytes) -> int:
    """The Internet's check sum (RFC 1071)."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def _word(frame: bytes, at: int) -> int:
    return int.from_bytes(frame[at : at + 2], "big")
