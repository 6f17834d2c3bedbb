"""The phone is as good after the hundredth login as after the first: its RAM, its screen, no restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.endurance import Endurance

CYCLES = 100


@pytest.mark.long
@pytest.mark.needs("memory")
@pytest.mark.timeout(10 * CYCLES)
def test_a_hundred_logins_and_logouts_wear_nothing_out(
    rig: Rig, phone: Phone, service: EmService, cluster: DemoCluster, defmt_print: Path
) -> None:
    Endurance(rig, phone, service, cluster, defmt_print).run(CYCLES)
