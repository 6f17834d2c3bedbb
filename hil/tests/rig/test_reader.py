"""The reader: every glyph, every way the phone shows text, and nothing it does not show."""

from __future__ import annotations

from pathlib import Path

import pytest
from rig.drawing import BRIGHT, DARK, HEIGHT, WIDTH, Canvas, form

from hotdesk_hil.rig.font import Font
from hotdesk_hil.rig.reader import UNREADABLE, read


def test_form_reads_as_a_person_reads_it(font: Font) -> None:
    screen = read(form(font).picture(), font)
    assert screen.title == "Log in"
    assert screen.title_note == "abc"
    assert screen.marks == ("nobody", "not-secure", "link-ready")
    assert screen.body == ("User ID:", "john", "PIN:", "*****")
    assert screen.softkeys == ("Submit", "<<", "Cancel")
    assert screen.selected is None
    assert screen.unmatched == ()


def test_every_glyph_of_the_font_is_read_back(font: Font) -> None:
    # The first on the line that looks alike is the one a person reads: a soft hyphen is a hyphen.
    characters = sorted(set(font.characters.values()) - {" "})
    for start in range(0, len(characters), 20):
        chunk = "".join(characters[start : start + 20])
        # A letter before tells where the line stands: a lone dot has no place of its own.
        canvas = Canvas(font).text(1, 22, "X" + chunk)
        screen = read(canvas.picture(), font)
        assert "".join(cell.character for cell in screen.lines[0].cells).strip() == "X" + chunk
        assert screen.unmatched == ()


def test_marks_are_no_text_and_have_names(font: Font) -> None:
    canvas = Canvas(font).bar(0, 11).text(1, 0, "Please wait  \ue00912s", DARK, BRIGHT)
    screen = read(canvas.text(109, 0, "\ue005\ue003\ue002", DARK, BRIGHT).picture(), font)
    assert (screen.title, screen.title_note) == ("Please wait", "12s")
    assert screen.marks == ("wait-2", "user", "secure", "link-down")
    assert screen.unmatched == ()


@pytest.mark.parametrize("name", ["hotdesk-10x20.bdf", "hotdesk-12x24.bdf"])
def test_larger_fonts_have_the_same_characters_and_tell_letters_apart(
    font: Font, font_file: Path, name: str
) -> None:
    larger = Font.read(font_file.with_name(name))
    assert set(larger.masks) == set(font.masks)
    assert larger.marks == font.marks
    letters = [larger.masks[character] for character in larger.masks if character.isalnum()]
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 12), (3, 17), (5, 31), (7, 54)])
def test_text_is_found_at_any_position(font: Font, x: int, y: int) -> None:
    screen = read(Canvas(font).text(x, y, "Logged in: john").picture(), font)
    assert [(line.y, line.text) for line in screen.lines] == [(y, "Logged in: john")]
    assert screen.lines[0].cells[0].x == x


@pytest.mark.parametrize("ink", range(16))
def test_every_grey_is_read_that_a_person_can_tell_from_its_paper(font: Font, ink: int) -> None:
    screen = read(Canvas(font, 6).text(1, 22, "Menu", ink, 6).picture(), font)
    if abs(ink - 6) >= 4:
        assert screen.text == "Menu"
        assert screen.unmatched == ()
    elif ink == 6:
        assert screen.text == ""
    else:
        assert "Menu" not in screen.text
        assert screen.unmatched != ()


def test_selected_line_is_the_inverse_one(font: Font) -> None:
    canvas = Canvas(font).bar(0, 11).text(1, 0, "Menu", DARK, BRIGHT)
    canvas.text(1, 12, "Log in").bar(22, 10).text(1, 22, "Log out", DARK, BRIGHT)
    canvas.text(1, 32, "About this phone")
    screen = read(canvas.picture(), font)
    assert screen.selected == "Log out"
    assert screen.body == ("Log in", "Log out", "About this phone")


def test_cursor_and_pending_letter_do_not_hide_the_text(font: Font) -> None:
    canvas = form(font, user="joh").text(19, 22, "n", DARK, BRIGHT).text(25, 22, " ", DARK, BRIGHT)
    screen = read(canvas.picture(), font)
    assert screen.body[1] == "john"
    assert screen.unmatched == ()


def test_character_the_font_lacks_reads_as_the_box_a_person_sees(font: Font) -> None:
    screen = read(Canvas(font).text(1, 22, "5 €").picture(), font)
    assert screen.text == "5 \N{WHITE SQUARE}"


def test_blank_screen_says_nothing(font: Font) -> None:
    for grey in (DARK, BRIGHT):
        screen = read(Canvas(font, grey).picture(), font)
        assert (screen.text, screen.unmatched) == ("", ())


def test_one_changed_pixel_is_reported_wherever_it_is(font: Font) -> None:
    """Flips pixels one by one: no change passes for the same text without unmatched ink."""
    clean = read(form(font).picture(), font)
    canvas = form(font)
    # 37 shares no factor with width, height or cell: the pixels taken are spread over all parts of a cell.
    for at in range(0, WIDTH * HEIGHT, 37):
        x, y = at % WIDTH, at // WIDTH
        screen = read(canvas.flip(x, y).picture(), font)
        canvas.flip(x, y)
        assert screen.unmatched or screen.text != clean.text, f"a changed pixel at {x},{y} goes unnoticed"


def test_letter_with_a_wrong_pixel_is_no_letter(font: Font) -> None:
    screen = read(form(font).flip(1 + 6 + 2, 22 + 5).picture(), font)
    assert UNREADABLE in screen.body[1]
    (spot,) = screen.unmatched
    assert spot.y == 22
    assert 1 + 6 <= spot.x < 1 + 12
    assert "ink that is no text" in str(screen)


def test_half_drawn_screen_is_reported(font: Font) -> None:
    """A picture taken while the phone draws shows the upper half of one text over the lower of another."""
    canvas, other = form(font), form(font, user="mary")
    half = 27 * WIDTH
    canvas.pixels[half:] = other.pixels[half:]
    assert read(canvas.picture(), font).unmatched != ()


def test_foreign_drawing_is_reported_and_not_guessed(font: Font) -> None:
    canvas = form(font)
    for step in range(20):
        canvas.flip(60 + step, 14 + step)
    screen = read(canvas.picture(), font)
    assert screen.unmatched != ()
    assert screen.title == "Log in"
