"""What the rig has for services over HTTPS: configuration and certificates, a time server, a relay."""

from __future__ import annotations

import socket
import struct
import threading
import time

import pytest

from hotdesk_hil.rig import PhoneConfig, Relay, RigError, Secured, TimeServer, pico

PEM = "-----BEGIN CERTIFICATE-----\nMIED\n-----END CERTIFICATE-----\n"
FROM_1900_TO_1970 = 2_208_988_800


def test_each_service_has_its_lines_below_it() -> None:
    config = PhoneConfig(
        ["10.0.2.2:8443", "10.0.2.2:8444"],
        secured=[Secured(PEM, name="node.example", highest="1.3"), Secured(PEM, is_self_signed=True)],
        time_server="10.0.2.2:123",
    )
    assert config.text().splitlines()[1:] == [
        "service = https://10.0.2.2:8443",
        "service-ca = CERT1.PEM",
        "service-name = node.example",
        "service-tls = 1.3",
        "service = https://10.0.2.2:8444",
        "service-certificate = CERT2.PEM",
        "timeServer = 10.0.2.2:123",
    ]


def test_certificates_are_where_the_phone_looks_for_them_and_nothing_else_changes() -> None:
    before = pico.flash(b"service = https://10.0.2.2\n", "00:30:94:C2:5B:15")
    after = pico.with_certificates(before, [PEM, PEM * 2])
    files = {start: after[start : start + pico.SECTOR].rstrip(b"\xff") for start in (8192, 12288)}
    assert files == {8192: PEM.encode(), 12288: PEM.encode() * 2}
    assert (after[:8192], after[16384:]) == (before[:8192], before[16384:])
    with pytest.raises(RigError, match="the certificate has 4096 bytes; 4095 at most"):
        pico.with_certificates(before, ["x" * 4096])


def test_time_server_tells_the_time_to_the_question_that_asks() -> None:
    with TimeServer() as server, socket.socket(type=socket.SOCK_DGRAM) as phone:
        phone.settimeout(10)
        port = int(server.as_seen_by_phone.rpartition(":")[2])
        question = bytes([4 << 3 | 3]) + bytes(39) + b"a number"
        told = []
        for server.ahead in (0, 86400):
            phone.sendto(question, ("127.0.0.1", port))
            answer = phone.recv(512)
            assert (len(answer), answer[0], answer[24:32]) == (48, 4 << 3 | 4, b"a number")
            told.append(struct.unpack_from(">I", answer, 40)[0] - FROM_1900_TO_1970)
        assert abs(told[0] - time.time()) < 10
        assert 86390 < told[1] - told[0] < 86410
        server.is_silent = True
        phone.sendto(question, ("127.0.0.1", port))
        phone.settimeout(0.2)
        with pytest.raises(TimeoutError):
            phone.recv(512)
        assert server.asked == 3


def test_relay_leads_to_one_service_and_then_another_and_keeps_both_ways() -> None:
    with Relay() as relay:
        host, port = "127.0.0.1", int(relay.as_seen_by_phone.rpartition(":")[2])
        for name in (b"first", b"second"):
            with socket.create_server((host, 0)) as listener:
                relay.to = listener.getsockname()[1]
                answering = threading.Thread(target=answer, args=(listener, name))
                answering.start()
                with socket.create_connection((host, port), timeout=10) as phone:
                    phone.sendall(b"who?")
                    phone.shutdown(socket.SHUT_WR)
                    assert phone.recv(64) == name
                    assert phone.recv(64) == b""
                answering.join()
        assert [(bytes(line.sent), bytes(line.received)) for line in relay.lines] == [
            (b"who?", b"first"),
            (b"who?", b"second"),
        ]


def answer(listener: socket.socket, name: bytes) -> None:
    """Answers one connection once it was asked to its end."""
    connection, _ = listener.accept()
    with connection:
        while connection.recv(64):
            pass
        connection.sendall(name)
