"""A command that writes its figures leaves those of others alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotdesk_hil.figures import write_section


def test_a_section_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "BENCH.md"
    path.write_text("# Title\n\n<!-- one: begin -->\nold\n<!-- one: end -->\n\nThe rest.\n")
    write_section(path, "one", "new\n")
    assert path.read_text() == "# Title\n\n<!-- one: begin -->\nnew\n<!-- one: end -->\n\nThe rest.\n"


def test_a_section_that_is_not_there_yet_comes_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "BENCH.md"
    for name in ("one", "two"):
        write_section(path, name, f"{name}\n")
    write_section(path, "one", "again\n")
    assert path.read_text() == (
        "<!-- one: begin -->\nagain\n<!-- one: end -->\n\n<!-- two: begin -->\ntwo\n<!-- two: end -->\n"
    )


def test_a_section_without_its_end_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "BENCH.md"
    path.write_text("<!-- one: begin -->\nold\n")
    with pytest.raises(ValueError, match="<!-- one: end --> is missing"):
        write_section(path, "one", "new\n")
    assert path.read_text() == "<!-- one: begin -->\nold\n"
