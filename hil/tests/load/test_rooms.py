"""Who may import whom: the simulator shares nothing with the package hotdesk, nor with the load."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "hotdesk_hil"


def imported(file: Path) -> set[str]:
    """Returns the modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("file", sorted((SOURCES / "emservice").glob("*.py")), ids=lambda file: file.stem)
def test_the_simulator_imports_neither_hotdesk_nor_the_load(file: Path) -> None:
    assert not [
        name
        for name in imported(file)
        if name.split(".")[0] == "hotdesk" or name.startswith("hotdesk_hil.load")
    ]


def test_only_what_locust_loads_imports_locust() -> None:
    users = {
        file.stem
        for file in (SOURCES / "load").glob("*.py")
        if "locust" in {n.split(".")[0] for n in imported(file)}
    }
    assert users == {"cli", "locustfile", "options"}
