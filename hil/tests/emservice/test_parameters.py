"""The service parameters, one test a rule, over sockets: concurrency (26), origin (28, 30), password change
(27) and the credential cache, login types (47), the style of answers.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from emservice.client import DESK, DESK2, JOHN, PHONE, Client

from hotdesk_hil.emservice import (
    ApplicationUser,
    Cluster,
    ClusterError,
    Counters,
    Device,
    EmService,
    ServiceParameters,
    Silence,
    User,
)

LOGIN = "<deviceName>{}</deviceName><userID>{}</userID>"


def cluster(demo: Cluster, **parameters: object) -> Cluster:
    return Cluster(
        application_users=demo.application_users.values(),
        users=demo.users.values(),
        devices=demo.devices.values(),
        profiles=demo.profiles.values(),
        service=ServiceParameters(**parameters),
    )


# Maximum Concurrent Requests


def send_at_once(client: Client, requests: list[bytes], answered: Callable[[int], bool]) -> list[bytes]:
    """Sends every request on a connection of its own, then reads until `answered` says of a count: enough."""
    replies: list[bytes] = []
    with ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection((client.host, client.port), timeout=10))
            for _ in requests
        ]
        for connection, request in zip(connections, requests, strict=True):
            connection.sendall(request)
        waiting = set(connections)
        while not answered(len(replies)):
            ready, _, _ = select.select(list(waiting), [], [], 20)
            assert ready, "no more answers come"
            for connection in ready:
                replies.append(connection.recv(65536))
                waiting.discard(connection)
    return replies


@pytest.mark.parametrize(("clients", "limit"), [(100, 5), (20, 1), (7, 7)])
def test_exactly_the_excess_is_busy_and_the_counters_agree(clients: int, limit: int) -> None:
    users = [User(f"u{n}", "1", profiles=("P",)) for n in range(clients)]
    devices = [Device(f"D{n}") for n in range(clients)]
    parameters = ServiceParameters(maximum_concurrent_requests=limit, operation_seconds=3600)
    app = ApplicationUser("app", "c")
    with EmService(
        Cluster(application_users=[app], users=users, devices=devices, service=parameters)
    ) as service:
        client = Client(service.url, ("app", "c"))
        requests = [client.post_bytes(client.login_xml(f"D{n}", f"u{n}")) for n in range(clients)]
        # Those within the limit are in progress until the service stops; all others are answered at once.
        replies = send_at_once(client, requests, lambda count: count == clients - limit)
        assert all(b'<error code="26">' in reply for reply in replies)
        for _ in range(clients):
            service.wait_for_request("login")
        codes = [record.code for record in service.requests]
        assert (codes.count(None), codes.count(26)) == (limit, clients - limit)
        assert len(service.sessions()) == limit
        assert service.counters == Counters(limit, clients - limit)
        service.stop()
        assert service.counters == Counters(0, clients - limit)


def test_a_slot_is_free_again_after_the_operation_time(demo: Cluster) -> None:
    with EmService(cluster(demo, maximum_concurrent_requests=1, operation_seconds=0.05)) as service:
        client = Client(service.url)
        codes = [client.login(DESK, "john").code, client.logout(DESK).code, client.logout(DESK).code]
        assert codes == [None, None, 19]
        assert service.counters.requests_throttled == 0


def test_a_client_that_leaves_does_not_free_its_slot(demo: Cluster) -> None:
    with EmService(cluster(demo, maximum_concurrent_requests=1, operation_seconds=3600)) as service:
        client = Client(service.url)
        with socket.create_connection((client.host, client.port), timeout=10) as connection:
            connection.sendall(client.post_bytes(client.login_xml(DESK, "john")))
            service.wait_for_request("login")
        assert client.login(DESK2, "mary").code == 26
        assert client.logout_all().code == 26


def test_queries_take_no_slot(demo: Cluster) -> None:
    with EmService(cluster(demo, maximum_concurrent_requests=1, operation_seconds=3600)) as service:
        client = Client(service.url)
        with socket.create_connection((client.host, client.port), timeout=10) as connection:
            connection.sendall(client.post_bytes(client.login_xml(DESK, "john")))
            service.wait_for_request("login")
            for _ in range(5):
                assert client.query("userDevicesQuery", "john").root.findtext(".//deviceName") == DESK


def test_an_answer_that_a_fault_withholds_takes_no_slot_for_longer(demo: Cluster) -> None:
    with EmService(cluster(demo, maximum_concurrent_requests=1)) as service:
        client = Client(service.url)
        service.faults.add(Silence())
        with socket.create_connection((client.host, client.port), timeout=10) as connection:
            connection.sendall(client.post_bytes(client.login_xml(DESK, "john")))
            service.wait_for_request("login")
            assert client.login(DESK2, "mary").code is None


# Where a request comes from


def ask(client: Client, more: str = "", headers: dict[str, str] | None = None) -> int | None:
    app = f"<appInfo><appID>{PHONE[0]}</appID><appCertificate>{PHONE[1]}</appCertificate></appInfo>"
    xml = f"<request>{app}<login>{LOGIN.format(DESK, 'john')}{more}</login></request>"
    return client.send("POST", client.path, f"xml={quote(xml, safe='')}".encode(), more=headers).code


VIA = {"Via": "1.1 proxy"}
OUTSIDE = "<remoteIPAddr>192.0.2.1</remoteIPAddr>"
INSIDE = "<remoteIPAddr>127.0.0.1</remoteIPAddr>"
SAID_VIA = "<isViaHeaderSet>true</isViaHeaderSet>"


@pytest.mark.parametrize(
    ("validate", "trusted", "proxy", "more", "headers", "code"),
    [
        (False, "", False, OUTSIDE + SAID_VIA, VIA, None),
        (True, "", False, "", None, 28),
        (True, "192.0.2.1; 192.0.2.2", False, "", None, 28),
        (True, "192.0.2.1;127.0.0.1", False, "", None, None),
        (True, " 127.0.0.1 ;", False, INSIDE, None, None),
        (True, "127.0.0.1", False, OUTSIDE, None, 28),
        (True, "127.0.0.1", False, "<remoteIPAddr>here</remoteIPAddr>", None, 28),
        (True, "127.0.0.1;192.0.2.1", False, OUTSIDE, None, None),
        (True, "127.0.0.1", False, "", VIA, 30),
        (True, "127.0.0.1", False, SAID_VIA, None, 30),
        (True, "127.0.0.1", False, "<isViaHeaderSet>false</isViaHeaderSet>", None, None),
        (True, "127.0.0.1", True, SAID_VIA, VIA, None),
        (True, "", False, "", VIA, 28),
    ],
)
def test_trusted_addresses_and_proxies(
    demo: Cluster,
    validate: bool,
    trusted: str,
    proxy: bool,
    more: str,
    headers: dict[str, str] | None,
    code: int | None,
) -> None:
    own = cluster(demo, validate_ip_address=validate, trusted_list_of_ips=trusted, allow_proxy=proxy)
    with EmService(own) as service:
        client = Client(service.url)
        assert ask(client, more, headers) == code
        assert service.sessions() == ({DESK: "john"} if code is None else {})
        assert client.query("checkUser", "john").code is None, "queries are asked from anywhere"


def test_host_names_of_the_trusted_list_are_resolved_at_each_start(
    demo: Cluster, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known: dict[str, list[str]] = {"desk.example": ["192.0.2.7", "127.0.0.1"]}

    resolve = socket.getaddrinfo

    def getaddrinfo(name: str, *more: Any, **named: Any) -> Any:
        if "example" not in name:
            return resolve(name, *more, **named)
        if name not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 0)) for text in known[name]]

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    trusted = "10.0.0.1; desk.example; gone.example."
    with EmService(cluster(demo, validate_ip_address=True, trusted_list_of_ips=trusted)) as service:
        client = Client(service.url)
        assert ask(client, "<remoteIPAddr>192.0.2.7</remoteIPAddr>") is None
        assert "gone.example. cannot be resolved" in caplog.text
        known["desk.example"] = ["192.0.2.7"]
        assert client.logout(DESK).code is None, "not asked again while it runs"
        service.stop()
        service.start()
        assert ask(client) == 28


def test_an_untrusted_logout_changes_nothing(demo: Cluster) -> None:
    with EmService(cluster(demo, validate_ip_address=True)) as service:
        service.login(DESK, "john")
        assert Client(service.url).logout(DESK).code == 28
        assert Client(service.url).logout_all().code == 28
        assert service.sessions() == {DESK: "john"}


@pytest.mark.parametrize(
    ("parameters", "what"),
    [
        ({"trusted_list_of_ips": "10.0.0.1;10.0.0.256"}, "holds IP addresses and host names .*'10.0.0.256'"),
        ({"trusted_list_of_ips": "10.0.0.0/8"}, "holds IP addresses and host names"),
        ({"trusted_list_of_ips": "*.example"}, "holds IP addresses and host names"),
        ({"trusted_list_of_ips": "a_phone"}, "holds IP addresses and host names"),
        ({"trusted_list_of_ips": "10.0.0.1;" * 200}, "at most 1024 characters"),
        ({"maximum_concurrent_requests": 0}, "at least 1"),
        ({"operation_seconds": -1.0}, "0 to 3600"),
        ({"operation_seconds": float("nan")}, "0 to 3600"),
    ],
)
def test_a_parameter_out_of_its_bounds_is_refused(
    demo: Cluster, parameters: dict[str, object], what: str
) -> None:
    with pytest.raises(ClusterError, match=what):
        cluster(demo, **parameters)


# Change of password and the credential cache


@contextmanager
def with_users(*, cache: bool = True, must_change: bool = False) -> Iterator[tuple[EmService, Client]]:
    own = Cluster(
        application_users=[ApplicationUser("app", "old", must_change=must_change)],
        users=[User("john", "old", profiles=("P",), must_change=must_change)],
        devices=[Device("D")],
        service=ServiceParameters(credential_cache=cache),
    )
    with EmService(own) as service:
        yield service, Client(service.url)


@pytest.mark.parametrize("who", ["john", "app", "JOHN"])
def test_an_expired_secret_is_code_27_until_it_is_changed(who: str) -> None:
    with with_users(must_change=True) as (service, client):
        assert client.signed_by((who, "wrong")).login("D", "john").code == 3
        assert client.signed_by((who, "old")).login("D", "john").code == 27
        assert client.signed_by((who, "old")).query("checkUser", "john").code == 27
        assert service.sessions() == {}
        service.change_secret(who, "new")
        assert client.signed_by((who, "new")).login("D", "john").code is None


@pytest.mark.parametrize("who", ["john", "app"])
def test_old_and_new_secret_hold_for_up_to_two_minutes(who: str) -> None:
    with with_users() as (service, client):
        old, new = client.signed_by((who, "old")), client.signed_by((who, "new"))
        assert old.query("checkUser", "john").code is None
        assert new.query("checkUser", "john").code == 3
        service.change_secret(who, "new")
        assert new.query("checkUser", "john").code is None
        service.clock.advance(110)
        assert old.query("checkUser", "john").code is None, "the new one has not taken its place"
        service.clock.advance(20)
        assert old.query("checkUser", "john").code == 3, "two minutes after it was last looked up"
        assert new.query("checkUser", "john").code is None


def test_a_secret_that_was_not_used_lately_is_not_cached() -> None:
    with with_users() as (service, client):
        service.change_secret("john", "new")
        assert client.signed_by(("john", "old")).query("checkUser", "john").code == 3


def test_without_the_cache_the_old_secret_ends_at_once() -> None:
    with with_users(cache=False) as (service, client):
        assert client.signed_by(("john", "old")).query("checkUser", "john").code is None
        service.change_secret("john", "new")
        assert client.signed_by(("john", "old")).query("checkUser", "john").code == 3
        assert client.signed_by(("john", "new")).query("checkUser", "john").code is None


def test_a_change_needs_a_known_account_and_a_secret(service: EmService) -> None:
    with pytest.raises(KeyError):
        service.change_secret("nobody", "1")
    with pytest.raises(ValueError):
        service.change_secret("john", " ")


# Login types


@pytest.mark.parametrize(
    ("name", "login_type", "code"),
    [
        ("john", "UID", None),
        ("john", "", None),
        ("1001", "DN", None),
        ("1002", "DN", 47),
        ("1003", "DN", 23),
        ("john", "DN", 23),
        ("self.john", "SP", None),
        ("SELF.JOHN", "sp", None),
        ("nobody", "SP", 23),
        ("1001", "UID", 23),
    ],
)
def test_login_types(name: str, login_type: str, code: int | None) -> None:
    own = Cluster(
        application_users=[ApplicationUser("app", "c")],
        users=[
            User("john", "1", profiles=("P",), directory_number="1001", self_service_id="self.john"),
            User("mary", "1", profiles=("P",), directory_number="1002"),
            User("pat", "1", profiles=("P",), directory_number="1002"),
        ],
        devices=[Device("D")],
    )
    with EmService(own) as service:
        client = Client(service.url, ("app", "c"))
        assert client.login("D", name, f"<loginType>{login_type}</loginType>").code == code
        assert service.sessions() == ({"D": "john"} if code is None else {})


def test_a_person_may_log_himself_in_by_his_number(demo: Cluster) -> None:
    john = replace(demo.users["john"], directory_number="1001")
    own = Cluster(users=[john], devices=[Device(DESK)])
    with EmService(own) as service:
        assert Client(service.url, JOHN).login(DESK, "1001", "<loginType>DN</loginType>").code is None
        assert service.sessions() == {DESK: "john"}


# The style of answers


@pytest.mark.parametrize(("style", "tail"), [(True, "<emccDevice>yes</emccDevice>"), (False, "")])
def test_both_styles_of_device_user_results(style: bool, tail: str) -> None:
    own = Cluster(
        application_users=[ApplicationUser("app", "c")],
        users=[User("em@cisco.com", "1", profiles=("P",))],
        devices=[Device("D", emcc=True)],
        service=ServiceParameters(emcc_device=style),
    )
    with EmService(own) as service:
        service.login("D", "em@cisco.com")
        body = Client(service.url, ("app", "c")).query("deviceUserQuery", "D").body.decode()
        row = f'<device name="D"><userID>em%40cisco.com</userID><none/>{tail}</device>'
        assert body.replace("\n", "") == f"<response><deviceUserResults>{row}</deviceUserResults></response>"
