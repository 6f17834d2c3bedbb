"""From an emulator's PPM to a picture and on to a PNG, and what is no picture of the display."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from rig.drawing import GREYS, HEIGHT, SQUARE, WIDTH, Canvas, form, ppm

from hotdesk_hil.rig.errors import PictureError
from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.picture import Colour, Picture


def from_ppm(data: bytes) -> Picture:
    """Reads what the emulated display of 128 x 64 pixels gives."""
    return Picture.from_ppm(data, WIDTH, HEIGHT, SQUARE)


def test_screendump_gives_the_picture_back(font: Font) -> None:
    picture = form(font).picture()
    assert from_ppm(ppm(picture)) == picture


def test_all_sixteen_greys_survive() -> None:
    picture = Picture.of(WIDTH, HEIGHT, bytes(range(16)) * (WIDTH * HEIGHT // 16), GREYS)
    assert from_ppm(ppm(picture)) == picture


def test_header_ends_at_one_blank_though_dark_pixels_look_like_blanks(font: Font) -> None:
    picture = Canvas(font).picture()
    data = ppm(picture)
    assert from_ppm(data.replace(b"P6\n512 256\n255\n", b"P6 512 256 255 ")) == picture


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
        (lambda data: damaged(data, 15 + 512 * 3, 17), "not drawn in squares"),
    ],
)
def test_what_is_no_picture_of_the_display_is_refused(
    font: Font, spoil: Callable[[bytes], bytes], words: str
) -> None:
    with pytest.raises(PictureError, match=words):
        from_ppm(spoil(ppm(Canvas(font).picture())))


def test_png_shows_each_pixel_as_a_square_of_its_grey(font: Font, tmp_path: Path) -> None:
    picture = form(font).picture()
    picture.save_png(tmp_path / "deep" / "form.png")
    with Image.open(tmp_path / "deep" / "form.png") as image:
        assert image.size == (512, 256)
        for x, y in [(0, 0), (2, 2), (70, 30), (127, 63)]:
            assert image.getpixel((4 * x + 3, 4 * y + 1)) == picture.at(x, y)


def colours_ppm(pixels: list[Colour], width: int, height: int) -> bytes:
    """A picture in colours, as an emulated panel gives it."""
    return f"P6\n{width} {height}\n255\n".encode() + b"".join(map(bytes, pixels))


# The last two are equally bright.
RED, WHITE, BLUE, GREEN = (255, 0, 0), (255, 255, 255), (0, 0, 250), (0, 48, 0)


def test_colours_survive_and_go_from_dark_to_bright() -> None:
    picture = Picture.from_ppm(colours_ppm([WHITE, BLUE, RED, WHITE], 2, 2), 2, 2)
    assert picture.colours == (BLUE, RED, WHITE)
    assert [picture.at(x, y) for y in range(2) for x in range(2)] == [WHITE, BLUE, RED, WHITE]


def test_colours_of_the_same_brightness_stay_apart() -> None:
    picture = Picture.from_ppm(colours_ppm([GREEN, BLUE], 2, 1), 2, 1)
    assert picture.lumas[0] == picture.lumas[1]
    assert [picture.at(0, 0), picture.at(1, 0)] == [GREEN, BLUE]


def test_photograph_is_refused() -> None:
    pixels = [(value, 0, second) for value in range(256) for second in (0, 1)]
    with pytest.raises(PictureError, match="more than 256 colours"):
        Picture.from_ppm(colours_ppm(pixels, 512, 1), 512, 1)


def test_png_keeps_colours(tmp_path: Path) -> None:
    Picture.from_ppm(colours_ppm([RED, BLUE], 2, 1), 2, 1).save_png(tmp_path / "two.png", scale=1)
    with Image.open(tmp_path / "two.png") as image:
        assert [image.getpixel((x, 0)) for x in range(2)] == [RED, BLUE]
