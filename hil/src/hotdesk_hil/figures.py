"""Files of figures that several commands write, each its own section between marks."""

from __future__ import annotations

from pathlib import Path


def write_section(path: Path, name: str, text: str) -> None:
    """Puts `text` between the marks `<!-- NAME: begin -->` and `<!-- NAME: end -->`, else at the end."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    before, found, rest = old.partition(begin)
    _, closed, after = rest.partition(end)
    if found and not closed:
        raise ValueError(f"{path}: the mark {end.strip()} is missing; put it behind the section")
    if not found and before:
        before += "\n"
    path.write_text(f"{before}{begin}{text}{end}{after}", encoding="utf-8")
