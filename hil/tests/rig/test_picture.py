"""From QEMU's PPM to a picture and on to a PNG, and what is no picture of the display."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from rig.drawing import Canvas, form, ppm

from hotdesk_hil.rig.errors import PictureError
from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.picture import HEIGHT, WIDTH, Picture


def test_screendump_gives_the_picture_back(font: Font) -> None:
    picture = form(font).picture()
    assert Picture.from_ppm(ppm(picture)) == picture


def test_all_sixteen_greys_survive() -> None:
    picture = Picture(bytes(range(16)) * (WIDTH * HEIGHT // 16))
    assert Picture.from_ppm(ppm(picture)) == picture


def test_header_ends_at_one_blank_though_dark_pixels_look_like_blanks(font: Font) -> None:
    picture = Canvas(font).picture()
    data = ppm(picture)
    assert Picture.from_ppm(data.replace(b"P6\n512 256\n255\n", b"P6 512 256 255 ")) == picture


def damaged(data: bytes, at: int, value: int) -> bytes:
    """The data with one byte changed."""
    return data[:at] + bytes([value]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: data[:-1], "cut"),
        (lambda data: data[:9], "header is cut"),
        (lambda data: b"P5" + data[2:], "no binary PPM"),
        (lambda data: data.replace(b"512 256", b"256 512"), "not 512 x 256"),
        (lambda data: data[:15] + bytes([17, 0, 0] * 512 * 4) + data[15 + 512 * 3 * 4 :], "has a colour"),
        (lambda data: damaged(data, 15 + 512 * 3, 17), "not drawn in squares"),
    ],
)
def test_what_is_no_picture_of_the_display_is_refused(
    font: Font, spoil: Callable[[bytes], bytes], words: str
) -> None:
    with pytest.raises(PictureError, match=words):
        Picture.from_ppm(spoil(ppm(Canvas(font).picture())))


def test_png_shows_each_pixel_as_a_square_of_its_grey(font: Font, tmp_path: Path) -> None:
    picture = form(font).picture()
    picture.save_png(tmp_path / "deep" / "form.png")
    with Image.open(tmp_path / "deep" / "form.png") as image:
        assert image.size == (512, 256)
        for x, y in [(0, 0), (2, 2), (70, 30), (127, 63)]:
            assert image.getpixel((4 * x + 3, 4 * y + 1)) == picture.at(x, y) * 17
