"""The phone needs no more RAM for the tenth login than for the first."""

from __future__ import annotations

from hotdesk_hil.rig import Phone, Rig
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.endurance import INTERRUPT, high_water


def test_ten_logins_and_logouts_take_the_stack_of_one(rig: Rig, phone: Phone, cluster: DemoCluster) -> None:
    used = high_water(rig, phone, cluster, 10)
    assert max(used) <= used[0] + INTERRUPT
