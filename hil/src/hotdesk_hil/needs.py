"""What a test needs of a board, for pytest: the marker `needs`, and what was not run for want of it.

A test that needs what its rig cannot is skipped, with the reason out of the rig file; the end of the run
lists all of them, so that nobody takes a run on one board for one on all. Must not import the rig before a
test asks for one.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

PREFIX = "not on "


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test that needs what its rig cannot, and notes the rig in the report of every test."""
    file = rig_file_of(item)
    if file is None:
        return
    from .rig import capabilities

    item.user_properties.append(("rig", file.stem))
    needed = [str(name) for marker in item.iter_markers("needs") for name in marker.args]
    missing = capabilities.capabilities(file).missing(*dict.fromkeys(needed))
    if missing:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in missing.items())
        pytest.skip(f"{PREFIX}{file.stem}: {reasons}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says for each rig what was not run, and why."""
    skipped: dict[str, list[str]] = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
        if reason.startswith(PREFIX):
            skipped[reason.removeprefix(PREFIX)].append(report.nodeid.split("::", 1)[-1])
    if not skipped:
        return
    terminalreporter.section("not run, since the board cannot")
    for reason, tests in sorted(skipped.items()):
        terminalreporter.write_line(f"{reason}")
        for name in sorted(tests):
            terminalreporter.write_line(f"    {name}")


def rig_file_of(item: pytest.Item) -> Path | None:
    """Returns the file of the rig that a test runs on, None where it runs on none."""
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get("shared_rig")
