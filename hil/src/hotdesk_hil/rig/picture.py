"""A picture of the phone's screen: its pixels and their colours, from an emulator's PPM to a PNG.

A picture is data: it does not change, and two equal pictures compare equal. Nothing here reads text (see
`reader`) or guesses: a PPM that is not a picture of this size, pixel for pixel, is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from PIL import Image

from .errors import PictureError

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255 each."""

# The phone draws in fewer; a picture with more is none of its screens.
MOST_COLOURS = 256
# A picture in a file is so wide at least, in whole squares a pixel.
PNG_WIDTH = 512


@dataclass(frozen=True)
class Picture:
    """`pixels` holds one byte a pixel, row by row from the top left: the place of its colour in `colours`.

    `colours` has those of the picture and no others, from dark to bright.
    """

    width: int
    height: int
    pixels: bytes
    colours: tuple[Colour, ...]

    def __post_init__(self) -> None:
        if len(self.pixels) != self.width * self.height:
            raise PictureError(
                f"a picture of {self.width} x {self.height} has {self.width * self.height} pixels, "
                f"not {len(self.pixels)}"
            )
        if sorted(set(self.pixels)) != list(range(len(self.colours))):
            raise PictureError("the colours of a picture are not those of its pixels")
        if list(self.colours) != sorted(self.colours, key=_order):
            raise PictureError("the colours of a picture go from dark to bright")

    def at(self, x: int, y: int) -> Colour:
        """Returns the colour of one pixel."""
        return self.colours[self.pixels[y * self.width + x]]

    @cached_property
    def lumas(self) -> tuple[int, ...]:
        """How bright each colour is, 0 to 255."""
        return tuple(luma(colour) for colour in self.colours)

    @classmethod
    def of(cls, width: int, height: int, pixels: bytes, palette: Sequence[Colour]) -> Picture:
        """Makes a picture of pixels that are places in a palette of any order."""
        used = sorted({palette[place] for place in set(pixels)}, key=_order)
        place = {colour: index for index, colour in enumerate(used)}
        table = bytes(place.get(palette[value], 0) if value < len(palette) else 0 for value in range(256))
        return cls(width, height, pixels.translate(table), tuple(used))

    @classmethod
    # A rig looks many times while nothing is drawn, and this takes long.
    @lru_cache(maxsize=2)
    def from_ppm(cls, data: bytes, width: int, height: int, square: int = 1) -> Picture:
        """Reads a binary PPM in which each pixel is drawn as a square of this side."""
        fields, body = _ppm_header(data)
        if fields != (width * square, height * square, 255):
            size = f"{fields[0]} x {fields[1]} of {fields[2]}"
            raise PictureError(f"the screendump is {size}, not {width * square} x {height * square} of 255")
        if len(body) != 3 * width * height * square**2:
            raise PictureError(
                f"the screendump is cut: {len(body)} bytes of {3 * width * height * square**2}"
            )
        drawn = Image.frombytes("RGB", (width * square, height * square), body)
        image = drawn
        if square > 1:
            image = drawn.resize((width, height), Image.Resampling.NEAREST)
            if image.resize(drawn.size, Image.Resampling.NEAREST).tobytes() != body:
                raise PictureError("the screendump is not drawn in squares")
        counted = image.getcolors(MOST_COLOURS)
        if counted is None:
            raise PictureError(f"the screendump has more than {MOST_COLOURS} colours")
        colours = sorted((colour for _, colour in counted), key=_order)
        places = {luma(colour): index for index, colour in enumerate(colours)}
        if len(places) == len(colours):
            # Each colour has a brightness of its own, which the library finds much faster.
            table = bytes(places.get(value, 0) for value in range(256))
            pixels = image.convert("L").tobytes().translate(table)
        else:
            index = {bytes(colour): place for place, colour in enumerate(colours)}
            values = image.tobytes()
            pixels = bytes(index[values[at : at + 3]] for at in range(0, len(values), 3))
        return cls(width, height, pixels, tuple(colours))

    def save_png(self, path: Path, scale: int | None = None) -> None:
        """Writes a PNG, each pixel a square of `scale` (default: so wide that one can read it)."""
        scale = scale or max(1, PNG_WIDTH // self.width)
        path.parent.mkdir(parents=True, exist_ok=True)
        size = (self.width * scale, self.height * scale)
        self.image().convert("RGB").resize(size, Image.Resampling.NEAREST).save(path, format="PNG")

    def image(self) -> Image.Image:
        """Returns the picture as one of Pillow's, of mode P: pixel for pixel, with nothing beside them."""
        image = Image.frombytes("P", (self.width, self.height), self.pixels)
        image.putpalette([value for colour in self.colours for value in colour])
        return image


def luma(colour: Colour) -> int:
    """How bright a colour is, 0 to 255, in the whole numbers that Pillow's mode L has."""
    red, green, blue = colour
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16


def _order(colour: Colour) -> tuple[int, Colour]:
    return luma(colour), colour


def _ppm_header(data: bytes) -> tuple[tuple[int, int, int], bytes]:
    if not data.startswith(b"P6"):
        raise PictureError("the screendump is no binary PPM")
    fields = data.split(maxsplit=4)[:4]
    try:
        width, height, depth = (int(field) for field in fields[1:])
    except ValueError as error:
        raise PictureError("the screendump's PPM header is cut") from error
    # Exactly one blank ends the header; what follows may itself look like blanks.
    start = 0
    for field in fields:
        start = data.index(field, start) + len(field)
    return (width, height, depth), data[start + 1 :]
