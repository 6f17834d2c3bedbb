"""Reads the text off a picture of the screen, as a person would: from its pixels alone.

The reader looks for cells that hold exactly a glyph of the font, at any position, dark on bright or
bright on dark, in any two greys a person can tell apart. Of all ways to lay such cells over the picture
it takes the one that leaves the least ink unexplained, and what is left is reported as
`Screen.unmatched`: a letter with one wrong pixel is no letter. It never guesses, and it must not know
what the phone is meant to show.

Marks of the font (who is logged in, secured or not, link, a wait) are no text: they stand as blanks in it,
and `Screen.marks` has their names.

Larger displays in colours are drawn in the same way: each cell holds exactly a glyph of the font of that
size in two colours. To read one, give each colour of the picture a grey of its own, at least `CONTRAST`
from the others, and take width and height from the picture instead of `WIDTH` and `HEIGHT`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from .font import Font
from .picture import HEIGHT, WIDTH, Picture

# Two greys closer than this are not legible as text.
CONTRAST = 4
# Stands for ink that is not a glyph.
UNREADABLE = "\N{REPLACEMENT CHARACTER}"

# An unexplained pixel outweighs any number of cells: the fewest cells decide only between equally good
# readings.
_INK = 1000
_CELL = 1


@dataclass(frozen=True)
class Cell:
    """One character and its place: `x` is its left pixel, `ink` and `paper` are greys."""

    x: int
    character: str
    ink: int
    paper: int
    mark: str | None = None
    """The name of what is no letter but a mark."""


@dataclass(frozen=True)
class Spot:
    """Ink that is not a glyph: a rectangle of the picture, and the number of its unexplained pixels."""

    x: int
    y: int
    width: int
    height: int
    pixels: int

    def __str__(self) -> str:
        return f"{self.pixels} pixels in {self.width} x {self.height} at {self.x},{self.y}"


@dataclass(frozen=True)
class Line:
    """One line of text: `y` is its top pixel, `width` the width of a cell."""

    y: int
    cells: tuple[Cell, ...]
    spots: tuple[Spot, ...]
    width: int

    @cached_property
    def text(self) -> str:
        """The text without the blanks around it; unmatched ink stands in it as `UNREADABLE`."""
        return self.between(0, WIDTH)

    @property
    def inverse(self) -> bool:
        """Whether the text stands dark on bright, as titles, softkeys and a selected line do."""
        return sum(1 if cell.ink < cell.paper else -1 for cell in self.cells) > 0

    def between(self, left: int, right: int) -> str:
        """Returns the text of the cells whose middle is from pixel `left` up to but not including `right`."""
        pieces = [(cell.x, self.width, cell.character) for cell in self.cells if not cell.mark]
        pieces += [(s.x, s.width, UNREADABLE * max(1, round(s.width / self.width))) for s in self.spots]
        text, end = "", left
        for x, width, characters in sorted(pieces):
            if left <= x + width / 2 < right:
                text += " " * round(max(0, x - end) / self.width) + characters
                end = x + width
        return text.strip()


@dataclass(frozen=True)
class Screen:
    """What a picture says: its lines from top to bottom, and the ink that is no text."""

    picture: Picture
    lines: tuple[Line, ...]
    unmatched: tuple[Spot, ...] = field(default=())

    @cached_property
    def text(self) -> str:
        """All lines, one below the other."""
        return "\n".join(line.text for line in self.lines)

    @property
    def marks(self) -> tuple[str, ...]:
        """The names of the marks, line by line from the left."""
        return tuple(cell.mark for line in self.lines for cell in line.cells if cell.mark)

    @property
    def title(self) -> str:
        """The text at the left of the inverse bar at the top, or nothing."""
        return self._bar_texts[0]

    @property
    def title_note(self) -> str:
        """The text at the right of the title bar, two blanks or more from the title, or nothing."""
        return self._bar_texts[1]

    @property
    def _bar_texts(self) -> tuple[str, str]:
        left, _, right = (self._title.text if self._title else "").partition("  ")
        return left, right.strip()

    @property
    def body(self) -> tuple[str, ...]:
        """The lines between title and softkeys."""
        bars = (self._title, self._softkeys)
        return tuple(line.text for line in self.lines if line not in bars)

    @property
    def flowing(self) -> str:
        """The body as running text: lines joined with blanks, for texts the phone wraps between words."""
        return " ".join(self.body)

    @property
    def softkeys(self) -> tuple[str, str, str]:
        """The labels over the three softkeys; a key without a function has none."""
        if self._softkeys is None:
            return ("", "", "")
        third = WIDTH / 3
        bar = self._softkeys
        left, middle, right = (bar.between(round(k * third), round((k + 1) * third)) for k in range(3))
        return (left, middle, right)

    @property
    def selected(self) -> str | None:
        """The body line shown inverse, or None."""
        bars = (self._title, self._softkeys)
        return next((line.text for line in self.lines if line.inverse and line not in bars), None)

    @cached_property
    def _title(self) -> Line | None:
        return next((line for line in self.lines if line.y < HEIGHT / 6 and line.inverse), None)

    @cached_property
    def _softkeys(self) -> Line | None:
        return next((line for line in self.lines if line.y >= HEIGHT * 5 / 6 - 2 and line.inverse), None)

    def __str__(self) -> str:
        rows = [f"  |{line.text:<21}|{' inverse' if line.inverse else ''}" for line in self.lines]
        rows += [f"  ink that is no text: {spot}" for spot in self.unmatched]
        return "\n".join(rows) if rows else "  (nothing)"


def read(picture: Picture, font: Font) -> Screen:
    """Reads all text on `picture`. Takes some milliseconds; the result depends on nothing else."""
    greys = sorted(set(picture.pixels))
    columns = {grey: _columns(picture, grey) for grey in greys}
    bands = [_band(y, columns, font) for y in range(HEIGHT - font.height + 1)]

    # From the bottom up: the cheapest way to cover the rows from y on, by a line of text or by leaving a
    # row out.
    cheapest = [0] * (HEIGHT + 1)
    is_line = [False] * HEIGHT
    for y in reversed(range(HEIGHT)):
        cheapest[y] = _row_ink(picture, y) * _INK + cheapest[y + 1]
        if y < len(bands) and bands[y].cost + cheapest[y + font.height] < cheapest[y]:
            cheapest[y] = bands[y].cost + cheapest[y + font.height]
            is_line[y] = True

    lines: list[Line] = []
    unmatched: list[Spot] = []
    y = 0
    while y < HEIGHT:
        if is_line[y]:
            band = bands[y]
            lines.append(Line(y, tuple(band.cells), tuple(band.spots), font.width))
            unmatched += band.spots
            y += font.height
        else:
            if ink := _row_ink(picture, y):
                unmatched.append(_row_spot(picture, y, ink))
            y += 1
    return Screen(picture, tuple(lines), tuple(unmatched))


@dataclass
class _Band:
    """The best reading of the rows from one y on, one cell high."""

    cost: int
    cells: list[Cell]
    spots: list[Spot]


def _columns(picture: Picture, grey: int) -> list[int]:
    """For each x the pixels of this grey as a number, the top pixel in the lowest bit."""
    columns = [0] * WIDTH
    for y in range(HEIGHT):
        row = picture.pixels[y * WIDTH : (y + 1) * WIDTH]
        bit = 1 << y
        x = row.find(grey)
        while x >= 0:
            columns[x] |= bit
            x = row.find(grey, x + 1)
    return columns


def _band(y: int, columns: dict[int, list[int]], font: Font) -> _Band:
    full = (1 << font.height) - 1
    strips = {grey: [column >> y & full for column in of_grey] for grey, of_grey in columns.items()}
    ink = [font.height - max(strip[x].bit_count() for strip in strips.values()) for x in range(WIDTH)]
    if not any(ink):
        return _Band(0, [], [])
    found = _glyphs(strips, ink, font)

    # From the right: the cheapest way to cover the columns from x on, by a glyph or by leaving a column out.
    cheapest = [0] * (WIDTH + font.width + 1)
    take = [False] * WIDTH
    for x in reversed(range(WIDTH)):
        cheapest[x] = ink[x] * _INK + cheapest[x + 1]
        if x in found and _CELL + cheapest[x + font.width] <= cheapest[x]:
            cheapest[x] = _CELL + cheapest[x + font.width]
            take[x] = True

    cells: list[Cell] = []
    spots: list[Spot] = []
    x = 0
    while x < WIDTH:
        if take[x]:
            cells.append(found[x])
            x += font.width
            continue
        if ink[x]:
            last = spots[-1] if spots else None
            if last and x - (last.x + last.width) < font.width and not any(c.x > last.x for c in cells):
                spots[-1] = Spot(last.x, y, x + 1 - last.x, font.height, last.pixels + ink[x])
            else:
                spots.append(Spot(x, y, 1, font.height, ink[x]))
        x += 1
    return _Band(cheapest[0], cells, spots)


def _glyphs(strips: dict[int, list[int]], ink: list[int], font: Font) -> dict[int, Cell]:
    """Finds each place where a cell holds exactly a glyph in two greys."""
    found: dict[int, Cell] = {}
    top = font.height * (font.width - 1)
    masks = {
        grey: sum(strip[x] << (font.height * x) for x in range(font.width - 1)) << font.height
        for grey, strip in strips.items()
    }
    for x in range(WIDTH - font.width + 1):
        for grey, strip in strips.items():
            masks[grey] = masks[grey] >> font.height | strip[x + font.width - 1] << top
        if not any(ink[x : x + font.width]):
            continue
        present = [(grey, mask) for grey, mask in masks.items() if mask]
        if len(present) != 2:
            continue
        (dark, dark_mask), (bright, bright_mask) = present
        if bright - dark < CONTRAST:
            continue
        if character := font.characters.get(bright_mask):
            found[x] = Cell(x, character, bright, dark, font.marks.get(character))
        elif character := font.characters.get(dark_mask):
            found[x] = Cell(x, character, dark, bright, font.marks.get(character))
    return found


def _row_ink(picture: Picture, y: int) -> int:
    row = picture.pixels[y * WIDTH : (y + 1) * WIDTH]
    return WIDTH - max(row.count(grey) for grey in set(row))


def _row_spot(picture: Picture, y: int, ink: int) -> Spot:
    row = picture.pixels[y * WIDTH : (y + 1) * WIDTH]
    paper = max(set(row), key=row.count)
    marked = [x for x, grey in enumerate(row) if grey != paper]
    return Spot(marked[0], y, marked[-1] + 1 - marked[0], 1, ink)
