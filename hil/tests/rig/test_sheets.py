"""The reader on every screen of the phone, in every size and language.

They are on the sheets that the firmware's tests compare. A screen is a picture of its own on a sheet,
below a line with its name.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from PIL import Image

from hotdesk_hil.rig import Screen, repository
from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.picture import Picture
from hotdesk_hil.rig.reader import read

# Pixels between two pictures, and of the line with the name.
GAP, NAME = 6, 11
# Where nothing is.
GROUND = (96, 96, 104)
# Width, height, how often each pixel is repeated on the sheet, and the font.
SIZES = {
    "128x64": (128, 64, 2, "hotdesk-6x10"),
    "320x240": (320, 240, 1, "hotdesk-10x20"),
    "480x272": (480, 272, 1, "hotdesk-12x24"),
}


@lru_cache
def screens(size: str, language: str) -> list[Screen]:
    """Reads the screens of a sheet, in their order."""
    width, height, scale, font_name = SIZES[size]
    phone = repository() / Path("firmware/phone")
    font = Font.read(phone / "font" / f"{font_name}.bdf")
    wide, high = width * scale, height * scale
    found = []
    with Image.open(phone / "pictures" / f"{size}-{language}.png") as file:
        sheet = file.convert("RGB")
    for top in range(GAP + NAME, sheet.height - high + 1, NAME + high + GAP):
        for left in range(GAP, sheet.width - wide + 1, wide + GAP):
            tile = sheet.crop((left, top, left + wide, top + high))
            if tile.getcolors() == [(wide * high, GROUND)]:
                continue  # a place that no picture took
            data = f"P6\n{wide} {high}\n255\n".encode() + tile.tobytes()
            found.append(read(Picture.from_ppm(data, width, height, scale), font))
    return found


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("size", list(SIZES))
def test_all_ink_on_every_screen_is_text(size: str, language: str) -> None:
    found = screens(size, language)
    assert len(found) > 90
    for number, screen in enumerate(found, start=1):
        assert not screen.unmatched, f"picture {number}:\n{screen}"


@pytest.mark.parametrize("size", ["320x240", "480x272"])
def test_larger_displays_say_what_the_small_one_says(size: str) -> None:
    titled = 0
    for small, large in zip(screens("128x64", "en"), screens(size, "en"), strict=True):
        # Larger displays may have other softkeys between the first and the last.
        assert large.softkeys[0].startswith(small.softkeys[0])
        assert large.softkeys[2].endswith(small.softkeys[2])
        # A title that is too long for its room is cut on the smaller one.
        assert large.title.startswith(small.title.removesuffix("»"))
        titled += bool(small.title)
        assert (small.selected is None) == (large.selected is None)
    assert titled > 90
