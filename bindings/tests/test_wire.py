"""What a service, or whatever answers in its place, may do to a client over the wire: nothing that lasts,
grows or lies.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import resource
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator

import hotdesk
import pytest
from hotdesk.client import AsyncClient, Client, Retry, Timeouts
from hotdesk.errors import AnswerLost, BrokenAnswer, ClientClosed
from hotdesk_hil.emservice import Answer, EmService, Silence
from services import APP, OTHER_PHONE, PHONE, Both, cluster, raw_service, read_request

Made = Callable[..., Both]
ONCE = Retry(attempts=1)
GOOD_ROW = f"<device name='{PHONE}'><none/></device>"
GOOD = f"<response><deviceUserResults>{GOOD_ROW}</deviceUserResults></response>".encode()


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster()) as service:
        yield service


@pytest.fixture(params=[Client, AsyncClient])
def kind(request: pytest.FixtureRequest) -> type[Client] | type[AsyncClient]:
    return request.param


@pytest.fixture
def client(kind: type[Client] | type[AsyncClient], service: EmService) -> Made:
    def make(**options: object) -> Both:
        return Both(kind, service, **options)

    return make


def continues(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def dribble(before: bytes, byte: bytes = b"x") -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(before)
        while True:
            connection.sendall(byte)
            time.sleep(0.01)

    return answer


ENDLESS = {
    "100 Continue": continues,
    "a status line": dribble(b"HTTP/1.1 200 ", b"O"),
    "header fields": dribble(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"),
    "a body": dribble(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
    "chunks": dribble(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "a trailer": dribble(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n"),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", ENDLESS)
def test_the_time_for_a_whole_answer_ends_whatever_dribbles_in(client: Made, what: str) -> None:
    timeouts = Timeouts(connect=2, write=2, read=2, answer=0.5)
    with raw_service(ENDLESS[what]) as url:
        start = time.monotonic()
        with pytest.raises(AnswerLost):
            client(url=url, timeouts=timeouts, retry=ONCE).call("device_users", PHONE)
        assert time.monotonic() - start < 5


@pytest.mark.timeout(60)
def test_the_time_for_a_whole_answer_ends_where_the_request_is_taken_by_the_byte(client: Made) -> None:
    phones = [f"SEP{n:012X}" for n in range(200_000)]
    timeouts = Timeouts(connect=2, write=2, read=2, answer=1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

        def take() -> None:
            connection, _ = listener.accept()
            with connection:
                while connection.recv(256):
                    time.sleep(0.02)

        threading.Thread(target=take, daemon=True).start()
        start = time.monotonic()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(AnswerLost):
            client(url=url, timeouts=timeouts, retry=ONCE).call("device_users", *phones)
        # Writing so many names takes a while, too.
        assert time.monotonic() - start < 10


def test_no_content_coding_is_asked_for(client: Made) -> None:
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                heads.append(read_request(connection).partition(b"\r\n\r\n")[0].lower())
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(GOOD), GOOD))

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        client(url=f"http://127.0.0.1:{listener.getsockname()[1]}").call("device_users", PHONE)
        thread.join(10)
    assert b"\r\naccept-encoding: identity" in heads[0]


@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip", "deflate", "br", "zstd", "GZIP", "x-unknown"])
def test_a_content_coding_is_not_read(client: Made, service: EmService, coding: str) -> None:
    small = gzip.compress(gzip.compress(bytes(200_000_000), 1), 9)
    assert len(small) < 10_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    service.faults.add(Answer(small, headers={"Content-Encoding": coding}), times=None)
    with pytest.raises(BrokenAnswer, match="content coding"):
        client(retry=ONCE).call("device_users", PHONE)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_the_coding_that_is_none_is_read(client: Made, service: EmService) -> None:
    service.faults.add(Answer(GOOD, headers={"Content-Encoding": "identity"}))
    (row,) = client().call("device_users", PHONE)
    assert row.status == "loggedOut"


def test_an_answer_that_says_that_it_is_too_long_is_not_collected(client: Made) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 1000)
        # Until the client leaves.
        while connection.recv(4096):
            pass

    with raw_service(answer) as url:
        start = time.monotonic()
        with pytest.raises(AnswerLost, match="longer than"):
            client(url=url, retry=ONCE).call("device_users", PHONE)
        assert time.monotonic() - start < 2


def rows(*names: str, user: str = "john") -> Answer:
    made = "".join(f"<device name='{name}'><userID>{user}</userID><none/></device>" for name in names)
    return Answer(f"<response><deviceUserResults>{made}</deviceUserResults></response>".encode())


@pytest.mark.parametrize(
    "answer",
    [rows("SEPOTHER"), rows(PHONE, "SEPOTHER"), rows(PHONE, PHONE + "0"), rows(PHONE, OTHER_PHONE, "X")],
    ids=repr,
)
def test_rows_of_another_device_are_a_broken_answer(client: Made, service: EmService, answer: Answer) -> None:
    service.faults.add(answer, operation="deviceUserQuery", times=None)
    with pytest.raises(BrokenAnswer):
        client(retry=ONCE).call("device_users", PHONE, OTHER_PHONE)


def test_a_lost_login_is_not_believed_for_another_device(client: Made, service: EmService) -> None:
    service.faults.add(Answer(b"", status=500, executed=False), operation="login", times=None)
    service.faults.add(rows("SEPOTHER"), operation="deviceUserQuery", times=None)
    with pytest.raises(AnswerLost) as caught:
        client().call("login", PHONE, "john")
    assert caught.value.done is None
    assert service.sessions() == {}


@pytest.mark.parametrize(
    ("method", "asked", "document"),
    [
        ("user_devices", "mary", "<userDevicesResults><user id='john'><none/></user></userDevicesResults>"),
        ("device_profiles", "mary", "<deviceProfileResults><user id='john'></user></deviceProfileResults>"),
        ("check_user", "mary", "<checkUserResults><user id='john'><exists/></user></checkUserResults>"),
    ],
)
def test_rows_of_another_user_are_a_broken_answer(
    client: Made, service: EmService, method: str, asked: str, document: str
) -> None:
    service.faults.add(Answer(f"<response>{document}</response>".encode()), times=None)
    with pytest.raises(BrokenAnswer, match="nobody asked for"):
        client(retry=ONCE).call(method, asked)


def test_rows_come_in_the_order_that_they_were_asked_in(client: Made, service: EmService) -> None:
    service.faults.add(rows(OTHER_PHONE.lower(), PHONE))
    first, second = client().call("device_users", f" {PHONE} ", OTHER_PHONE)
    assert (first.name, second.name) == (PHONE, OTHER_PHONE.lower())
    service.faults.add(rows(PHONE))
    once, again = client().call("device_users", PHONE, PHONE.lower())
    assert once == again


def test_two_rows_that_differ_about_one_device_are_a_broken_answer(client: Made, service: EmService) -> None:
    row = "<device name='{}'><userID>{}</userID><none/></device>"
    both = row.format(PHONE, "john") + row.format(PHONE, "mary")
    service.faults.add(
        Answer(f"<response><deviceUserResults>{both}</deviceUserResults></response>".encode()), times=None
    )
    with pytest.raises(BrokenAnswer, match="twice and differently"):
        client(retry=ONCE).call("device_users", PHONE)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")
def test_a_client_carried_over_a_fork_mixes_no_answers(service: EmService) -> None:
    with Client(service.url, APP, allow_http=True) as client:
        for _ in range(3):
            client.device_users(PHONE)
            child = os.fork()
            mine = OTHER_PHONE if child == 0 else PHONE
            wrong = 0
            try:
                for _ in range(15):
                    (row,) = client.device_users(mine)
                    wrong += row.name != mine
            except BaseException:
                traceback.print_exc()
                wrong += 1
            if child == 0:
                os._exit(wrong)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == wrong == 0


def test_a_client_in_a_second_event_loop_works(service: EmService) -> None:
    client = AsyncClient(service.url, APP, allow_http=True, concurrency=1)

    async def ask() -> list[str]:
        calls = (client.device_users(PHONE), client.device_users(OTHER_PHONE), client.device_users(PHONE))
        return [rows[0].name for rows in await asyncio.gather(*calls)]

    async def ask_and_close() -> list[str]:
        async with client:
            return await ask()

    expected = [PHONE, OTHER_PHONE, PHONE]
    assert asyncio.run(ask()) == expected
    assert asyncio.run(ask()) == expected
    assert asyncio.run(ask_and_close()) == expected


def test_a_call_that_is_cancelled_stops_at_once_and_the_client_goes_on(service: EmService) -> None:
    service.faults.add(Silence(), operation="login")

    async def cancel() -> str | None:
        async with AsyncClient(service.url, APP, allow_http=True, concurrency=1) as client:
            call = asyncio.ensure_future(client.login(PHONE, "john"))
            await asyncio.to_thread(service.wait_for_request, "login", timeout=10)
            call.cancel()
            start = time.monotonic()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert time.monotonic() - start < 5
            # What it had sent was carried out all the same.
            (row,) = await client.device_users(PHONE)
            return row.user

    assert asyncio.run(cancel()) == "john"


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxies_of_the_environment_are_not_used(
    client: Made, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    # Nothing listens there.
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    client(retry=ONCE).call("device_users", PHONE)


def test_a_client_that_is_closed_says_so(kind: type, service: EmService) -> None:
    client = kind(service.url, APP, allow_http=True)

    async def use() -> None:
        await client.device_users(PHONE)
        await client.close()
        await client.close()
        await client.device_users(PHONE)

    def use_and_close() -> None:
        client.device_users(PHONE)
        client.close()
        client.close()
        client.device_users(PHONE)

    with pytest.raises(ClientClosed, match="closed") as caught:
        use_and_close() if kind is Client else asyncio.run(use())
    assert isinstance(caught.value, hotdesk.Error)
