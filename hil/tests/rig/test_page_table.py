"""The table of the login application: written by a run, read again, and held by the phone of its suites."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from hotdesk_hil.rig import RigError
from hotdesk_hil.rig.case_desk import CaseDesk
from hotdesk_hil.rig.page_table import PROPERTY, PageTable, Seen, as_property

SEEN = [
    Seen("push denied", 10, "b", "Second Factor: denied", "Exit, -, -", "appLogin [201]"),
    Seen("push denied", 2, "b", "Second  Factor: a | b", "Code, Cancel, -", "appLogin done"),
    Seen("push denied", 2, "a", "Second Factor: a / b", "Code, Cancel, -", "appLogin done"),
    Seen("code right", 1, "b", "Second Factor: Code", "Submit, <<, Cancel", "appLogin done"),
    Seen("code right", 1, "a", "Second Factor: Code", "Submit, <<, -", "appLogin done"),
]


def test_table_is_read_as_it_was_written_in_the_order_of_the_steps(tmp_path: Path) -> None:
    file = tmp_path / "PAGES.md"
    table = PageTable.read(file)
    for seen in SEEN:
        table.put(seen)
    file.write_text(table.text(), "utf-8")
    again = PageTable.read(file)
    assert again.text() == table.text()
    assert again.row("push denied", 2, "b") == ("Second Factor: a / b", "Code, Cancel, -", "appLogin done")
    assert again.row("push denied", 10, "a") is None
    assert table.text().splitlines()[-4:] == [
        "| code right | 1 | Second Factor: Code | Submit, <<, - | appLogin done | a |",
        "| code right | 1 | Second Factor: Code | Submit, <<, Cancel | appLogin done | b |",
        "| push denied | 2 | Second Factor: a / b | Code, Cancel, - | appLogin done | a, b |",
        "| push denied | 10 | Second Factor: denied | Exit, -, - | appLogin [201] | b |",
    ]


@pytest.mark.parametrize("row", ["| x | 1 | a | b | c |", "| x | one | a | b | c | d |"])
def test_table_that_is_none_is_refused(tmp_path: Path, row: str) -> None:
    file = tmp_path / "PAGES.md"
    head = "| case | step | shows | softkeys | service | rigs |\n|---|---|---|---|---|---|\n"
    file.write_text(f"{head}{row}\n", "utf-8")
    with pytest.raises(RigError, match=r"PAGES\.md, line 3: not a row of case, step, texts and rigs"):
        PageTable.read(file)


class Page:
    """A phone that shows this page, on a rig of this name."""

    name, device_name = "a", "SEP1"

    def __init__(self, title: str, text: str, *softkeys: str) -> None:
        self.title, self.text, self.softkeys = title, text, softkeys
        self.screen = self

    def read_to_end(self) -> str:
        return self.text


def saw(page: Page, table: PageTable | None, service: str = "") -> tuple[str, list[tuple[str, object]]]:
    desk = CaseDesk(cast("Any", page), table, 1)
    desk.phone = cast("Any", page)
    return desk.saw("code right", 1, service), desk.properties


def test_what_is_seen_is_kept_without_what_is_another_number_in_each_run() -> None:
    page = Page("Number: 42  abc", "* * *   42   * * *  57 s left Log: 0a1b2c", "Code", "Cancel", "")
    text, kept = saw(page, None, "SEP1: not available, log 0a1b2c: 42 s left of 57")
    assert text == "* * * 42 * * * 57 s left Log: 0a1b2c"
    shown = "Number: N: * * * N * * * N s left Log: N"
    did = "this phone: not available, log N: N s left of 57"
    assert kept == [as_property(Seen("code right", 1, "a", shown, "Code, Cancel, -", did))]
    assert kept[0][0] == PROPERTY


def test_what_is_seen_is_held_against_the_table() -> None:
    table = PageTable({})
    page = Page("Second Factor 123", "Code", "Submit", "<<", "")
    saw(page, table, "appLogin done")
    table.put(SEEN[4])
    saw(page, table, "appLogin done")
    with pytest.raises(AssertionError, match="code right, 1: the table has"):
        saw(page, table, "appLogin [201]")
    with pytest.raises(AssertionError, match=r"--write-pages hil/PAGES\.md"):
        saw(Page("Second Factor", "Code", "Submit", "<<", "Cancel"), table, "appLogin done")
