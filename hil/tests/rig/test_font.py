"""Reading the BDF file: the committed font, and files that are none."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from hotdesk_hil.rig.errors import FontError
from hotdesk_hil.rig.font import Font


def test_committed_font_has_ascii_latin1_and_a_substitute(font: Font) -> None:
    assert (font.width, font.height) == (6, 10)
    wanted = set(string.printable) - set(string.whitespace) | {" "} | {chr(c) for c in range(0xA0, 0x100)}
    assert wanted <= set(font.masks)
    assert font.substitute is not None
    assert font.draw("\N{SNOWMAN}") == font.masks[font.substitute]


def test_no_two_letters_or_digits_look_alike(font: Font) -> None:
    letters = string.ascii_letters + string.digits
    assert len({font.masks[character] for character in letters}) == len(letters)


def test_missing_font_names_the_file_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FontError, match=r"nowhere\.bdf: .*; name a file .*, fonts/hotdesk-6x10\.bdf"):
        Font.read(tmp_path / "nowhere.bdf")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("FONTBOUNDINGBOX 6 10 0 -2", "FONTBOUNDINGBOX 6 ten 0 -2", "invalid literal"),
        ("FONTBOUNDINGBOX 6 10 0 -2", "FONTBOUNDINGBOX 6 9 0 -2", "leaves its cell"),
        ("BBX 6 10 0 -2", "BBX 6 11 0 -2", "10 rows instead of 11"),
        ("BITMAP\n00", "BITMAP\nxx", "invalid literal"),
    ],
)
def test_damage_is_named_with_its_line(
    font_file: Path, tmp_path: Path, old: str, new: str, words: str
) -> None:
    text = font_file.read_text(encoding="latin-1")
    assert old in text
    broken = tmp_path / "broken.bdf"
    broken.write_text(text.replace(old, new, 1), encoding="latin-1")
    with pytest.raises(FontError, match=rf"broken\.bdf:\d+: .*{words}"):
        Font.read(broken)


def test_file_that_is_no_font_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.bdf"
    other.write_text("hello\n")
    with pytest.raises(FontError, match="not a BDF font"):
        Font.read(other)
