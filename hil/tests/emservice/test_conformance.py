"""What the service does, one row a rule of its parameters and operations, over sockets, with a driven clock.

The rules are those of the "feature configuration guide" and the "EM API developer guide": parameters with
their defaults, then login, logout and logoutAll. The other suites go deeper into each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from emservice.client import DESK, DESK2, DISABLED, NO_RIGHTS, PHONE, Client

from hotdesk_hil.emservice import Cluster, EmService, MultipleLogin, ServiceParameters

HOUR = 3600


@dataclass(frozen=True)
class Do:
    """One step: what is asked, the code that is answered (None: success), who is logged in afterwards."""

    what: str
    names: tuple[str, ...] = ()
    code: int | None = None
    then: dict[str, str] | None = None
    more: str = ""
    app: tuple[str, str] = PHONE
    headers: dict[str, str] = field(default_factory=dict)


def login(device: str, user: str, code: int | None = None, **more: Any) -> Do:
    return Do("login", (device, user), code, **more)


def logout(device: str, code: int | None = None, **more: Any) -> Do:
    return Do("logout", (device,), code, **more)


def wait(seconds: float, then: dict[str, str]) -> Do:
    return Do(f"wait {seconds}", then=then)


def duration(choice: str) -> str:
    return f"<exclusiveDuration>{choice}</exclusiveDuration>"


ROWS: dict[str, tuple[dict[str, Any], list[Do]]] = {
    "Multiple Login Behavior, by default not allowed: 25": (
        {},
        [login(DESK, "john"), login(DESK2, "john", 25, then={DESK: "john"})],
    ),
    "Multiple Login Behavior, allowed": (
        {"multiple_login_behavior": MultipleLogin.ALLOWED},
        [login(DESK, "john"), login(DESK2, "john", then={DESK: "john", DESK2: "john"})],
    ),
    "Multiple Login Behavior, auto logout: the other device is logged out": (
        {"multiple_login_behavior": MultipleLogin.AUTO_LOGOUT},
        [login(DESK, "john"), login(DESK2, "john", then={DESK2: "john"})],
    ),
    "Maximum Login Time, by default not enforced": (
        {},
        [login(DESK, "john"), wait(169 * HOUR, {DESK: "john"})],
    ),
    "Maximum Login Time, enforced: the user is logged out when it ends": (
        {"maximum_login_time": "168:00"},
        [login(DESK, "john"), wait(168 * HOUR - 60, {DESK: "john"}), wait(61, {})],
    ),
    "Maximum Login Time of 0:00": ({"maximum_login_time": "0:00"}, [login(DESK, "john", then={})]),
    "exclusiveDuration goes before the Maximum Login Time, up": (
        {"maximum_login_time": "1:00"},
        [
            login(DESK, "john", more=duration("<time>120</time>")),
            wait(HOUR + 60, {DESK: "john"}),
            wait(HOUR, {}),
        ],
    ),
    "exclusiveDuration goes before the Maximum Login Time, down": (
        {"maximum_login_time": "1:00"},
        [login(DESK, "john", more=duration("<time>5</time>")), wait(301, {})],
    ),
    "exclusiveDuration indefinite: never": (
        {"maximum_login_time": "1:00"},
        [login(DESK, "john", more=duration("<indefinite/>")), wait(1000 * HOUR, {DESK: "john"})],
    ),
    "Validate IP Address, by default off": (
        {},
        [login(DESK, "john", more="<remoteIPAddr>192.0.2.1</remoteIPAddr>", then={DESK: "john"})],
    ),
    "Validate IP Address: an untrusted address gets 28": (
        {"validate_ip_address": True, "trusted_list_of_ips": "192.0.2.1"},
        [login(DESK, "john", 28), logout(DESK, 28), Do("logoutAll", code=28, then={})],
    ),
    "Validate IP Address: a trusted one is served": (
        {"validate_ip_address": True, "trusted_list_of_ips": "192.0.2.1;127.0.0.1"},
        [login(DESK, "john", then={DESK: "john"}), logout(DESK, then={})],
    ),
    "Trusted List of IPs: a host name stands for its addresses": (
        {"validate_ip_address": True, "trusted_list_of_ips": "localhost"},
        [login(DESK, "john", then={DESK: "john"})],
    ),
    "Allow Proxy, by default off, with Validate IP Address: Via gets 30": (
        {"validate_ip_address": True, "trusted_list_of_ips": "127.0.0.1"},
        [login(DESK, "john", 30, headers={"Via": "1.1 proxy"}, then={})],
    ),
    "Allow Proxy on": (
        {"validate_ip_address": True, "trusted_list_of_ips": "127.0.0.1", "allow_proxy": True},
        [login(DESK, "john", headers={"Via": "1.1 proxy"}, then={DESK: "john"})],
    ),
    "without Validate IP Address nobody asks for a proxy": (
        {},
        [login(DESK, "john", headers={"Via": "1.1 proxy"}, then={DESK: "john"})],
    ),
    "cache: old and new password hold for up to two minutes": (
        {},
        [
            login(DESK, "john", app=("john", "12345")),
            Do("change", ("john", "99999")),
            logout(DESK, app=("john", "99999")),
            login(DESK, "john", app=("john", "12345")),
            Do("wait 121"),
            logout(DESK, 3, app=("john", "12345")),
            logout(DESK, app=("john", "99999"), then={}),
        ],
    ),
    "deviceProfile absent: the user's default one": (
        {},
        [login(DESK, "john"), Do("profile", ("DPJOHNIPC",))],
    ),
    "deviceProfile absent: the only one": ({}, [login(DESK, "mary"), Do("profile", ("DPMARY",))]),
    "deviceProfile absent and none associated: 12": ({}, [login(DESK, "pat", 12, then={})]),
    "a named profile need not be associated": (
        {},
        [login(DESK, "john", more="<deviceProfile>DPSPARE</deviceProfile>"), Do("profile", ("DPSPARE",))],
    ),
    "a named profile must exist: 12": (
        {},
        [login(DESK, "john", 12, more="<deviceProfile>NONE</deviceProfile>", then={})],
    ),
    "another user on the device: 18": (
        {},
        [login(DESK, "mary"), login(DESK, "john", 18, then={DESK: "mary"})],
    ),
    "logout where nobody is logged in: 19": ({}, [logout(DESK, 19)]),
    "Extension Mobility not enabled: 22 on login, 5 on logout": (
        {},
        [login(DISABLED, "john", 22), logout(DISABLED, 5, then={})],
    ),
    "unknown device: 11": ({}, [login("SEP000000000000", "john", 11), logout("SEP000000000000", 11)]),
    "unknown user: 23": ({}, [login(DESK, "nobody", 23, then={})]),
    "unknown application: 3": ({}, [login(DESK, "john", 3, app=("nobody", "x"), then={})]),
    "no proxy rights: 10": ({}, [login(DESK, "john", 10, app=NO_RIGHTS, then={})]),
    "logoutAll logs every user out": (
        {},
        [login(DESK, "john"), login(DESK2, "mary"), Do("logoutAll", then={})],
    ),
}


@pytest.mark.parametrize("rule", ROWS)
def test_rule(demo: Cluster, rule: str) -> None:
    parameters, steps = ROWS[rule]
    own = Cluster(
        application_users=demo.application_users.values(),
        users=demo.users.values(),
        devices=demo.devices.values(),
        profiles=demo.profiles.values(),
        service=ServiceParameters(**parameters),
    )
    with EmService(own) as service:
        for step in steps:
            carry_out(service, step)
            if step.then is not None:
                assert service.sessions() == step.then, step


def carry_out(service: EmService, step: Do) -> None:
    client = Client(service.url, step.app)
    kind, _, seconds = step.what.partition(" ")
    if kind == "wait":
        service.clock.advance(float(seconds))
    elif kind == "change":
        service.change_secret(*step.names)
    elif kind == "profile":
        assert [session.profile for session in service.session_rows()] == list(step.names)
    else:
        tags = zip(("deviceName", "userID"), step.names, strict=False)
        inside = "".join(f"<{tag}>{name}</{tag}>" for tag, name in tags) + step.more
        reply = client.request(f"<{kind}>{inside}</{kind}>", headers=step.headers)
        assert (reply.status, reply.code) == (200, step.code), step


@pytest.mark.parametrize(("limit", "parameters"), [(5, {}), (2, {"maximum_concurrent_requests": 2})])
def test_rule_of_maximum_concurrent_requests(demo: Cluster, limit: int, parameters: dict[str, Any]) -> None:
    """By default five logins and logouts at once; more get 26, and two counters tell."""
    own = Cluster(
        application_users=demo.application_users.values(),
        users=demo.users.values(),
        devices=demo.devices.values(),
        service=ServiceParameters(operation_seconds=HOUR, **parameters),
    )
    with EmService(own) as service:
        client = Client(service.url)
        open_ones = [client.begin(client.post_bytes(client.login_xml(DESK, "john"))) for _ in range(limit)]
        for _ in range(limit):
            service.wait_for_request("login")
        assert client.login(DESK2, "mary").code == 26
        assert client.logout(DESK).code == 26
        assert (service.counters.requests_in_progress, service.counters.requests_throttled) == (limit, 2)
        for connection in open_ones:
            connection.close()
