"""A phone on the emulated W5500-EVB-Pico, idle, beside the service simulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from emulators.desk import Desk

from hotdesk_hil import package_data
from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.pico import EmulatedPico, flash
from hotdesk_hil.rig.rig import DEFAULT_MAC
from hotdesk_hil.rig.wire import Wire


@pytest.fixture
def service() -> Iterator[EmService]:
    """The service, nobody logged in."""
    with EmService(DemoCluster.read().path) as service:
        yield service


@pytest.fixture
def dark_desk(service: EmService, tmp_path: Path) -> Iterator[Desk]:
    """A phone that is off, set up for the service."""
    configuration = DemoCluster.read().phone_config(service.port).text().encode("utf-8")
    image = package_data.IMAGES / "thumbv6m-none-eabi/release/hotdesk-w5500-evb-pico"
    emulator = package_data.EMULATORS / "w5500-evb-pico"
    flash_file = tmp_path / "flash"
    flash_file.write_bytes(flash(configuration, DEFAULT_MAC))
    with EmulatedPico(image, emulator, flash_file, Wire()) as board:
        yield Desk(board, Font.read(package_data.FONTS / "hotdesk-10x20.bdf"))


@pytest.fixture
def desk(dark_desk: Desk) -> Desk:
    """A phone that is on and idle."""
    dark_desk.board.power(on=True)
    dark_desk.wait_text("Nobody logged in")
    return dark_desk
