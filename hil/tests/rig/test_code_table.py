"""The table of codes: written by a run, read again, held; and the plugin that writes tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotdesk_hil.rig import RigError
from hotdesk_hil.rig.code_table import PROPERTY, CodeTable, Saying, as_property
from hotdesk_hil.rig.table_writer import TableWriter

SAYINGS = [
    Saying(31, "login", "b", "You may not. [31] x"),
    Saying(31, "login", "a", "You may not. [31] x"),
    Saying(4, "question", "a", "Not | allowed. [4] y"),
    Saying(31, "log-out", "a", "You may not. [31] x"),
    Saying(31, "log-out", "b", "You might not. [31] x"),
]


def test_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "CODES.md"
    table = CodeTable.read(file)
    for saying in SAYINGS:
        table.put(saying)
    file.write_text(table.text(), "utf-8")
    again = CodeTable.read(file)
    assert again.text() == table.text()
    assert again.said(31, "login", "b") == "You may not. [31] x"
    assert again.said(4, "question", "a") == "Not / allowed. [4] y"
    assert again.said(4, "question", "b") is None
    assert table.text().splitlines()[-4:] == [
        "| 4 | question | Not / allowed. [4] y | a |",
        "| 31 | log-out | You may not. [31] x | a |",
        "| 31 | log-out | You might not. [31] x | b |",
        "| 31 | login | You may not. [31] x | a, b |",
    ]
    assert "--rig a,b --write-codes" in table.text()


@pytest.mark.parametrize("row", ["| 31 | login | a |", "| x | login | text | a |"])
def test_table_that_is_none_is_refused(tmp_path: Path, row: str) -> None:
    file = tmp_path / "CODES.md"
    file.write_text(f"# Codes\n\n| code | at | says | rigs |\n|---|---|---|---|\n{row}\n", "utf-8")
    with pytest.raises(RigError, match=r"CODES\.md, line 5: not a row of code, moment, text and rigs"):
        CodeTable.read(file)


def report(when: str, outcome: str, saying: Saying) -> pytest.TestReport:
    properties = [("boot", "its own"), as_property(saying)]
    return pytest.TestReport("x", ("x", 1, "x"), {}, outcome, None, when, user_properties=properties)  # type: ignore[arg-type]


def test_writer_writes_the_rows_of_tests_that_passed_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "CODES.md"
    first, second, failed, early, _ = SAYINGS
    for rows in (
        [("call", "passed", first), ("call", "failed", failed), ("setup", "passed", early)],
        [("call", "passed", second)],
        [],
    ):
        writer = TableWriter(file, PROPERTY, CodeTable.read, Saying)
        for when, outcome, saying in rows:
            writer.pytest_runtest_logreport(report(when, outcome, saying))
        writer.pytest_sessionfinish()
    table = CodeTable.read(file)
    assert table.said(31, "login", "a") == table.said(31, "login", "b") == "You may not. [31] x"
    assert table.said(4, "question", "a") is None
    assert table.said(31, "log-out", "a") is None
    other = TableWriter(tmp_path / "other.md", "fault matrix", CodeTable.read, Saying)
    other.pytest_runtest_logreport(report("call", "passed", first))
    other.pytest_sessionfinish()
    assert not (tmp_path / "other.md").exists()
