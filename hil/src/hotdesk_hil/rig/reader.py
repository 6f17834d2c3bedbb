"""Reads the text off a picture of the screen, as a person would: from its pixels alone.

The reader looks for cells that hold exactly a glyph of the font, at any position, dark on bright or
bright on dark, in any two colours a person can tell apart. Of all ways to lay such cells over the picture
it takes the one that leaves the least ink unexplained, and what is left is reported as
`Screen.unmatched`: a letter with one wrong pixel is no letter. It never guesses, and it must not know
what the phone is meant to show.

Ink is what stands out: a column of a line of text that has more than one colour, or, where no text is,
a pixel that is neither part of something as wide as a softkey's label nor like the pixels above and below.

Marks of the font (who is logged in, secured or not, link, a wait) are no text: they stand as blanks in it,
and `Screen.marks` has their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .font import Font
from .picture import Picture

# Two colours less far apart in brightness, of 255, are not legible as text.
CONTRAST = 64
# Stands for ink that is not a glyph.
UNREADABLE = "\N{REPLACEMENT CHARACTER}"

# An unexplained pixel outweighs any number of cells: the fewest cells decide only between equally good
# readings.
_INK = 1000
_CELL = 1
# Cells of a softkey's label: no bar is narrower.
_BAR = 7
# Lines of text read before are not read again: of two pictures in a row most lines are the same.
_MOST_BANDS = 4096


@dataclass(frozen=True)
class Cell:
    """One character: `x` is its left pixel, `ink` and `paper` are places in the picture's colours."""

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
    """One line of text: `y` is its top pixel, `width` and `height` are those of a cell."""

    y: int
    cells: tuple[Cell, ...]
    spots: tuple[Spot, ...]
    width: int
    height: int
    inverse: bool
    """Whether its paper is not the picture's ground: so titles, softkeys and a selected line stand."""

    @cached_property
    def text(self) -> str:
        """The text without the blanks around it; unmatched ink stands in it as `UNREADABLE`."""
        return self.between(0, float("inf"))

    def between(self, left: int, right: float) -> str:
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
    """What a picture says. It is read when first asked: most pictures of a wait are half-drawn."""

    picture: Picture
    font: Font

    @cached_property
    def _reading(self) -> tuple[tuple[Line, ...], tuple[Spot, ...]]:
        return _Reading(self.picture, self.font).lines()

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its lines from top to bottom."""
        return self._reading[0]

    @property
    def unmatched(self) -> tuple[Spot, ...]:
        """The ink that is no text."""
        return self._reading[1]

    @property
    def columns(self) -> int:
        """Cells of the font that the picture is wide."""
        return self.picture.width // self.font.width

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
        """The text at the left of the bar at the top, or nothing."""
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
        third = self.picture.width / 3
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
        return next((line for line in self.lines if line.y < line.height / 2 and line.inverse), None)

    @cached_property
    def _softkeys(self) -> Line | None:
        bottom = self.picture.height
        return next(
            (line for line in self.lines if line.y + 1.5 * line.height > bottom and line.inverse), None
        )

    def __str__(self) -> str:
        rows = [f"  |{line.text:<{self.columns}}|{' inverse' if line.inverse else ''}" for line in self.lines]
        rows += [f"  ink that is no text: {spot}" for spot in self.unmatched]
        return "\n".join(rows) if rows else "  (nothing)"


def read(picture: Picture, font: Font) -> Screen:
    """Reads all text on `picture`. The result depends on nothing else."""
    return Screen(picture, font)


@dataclass(frozen=True)
class _Band:
    """The best reading of the rows from one y on, one cell high. What lies in it is told from its top."""

    cost: int
    cells: tuple[Cell, ...]
    spots: tuple[Spot, ...]


_bands: dict[tuple[bytes, int, tuple[int, ...], Font], _Band] = {}


class _Reading:
    """One picture being read."""

    def __init__(self, picture: Picture, font: Font) -> None:
        self._picture = picture
        self._font = font
        width = picture.width
        self._rows = [picture.pixels[at : at + width] for at in range(0, len(picture.pixels), width)]
        self._row_ink = _ink_of_rows(self._rows, font)

    def lines(self) -> tuple[tuple[Line, ...], tuple[Spot, ...]]:
        lines, unmatched = self._cover(self._likely())
        # Lines that touch each other may need a band that seems to cut one.
        return self._cover(range(self._picture.height)) if unmatched else (lines, unmatched)

    def _likely(self) -> list[int]:
        """The rows where a line of text may begin: not those where it would cut ink that fits into one."""
        height, cell = self._picture.height, self._font.height
        may_begin = [True] * height
        y = 0
        while y < height:
            begin = y
            while y < height and self._row_ink[y]:
                y += 1
            if 0 < y - begin <= cell:
                for cut in (*range(begin + 1, y), *range(begin - cell + 1, y - cell)):
                    if 0 <= cut < height:
                        may_begin[cut] = False
            y += 1
        return [y for y in range(height) if may_begin[y]]

    def _cover(self, starts: range | list[int]) -> tuple[tuple[Line, ...], tuple[Spot, ...]]:
        picture, font = self._picture, self._font
        bands = {y: self._band(y) for y in starts if y + font.height <= picture.height and self._differs(y)}
        # From the bottom up: the cheapest way to cover the rows from y on, by a line of text or by leaving a
        # row out.
        cheapest = [0] * (picture.height + 1)
        is_line = [False] * picture.height
        for y in reversed(range(picture.height)):
            cheapest[y] = len(self._row_ink[y]) * _INK + cheapest[y + 1]
            if y in bands and bands[y].cost + cheapest[y + font.height] < cheapest[y]:
                cheapest[y] = bands[y].cost + cheapest[y + font.height]
                is_line[y] = True

        ground = max(range(len(picture.colours)), key=picture.pixels.count)
        lines: list[Line] = []
        unmatched: list[Spot] = []
        y = 0
        while y < picture.height:
            if is_line[y]:
                band = bands[y]
                spots = tuple(Spot(s.x, y, s.width, s.height, s.pixels) for s in band.spots)
                inverse = sum(1 if cell.paper != ground else -1 for cell in band.cells) > 0
                lines.append(Line(y, band.cells, spots, font.width, font.height, inverse))
                unmatched += spots
                y += font.height
            else:
                if marked := self._row_ink[y]:
                    unmatched.append(Spot(marked[0], y, marked[-1] + 1 - marked[0], 1, len(marked)))
                y += 1
        return tuple(lines), tuple(unmatched)

    def _differs(self, y: int) -> bool:
        """Whether there is anything to explain in the rows of a line."""
        end = y + self._font.height
        return any(self._row_ink[y:end]) or len(set(self._rows[y:end])) > 1

    def _band(self, y: int) -> _Band:
        picture, font = self._picture, self._font
        rows = picture.pixels[y * picture.width : (y + font.height) * picture.width]
        key = (rows, picture.width, picture.lumas, font)
        band = _bands.get(key)
        if band is None:
            if len(_bands) >= _MOST_BANDS:
                _bands.clear()
            band = _bands[key] = _read_band(rows, picture, font)
        return band


def _ink_of_rows(rows: list[bytes], font: Font) -> list[list[int]]:
    """For each row the pixels in it that stand out where no text is."""
    found: list[list[int]] = []
    for y, row in enumerate(rows):
        present = set(row)
        if len(present) == 1:
            found.append([])
            continue
        wide = 0
        for colour in present:
            wide |= _runs(_bits(row, colour), _BAR * font.width)
        above, below = rows[max(y - 1, 0)], rows[min(y + 1, len(rows) - 1)]
        found.append(
            [x for x, colour in enumerate(row) if not (wide >> x & 1 or above[x] == colour == below[x])]
        )
    return found


def _bits(pixels: bytes, colour: int) -> int:
    """The pixels of this colour as a number, the first in the lowest bit."""
    return int(pixels[::-1].translate(_IS[colour]), 2)


# For each colour the table that turns it into "1" and the others into "0".
_IS = [bytes(ord("1") if value == colour else ord("0") for value in range(256)) for colour in range(256)]


def _runs(bits: int, length: int) -> int:
    """The bits that are in a run of so many or more."""
    if not bits:
        return 0
    kept, done = bits, 1
    while done < length:
        step = min(done, length - done)
        kept &= kept >> step
        done += step
    grown, done = kept, 1
    while done < length:
        step = min(done, length - done)
        grown |= grown << step
        done += step
    return grown


def _read_band(rows: bytes, picture: Picture, font: Font) -> _Band:
    width = picture.width
    present = sorted(set(rows))
    # For each colour and x the pixels of this colour in the column, the top one in the lowest bit.
    columns = [rows[x::width] for x in range(width)]
    strips = {colour: [_bits(column, colour) for column in columns] for colour in present}
    ink = [font.height - max(column.count(colour) for colour in set(column)) for column in columns]
    found = _glyphs(strips, ink, font, picture.lumas)

    # From the right: the cheapest way to cover the columns from x on, by a glyph or by leaving a column out.
    cheapest = [0] * (width + font.width + 1)
    take = [False] * width
    for x in reversed(range(width)):
        cheapest[x] = ink[x] * _INK + cheapest[x + 1]
        if x in found and _CELL + cheapest[x + font.width] <= cheapest[x]:
            cheapest[x] = _CELL + cheapest[x + font.width]
            take[x] = True

    cells: list[Cell] = []
    spots: list[Spot] = []
    x = 0
    while x < width:
        if take[x]:
            cells.append(found[x])
            x += font.width
            continue
        if ink[x]:
            last = spots[-1] if spots else None
            if last and x - (last.x + last.width) < font.width and not any(c.x > last.x for c in cells):
                spots[-1] = Spot(last.x, 0, x + 1 - last.x, font.height, last.pixels + ink[x])
            else:
                spots.append(Spot(x, 0, 1, font.height, ink[x]))
        x += 1
    return _Band(cheapest[0], tuple(cells), tuple(spots))


def _glyphs(
    strips: dict[int, list[int]], ink: list[int], font: Font, lumas: tuple[int, ...]
) -> dict[int, Cell]:
    """Finds each place where a cell holds exactly a glyph in two colours."""
    found: dict[int, Cell] = {}
    full = (1 << font.width * font.height) - 1
    # The band as one number a colour: the cell at x begins at its bit.
    whole = {
        colour: sum(strip << (font.height * x) for x, strip in enumerate(column) if strip)
        for colour, column in strips.items()
    }
    inked = 0
    for x, marked in enumerate(ink):
        # How many of the columns of the cell that ends here have ink.
        inked += bool(marked) - (x >= font.width and bool(ink[x - font.width]))
        left = x + 1 - font.width
        if left < 0 or not inked:
            continue
        masks = ((colour, bits >> (font.height * left) & full) for colour, bits in whole.items())
        present = [(colour, mask) for colour, mask in masks if mask]
        if len(present) != 2:
            continue
        # Colours go from dark to bright.
        (dark, dark_mask), (bright, bright_mask) = present
        if lumas[bright] - lumas[dark] < CONTRAST:
            continue
        if character := font.characters.get(bright_mask):
            found[left] = Cell(left, character, bright, dark, font.marks.get(character))
        elif character := font.characters.get(dark_mask):
            found[left] = Cell(left, character, dark, bright, font.marks.get(character))
    return found
