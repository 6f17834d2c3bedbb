"""The proxy between a phone and its service: what passes, and what its faults do to connections."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from hotdesk_hil.rig.errors import RigError
from hotdesk_hil.rig.proxy import Proxy, ProxyFaults
from hotdesk_hil.rig.wire import Part

DEADLINE = 5.0
QUIET = 0.2


class Echo:
    """A service that answers what it got, in capitals, and counts."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.got = b""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                try:
                    while data := connection.recv(100):
                        self.got += data
                        connection.sendall(data.upper())
                except OSError:
                    continue


@pytest.fixture
def echo() -> Iterator[Echo]:
    """The service."""
    echo = Echo()
    yield echo
    echo.socket.shutdown(socket.SHUT_RDWR)
    echo.socket.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    """A proxy before it, with nothing wrong."""
    with Proxy("127.0.0.1", echo.port) as proxy:
        yield proxy


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=DEADLINE)


def test_data_passes_both_ways_and_so_does_the_end(proxy: Proxy) -> None:
    with connect(proxy) as phone:
        phone.sendall(b"get")
        assert phone.recv(10) == b"GET"
        phone.shutdown(socket.SHUT_WR)
        assert phone.recv(10) == b""


def test_delay_is_each_way(proxy: Proxy) -> None:
    proxy.faults = ProxyFaults(delay=0.1)
    with connect(proxy) as phone:
        began = time.monotonic()
        phone.sendall(b"get")
        assert phone.recv(10) == b"GET"
        assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(("part", "arrives"), [(Part.request, b""), (Part.answer, b"get")])
def test_cut_loses_data_and_keeps_the_connection(
    proxy: Proxy, echo: Echo, part: Part, arrives: bytes
) -> None:
    proxy.faults = ProxyFaults(cut=part)
    with connect(proxy) as phone:
        phone.sendall(b"get")
        phone.settimeout(QUIET)
        with pytest.raises(TimeoutError):
            phone.recv(10)
    assert echo.got == arrives


@pytest.mark.parametrize(("part", "arrives"), [(Part.request, b""), (Part.answer, b"get")])
def test_reset_strikes_before_or_after_the_service_has_the_request(
    proxy: Proxy, echo: Echo, part: Part, arrives: bytes
) -> None:
    proxy.faults = ProxyFaults(reset=part)
    with connect(proxy) as phone:
        phone.sendall(b"get")
        with pytest.raises(ConnectionResetError):
            phone.recv(10)
    assert echo.got == arrives


def test_connection_is_reset_where_it_is_refused_or_nobody_serves(proxy: Proxy, echo: Echo) -> None:
    proxy.faults = ProxyFaults(refuses=True)
    # The reset may come before `connect` has returned.
    with pytest.raises(ConnectionResetError), connect(proxy) as phone:
        phone.recv(10)
    with Proxy("127.0.0.1", 1) as nowhere, pytest.raises(ConnectionResetError), connect(nowhere) as phone:
        phone.recv(10)
    assert echo.got == b""


def test_address_that_is_not_this_machines_is_refused(echo: Echo) -> None:
    with pytest.raises(RigError, match=r"the proxy cannot listen on 192\.0\.2\.1"):
        Proxy("127.0.0.1", echo.port, listen="192.0.2.1").__enter__()
