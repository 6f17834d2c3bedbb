"""Names on the network: the phone finds its service by name, with bad name servers too, and says its own."""

from __future__ import annotations

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, PhoneConfig, Rig
from hotdesk_hil.rig.demo_cluster import HOST_AS_SEEN_BY_PHONE, DemoCluster
from hotdesk_hil.rig.name_server import Manner, NameServer

HOST = "em1.hotdesk.test"
HOSTS = {HOST: [HOST_AS_SEEN_BY_PHONE]}
# An address of the phone's network that nobody has.
NOBODY = "10.0.2.77"

HOST_NAME_OPTION = 12


def boot(
    rig: Rig,
    service: EmService,
    cluster: DemoCluster,
    servers: list[NameServer],
    host: str = HOST,
    domain: str | None = None,
) -> Phone:
    """Switches a phone on whose service is a name, and waits until it has asked who is logged in."""
    config = PhoneConfig(
        [f"{host}:{service.port}"],
        cluster.app_id,
        cluster.app_certificate,
        [server.as_seen_by_phone for server in servers],
        domain,
    )
    rig.boot(config)
    phone = Phone(rig)
    phone.wait_idle("Nobody logged in")
    return phone


def log_in(phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster) -> None:
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}


@pytest.mark.parametrize(
    "manner", [Manner.is_silent, Manner.sends_garbage, Manner.refuses, Manner.server_failure]
)
def test_next_name_server_is_asked_where_the_first_does_not_help(
    rig: Rig, service: EmService, cluster: DemoCluster, manner: Manner
) -> None:
    with NameServer(manner=manner) as bad, NameServer(HOSTS) as good:
        phone = boot(rig, service, cluster, [bad, good])
        assert bad.asked == [HOST]
        log_in(phone, service, rig, cluster)
        # The one that answered is asked first from then on: for the profiles, for the login.
        assert (bad.asked, good.asked) == ([HOST], [HOST] * 3)


def test_next_name_server_is_asked_where_nobody_has_the_address_of_the_first(
    rig: Rig, service: EmService, cluster: DemoCluster
) -> None:
    with NameServer(HOSTS) as good:
        config = PhoneConfig(
            [f"{HOST}:{service.port}"],
            cluster.app_id,
            cluster.app_certificate,
            [NOBODY, good.as_seen_by_phone],
        )
        rig.boot(config)
        Phone(rig).wait_idle("Nobody logged in")
        assert good.asked == [HOST]


def test_each_address_of_a_name_is_tried(rig: Rig, service: EmService, cluster: DemoCluster) -> None:
    with NameServer({HOST: [NOBODY, HOST_AS_SEEN_BY_PHONE]}) as server:
        phone = boot(rig, service, cluster, [server])
        log_in(phone, service, rig, cluster)


@pytest.mark.smoke
def test_name_without_a_dot_is_looked_up_in_the_search_domain(
    rig: Rig, service: EmService, cluster: DemoCluster
) -> None:
    with NameServer(HOSTS) as server:
        boot(rig, service, cluster, [server], host="em1", domain="hotdesk.test")
        assert server.asked == [HOST]


def test_name_that_does_not_exist_is_told_as_that(rig: Rig, service: EmService, cluster: DemoCluster) -> None:
    with NameServer(HOSTS) as server:
        phone = boot(rig, service, cluster, [server])
        server.forget(HOST)
        phone.open_menu()
        phone.choose("Who is logged in")
        phone.wait_title("Query failed", "The service's name was not found.")
        assert phone.read_to_end().endswith("No connection")


@pytest.mark.needs("frames")
def test_dhcp_hears_the_name_of_the_phone(rig: Rig, service: EmService, cluster: DemoCluster) -> None:
    rig.frames.records = True
    try:
        rig.boot(cluster.phone_config(service.port))
        names = [name for frame in rig.frames.recorded if (name := host_name(frame)) is not None]
    finally:
        rig.frames.records = False
    assert set(names) == {rig.device_name}
    assert len(names) >= 2, "in DHCPDISCOVER and in DHCPREQUEST"


def host_name(frame: bytes) -> str | None:
    """The host name in a frame that is a message to a DHCP server."""
    to_server = frame[12:14] == b"\x08\x00" and frame[23] == 17 and frame[36:38] == b"\x00\x43"
    if not to_server:
        return None
    # Ethernet 14, IP 20, UDP 8, the fixed part of DHCP 236, its magic number 4.
    options = frame[14 + 20 + 8 + 236 + 4 :]
    while options and options[0] != 0xFF:
        kind, length = options[0], options[1] if options[0] else 0
        if kind == HOST_NAME_OPTION:
            return options[2 : 2 + length].decode("ascii")
        options = options[2 + length :] if kind else options[1:]
    return ""
