"""Draws synthetic screens from the phone's font, for the tests of what reads and shows them."""

from __future__ import annotations

from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.picture import Picture

WIDTH, HEIGHT = 128, 64
# Each pixel of QEMU's picture is a square of this side.
SQUARE = 4
GREYS = [(17 * grey,) * 3 for grey in range(16)]
BRIGHT, DARK = 15, 0


class Canvas:
    """A picture that can be drawn on."""

    def __init__(self, font: Font, paper: int = DARK) -> None:
        self._font = font
        self.pixels = bytearray([paper]) * (WIDTH * HEIGHT)

    def text(self, x: int, y: int, text: str, ink: int = BRIGHT, paper: int = DARK) -> Canvas:
        """Draws text with its top left pixel at x, y."""
        for index, character in enumerate(text):
            mask = self._font.draw(character)
            for bit in range(self._font.width * self._font.height):
                column, row = divmod(bit, self._font.height)
                at = (y + row) * WIDTH + x + index * self._font.width + column
                self.pixels[at] = ink if mask >> bit & 1 else paper
        return self

    def bar(self, y: int, height: int, grey: int = BRIGHT) -> Canvas:
        """Fills rows from edge to edge."""
        self.pixels[y * WIDTH : (y + height) * WIDTH] = bytes([grey]) * (WIDTH * height)
        return self

    def softkey(self, place: int, label: str) -> Canvas:
        """Draws a softkey with its label in the middle."""
        left, width = 43 * place, 42
        for y in range(54, 64):
            self.pixels[y * WIDTH + left : y * WIDTH + left + width] = bytes([BRIGHT]) * width
        return self.text(left + (width - len(label) * self._font.width) // 2, 54, label, DARK, BRIGHT)

    def flip(self, x: int, y: int) -> Canvas:
        """Turns one pixel from dark to bright or back."""
        self.pixels[y * WIDTH + x] = BRIGHT - self.pixels[y * WIDTH + x]
        return self

    def picture(self) -> Picture:
        """What has been drawn."""
        return Picture.of(WIDTH, HEIGHT, bytes(self.pixels), GREYS)


def form(font: Font, user: str = "john", stars: int = 5) -> Canvas:
    """A login form as the phone lays it out: title bar with a note and marks, four lines, softkeys."""
    canvas = Canvas(font).bar(0, 11).text(1, 0, "Log in", DARK, BRIGHT).text(85, 0, "abc", DARK, BRIGHT)
    canvas.text(109, 0, "\ue006\ue004\ue000", DARK, BRIGHT)
    canvas.text(1, 12, "User ID:", 9).text(1, 22, user).text(1, 32, "PIN:", 9).text(1, 42, "*" * stars)
    return canvas.softkey(0, "Submit").softkey(1, "<<").softkey(2, "Cancel")


def ppm(picture: Picture, squares: int = SQUARE) -> bytes:
    """The picture as QEMU's screendump would give it."""
    rows = []
    for y in range(HEIGHT):
        row = b"".join(bytes(picture.at(x, y)) * squares for x in range(WIDTH))
        rows.append(row * squares)
    return f"P6\n{WIDTH * squares} {HEIGHT * squares}\n255\n".encode() + b"".join(rows)
