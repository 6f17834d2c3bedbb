"""What networks and cables do, and the phone works afterwards without a reset.

Frames of others, lengths that no frame has, cables that come and go, DHCP that is absent or changes its
mind. Each test ends with a login and a logout. What becomes of frames is in the fault matrix.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, Status
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.packets import Lease
from hotdesk_hil.rig.phone import ANSWER
from hotdesk_hil.rig.reader import Screen
from hotdesk_hil.rig.waiting import pass_time
from hotdesk_hil.rig.wire import NOTHING_WRONG, Dhcp, WireFaults

BROADCAST = bytes.fromhex("ffffffffffff0200000000090806") + bytes(46)
# A full frame with a VLAN tag: 1,518 bytes.
TAGGED = bytes.fromhex("ffffffffffff020000000009810000010800") + bytes(1500)

FLOOD = 8000
# What a phone under a flood may need of its own time for an answer.
LATE_ANSWER = 3 * ANSWER
# DHCP's client waits up to ten seconds before it asks again.
ADDRESS = 30.0

Works = Callable[[], None]


@pytest.fixture
def works(rig: Rig, service: EmService, cluster: DemoCluster, defmt_print: Path) -> Works:
    """Checks that the phone logs john in and out, and has not started again."""

    def check() -> None:
        phone = Phone(rig)
        phone.wait_idle("Nobody logged in", seconds=LATE_ANSWER)
        phone.log_in(cluster.user, cluster.pin)
        phone.confirm_logged_in(cluster.user)
        assert service.sessions() == {rig.device_name: cluster.user}
        phone.log_out()
        phone.confirm_logged_out()
        assert service.sessions() == {}
        starts = re.findall(r"started (?:by|after) .*", rig.log.text(defmt_print, rig.kernel))
        assert starts == ["started by power-on"]

    return check


@pytest.mark.needs("foreign-frames")
@pytest.mark.usefixtures("phone")
def test_8000_broadcasts_a_second(rig: Rig, works: Works) -> None:
    began, before = rig.time(), rig.foreign_frames.arrived()
    rig.foreign_frames.flood(FLOOD)
    works()
    seconds, frames = rig.time() - began, rig.foreign_frames.arrived() - before
    rig.foreign_frames.flood(0)
    assert frames > 0.9 * FLOOD * seconds
    works()


@pytest.mark.needs("foreign-frames")
def test_bursts_while_somebody_types_and_waits(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster, works: Works
) -> None:
    def chatters(_: Screen) -> None:
        rig.foreign_frames.receive([BROADCAST] * 8 + [TAGGED])

    rig.screen.watchers.append(chatters)
    try:
        phone.log_in(cluster.user, cluster.pin)
        phone.confirm_logged_in(cluster.user)
        assert service.sessions() == {rig.device_name: cluster.user}
        phone.log_out()
        phone.confirm_logged_out()
    finally:
        rig.screen.watchers.remove(chatters)
    works()


@pytest.mark.needs("foreign-frames")
def test_frames_of_lengths_that_no_frame_has(phone: Phone, rig: Rig, works: Works) -> None:
    lengths = [*range(1, 60), 1515, 1516, 1517, 1518, 1519, 1522, 2000, 2041, 2042, 2048, 4096, 9000]
    rig.foreign_frames.receive([(BROADCAST + bytes(9000))[:length] for length in lengths])
    phone.wait_idle("Nobody logged in")
    works()


@pytest.mark.needs("foreign-frames")
def test_full_frames_with_a_vlan_tag(phone: Phone, rig: Rig, works: Works) -> None:
    rig.foreign_frames.receive([TAGGED] * 200)
    phone.wait_idle("Nobody logged in")
    works()


@pytest.mark.needs("link")
@pytest.mark.timeout(300)
def test_link_that_flaps_for_10_ms_to_10_s(phone: Phone, rig: Rig, works: Works) -> None:
    for seconds in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 10.0):
        rig.link.set_link(up=False)
        pass_time(rig.screen.clock, seconds)
        rig.link.set_link(up=True)
        pass_time(rig.screen.clock, min(seconds, 0.5))
    phone.wait("no missing link", lambda s: "link-down" not in s.marks, seconds=ANSWER)
    works()


@pytest.mark.needs("link")
def test_link_that_flaps_while_an_answer_is_due(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster, works: Works
) -> None:
    phone.submit_login(cluster.user, cluster.pin)
    for _ in range(5):
        rig.link.set_link(up=False)
        pass_time(rig.screen.clock, 0.05)
        rig.link.set_link(up=True)
        pass_time(rig.screen.clock, 0.2)
    back_to_idle(phone, service)
    works()


@pytest.mark.needs("frames")
@pytest.mark.timeout(300)
def test_network_without_dhcp_at_the_start(
    rig: Rig, service: EmService, cluster: DemoCluster, works: Works
) -> None:
    rig.frames.faults = WireFaults(dhcp=Dhcp.absent)
    rig.boot(cluster.phone_config(service.port), until=Status.on)
    phone = Phone(rig)
    phone.wait("a wait for an address", lambda s: "Waiting for address" in s.flowing, seconds=ADDRESS)
    rig.frames.faults = NOTHING_WRONG
    phone.wait_idle("Nobody logged in", seconds=ADDRESS)
    works()


@pytest.mark.needs("frames")
@pytest.mark.timeout(300)
def test_lease_that_ends_and_another_address(
    rig: Rig, service: EmService, cluster: DemoCluster, works: Works
) -> None:
    rig.frames.faults = WireFaults(dhcp=Lease("10.0.2.20", 6))
    rig.boot(cluster.phone_config(service.port))
    rig.frames.faults = WireFaults(dhcp=Dhcp.absent)
    phone = Phone(rig)
    phone.wait("a wait for an address", lambda s: "Waiting for address" in s.flowing, seconds=ADDRESS)
    rig.frames.faults = WireFaults(dhcp=Lease("10.0.2.21", 3600))
    phone.wait("an address", lambda s: "Waiting" not in s.flowing, seconds=ADDRESS)
    works()
    assert told_address(phone) == "10.0.2.21"


@pytest.mark.needs("frames")
@pytest.mark.timeout(300)
def test_lease_that_is_renewed_with_another_address(
    rig: Rig, service: EmService, cluster: DemoCluster, works: Works
) -> None:
    rig.frames.faults = WireFaults(dhcp=Lease("10.0.2.20", 10))
    rig.boot(cluster.phone_config(service.port))
    rig.frames.faults = WireFaults(dhcp=Lease("10.0.2.22", 3600))
    pass_time(rig.screen.clock, 12.0)  # the first lease is over
    works()
    assert told_address(Phone(rig)) == "10.0.2.22"


def back_to_idle(phone: Phone, service: EmService) -> None:
    """Whatever came of it, the phone says so; then nobody is logged in, by its own keys where one was."""
    phone.to_idle()
    if service.sessions():
        phone.log_out()
        phone.confirm_logged_out()


def told_address(phone: Phone) -> str:
    """The IPv4 address in About."""
    found = re.search(r"10\.0\.2\.\d+", phone.about())
    return found[0] if found else ""
