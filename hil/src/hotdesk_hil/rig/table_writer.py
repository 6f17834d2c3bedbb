"""Writes tables in Markdown that runs are held against: a plugin of pytest's, for the process that has all
reports.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest


class Table(Protocol):
    """A table that takes rows and is written as text."""

    def put(self, row: Any) -> None:
        """Puts a row in its place."""

    def text(self) -> str:
        """Returns the table in Markdown."""


class TableWriter:
    """Writes a table at the end of a run, whole or for the rigs that ran.

    Reports of tests carry rows under `name`, as the values of which `row` makes one; `read` reads the file.
    """

    def __init__(
        self, file: Path, name: str, read: Callable[[Path], Table], row: Callable[..., object]
    ) -> None:
        self._file = file
        self._name = name
        self._read = read
        self._row = row
        self._rows: list[object] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes the rows of a test that passed; with xdist it has run in another process."""
        if report.when == "call" and report.passed:
            self._rows += [self._row(**row) for name, row in report.user_properties if name == self._name]

    def pytest_sessionfinish(self) -> None:
        """Writes the file, where there is something to write."""
        if not self._rows:
            return
        table = self._read(self._file)
        for row in self._rows:
            table.put(row)
        self._file.write_text(table.text(), "utf-8")
