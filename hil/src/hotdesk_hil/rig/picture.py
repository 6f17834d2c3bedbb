"""A picture of the phone's screen: 128 x 64 pixels of 16 greys, from the emulator's PPM to a PNG.

A picture is data: it does not change, and two equal pictures compare equal. Nothing here reads text (see
`reader`) or guesses: a PPM that is not this screen, pixel for pixel, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .errors import PictureError

WIDTH = 128
HEIGHT = 64
GREYS = 16
# QEMU draws each pixel of the display as a square of this side.
SQUARE = 4


@dataclass(frozen=True)
class Picture:
    """`pixels` holds one byte a pixel, row by row from the top left, 0 (dark) to 15 (bright)."""

    pixels: bytes

    def __post_init__(self) -> None:
        if len(self.pixels) != WIDTH * HEIGHT or max(self.pixels) >= GREYS:
            raise PictureError(f"a picture is {WIDTH} x {HEIGHT} greys from 0 to {GREYS - 1}")

    def at(self, x: int, y: int) -> int:
        """Returns the grey of one pixel."""
        return self.pixels[y * WIDTH + x]

    @classmethod
    def from_ppm(cls, data: bytes) -> Picture:
        """Reads QEMU's screendump: binary PPM of 512 x 256, each pixel a square of one grey."""
        fields, body = _ppm_header(data)
        if fields != (WIDTH * SQUARE, HEIGHT * SQUARE, 255):
            size = f"{fields[0]} x {fields[1]} of {fields[2]}"
            raise PictureError(f"the screendump is {size}, not 512 x 256 of 255")
        row_bytes = WIDTH * SQUARE * 3
        if len(body) != row_bytes * HEIGHT * SQUARE:
            raise PictureError(f"the screendump is cut: {len(body)} bytes of {row_bytes * HEIGHT * SQUARE}")
        pixels = bytearray()
        for y in range(HEIGHT):
            row = body[y * SQUARE * row_bytes : (y * SQUARE + 1) * row_bytes]
            for below in range(1, SQUARE):
                start = (y * SQUARE + below) * row_bytes
                if body[start : start + row_bytes] != row:
                    raise PictureError(f"line {y} of the screendump is not drawn in squares")
            red = row[0::3]
            if red != row[1::3] or red != row[2::3]:
                raise PictureError(f"line {y} of the screendump has a colour; the display has greys")
            dots = red[0::SQUARE]
            if any(red[shift::SQUARE] != dots for shift in range(1, SQUARE)):
                raise PictureError(f"line {y} of the screendump is not drawn in squares")
            pixels += dots
        # QEMU shows grey n as 17 * n, or as its five or six bit neighbour.
        return cls(bytes(round(value * (GREYS - 1) / 255) for value in pixels))

    def save_png(self, path: Path, scale: int = SQUARE) -> None:
        """Writes the picture as a grey PNG, each pixel a square of `scale`."""
        image = Image.frombytes("L", (WIDTH, HEIGHT), bytes(grey * 17 for grey in self.pixels))
        path.parent.mkdir(parents=True, exist_ok=True)
        image.resize((WIDTH * scale, HEIGHT * scale), Image.Resampling.NEAREST).save(path, format="PNG")


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
