"""The phone's font, read from the same BDF file that the firmware draws from.

A glyph is one cell of fixed size, kept as a bit mask: column by column from the left, in each column the
top pixel is the lowest bit. `Font.characters` is the way back from pixels to text. This module must not
know how a screen is laid out, and must not carry a font of its own: there is one committed file for each
size of cells, named by whoever runs the rig. A display of 320 x 240 pixels is drawn with
`hotdesk-10x20.bdf`, one of 480 x 272 with `hotdesk-12x24.bdf`: `Font.read` reads them alike.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from ..package_data import FONTS
from .errors import FontError


@dataclass(frozen=True, eq=False)
class Font:
    """A font of fixed cells. `masks` maps each character to its pixels, `characters` the pixels back."""

    width: int
    height: int
    masks: dict[str, int]
    characters: dict[int, str]
    substitute: str | None
    """The character drawn for all that the font lacks (DEFAULT_CHAR)."""
    marks: dict[str, str]
    """Characters that are no letters but marks (of private use in Unicode), with their names in the file."""

    @classmethod
    def read(cls, path: Path) -> Font:
        """Reads a BDF file. Raises FontError naming the file and the line."""
        try:
            text = path.read_text(encoding="latin-1")
        except OSError as error:
            ours = ", ".join(f"fonts/{font.name}" for font in sorted(FONTS.glob("*.bdf")))
            raise FontError(
                f"cannot read the phone's font {path}: {error.strerror}; name a file in the rig file, or one "
                f"that comes with the package: {ours}"
            ) from error
        return _parse(text, path)

    def draw(self, character: str) -> int:
        """Returns the mask the phone draws for `character`: its own, or that of the substitute."""
        mask = self.masks.get(character)
        if mask is None and self.substitute is not None:
            mask = self.masks.get(self.substitute)
        if mask is None:
            raise FontError(f"the font has no glyph for {character!r} and no substitute")
        return mask


def _parse(text: str, path: Path) -> Font:
    width = height = bottom = 0
    substitute: str | None = None
    masks: dict[str, int] = {}
    marks: dict[str, str] = {}
    name = ""
    character: str | None = None
    box = (0, 0, 0, 0)
    rows: list[str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        word, _, rest = line.partition(" ")
        try:
            if word == "FONTBOUNDINGBOX":
                width, height, _left, bottom = (int(field) for field in rest.split())
            elif word == "DEFAULT_CHAR":
                substitute = chr(int(rest))
            elif word == "STARTCHAR":
                name = rest
            elif word == "ENCODING":
                character = chr(int(rest)) if int(rest) >= 0 else None
                if character and unicodedata.category(character) == "Co":
                    marks[character] = name
            elif word == "BBX":
                glyph_width, glyph_height, left, low = (int(field) for field in rest.split())
                box = (glyph_width, glyph_height, left, low)
            elif word == "BITMAP":
                rows = []
            elif word == "ENDCHAR":
                if character is not None and rows is not None:
                    masks[character] = _mask(rows, box, width, height, bottom)
                character, rows = None, None
            elif rows is not None:
                rows.append(line.strip())
        except ValueError as error:
            raise FontError(f"{path}:{number}: {error}; this is not a BDF font of fixed cells") from error
    if not masks or not width or not height:
        raise FontError(f"{path}: no glyphs or no FONTBOUNDINGBOX; this is not a BDF font")
    characters: dict[int, str] = {}
    # Some characters look alike (the soft hyphen is a hyphen): a person reads the plainer one.
    for each in sorted(masks):
        characters.setdefault(masks[each], each)
    return Font(width, height, masks, characters, substitute if substitute in masks else None, marks)


def _mask(rows: list[str], box: tuple[int, int, int, int], width: int, height: int, bottom: int) -> int:
    glyph_width, glyph_height, left, low = box
    if len(rows) != glyph_height:
        raise ValueError(f"a glyph has {len(rows)} rows instead of {glyph_height}")
    top = height + bottom - (glyph_height + low)
    mask = 0
    for y, digits in enumerate(rows):
        bits = int(digits, 16)
        for x in range(glyph_width):
            if bits >> (4 * len(digits) - 1 - x) & 1:
                column, row = left + x, top + y
                if not (0 <= column < width and 0 <= row < height):
                    raise ValueError(f"a glyph leaves its cell of {width} x {height}")
                mask |= 1 << (column * height + row)
    return mask
