"""A phone on the emulated W5500-EVB-Pico, idle, beside the service simulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from emulators.desk import Desk

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import repository
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.pico import EMULATOR_IN_REPOSITORY, PICO_KERNEL_IN_REPOSITORY, EmulatedPico, flash
from hotdesk_hil.rig.rig import DEFAULT_MAC


@pytest.fixture
def service() -> Iterator[EmService]:
    """The service, nobody logged in."""
    with EmService(DemoCluster.read().path) as service:
        yield service


@pytest.fixture
def dark_desk(service: EmService, tmp_path: Path) -> Iterator[Desk]:
    """A phone that is off, set up for the service."""
    root = repository()
    configuration = DemoCluster.read().phone_config(service.port).text().encode("utf-8")
    image, emulator = root / PICO_KERNEL_IN_REPOSITORY, root / EMULATOR_IN_REPOSITORY
    flash_file = tmp_path / "flash"
    flash_file.write_bytes(flash(configuration, DEFAULT_MAC))
    with EmulatedPico(image, emulator, flash_file) as board:
        yield Desk(board, Font.read(root / Path("firmware/phone/font/hotdesk-10x20.bdf")))


@pytest.fixture
def desk(dark_desk: Desk) -> Desk:
    """A phone that is on and idle."""
    dark_desk.board.power(on=True)
    dark_desk.wait_text("Nobody logged in")
    return dark_desk
