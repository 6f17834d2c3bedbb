"""Fixtures of the rig's own tests, which need no phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotdesk_hil.rig.font import FONT_IN_REPOSITORY, Font

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def font_file() -> Path:
    """The one committed font."""
    return REPOSITORY / FONT_IN_REPOSITORY


@pytest.fixture(scope="session")
def font(font_file: Path) -> Font:
    """The phone's font."""
    return Font.read(font_file)
