"""Fixtures of the rig's own tests, which need no phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotdesk_hil.package_data import FONTS
from hotdesk_hil.rig.font import Font


@pytest.fixture(scope="session")
def font_file() -> Path:
    """The one committed font."""
    return FONTS / "hotdesk-6x10.bdf"


@pytest.fixture(scope="session")
def font(font_file: Path) -> Font:
    """The phone's font."""
    return Font.read(font_file)
