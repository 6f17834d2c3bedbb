"""The fault matrix's parts: what a screen claims, the table written and read back, faults' names."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import execnet
import pytest

from hotdesk_hil.rig import Phone, RigError, Screen
from hotdesk_hil.rig.matrix import FAULTS, Moment, Result, Row, Table, outcome
from hotdesk_hil.rig.matrix.outcome import NOBODY, UNKNOWN, is_end
from hotdesk_hil.rig.matrix.table import PROPERTY, as_property

IDLE = "SEP003094C25B15"


def screen(title: str, text: str, *marks: str) -> Screen:
    """A screen with this title and text."""
    labels = ("Log in", "", "Menu") if title == IDLE else ("OK", "", "")
    return cast("Screen", SimpleNamespace(title=title, flowing=text, marks=marks, softkeys=labels))


class Reader:
    """A phone whose text needs no scrolling."""

    def __init__(self, text: str) -> None:
        self.read_to_end = lambda: text

    def is_first_screen(self, screen: Screen) -> bool:
        return screen.title == IDLE and "Menu" in screen.softkeys and not screen.marks


def claim(title: str, text: str, before: str | None = None) -> str | None:
    return outcome(cast("Phone", Reader(text)), screen(title, text), before).claim


@pytest.mark.parametrize(
    ("title", "text", "before", "claimed"),
    [
        ("Logged in", "a Profile: BERLIN", NOBODY, "a"),
        ("Logged in after all", "a Only the answer was lost.", NOBODY, "a"),
        ("Logged out", "Nobody logged in", "a", NOBODY),
        ("Logged out after all", "Nobody logged in", "a", NOBODY),
        ("Login failed", "The connection broke off. You are not logged in. Try again.", NOBODY, NOBODY),
        ("Login failed", "The service refused the connection. Nothing was sent.", NOBODY, NOBODY),
        ("Login failed", "Someone else is logged in here. d is logged in. Log out there.", NOBODY, "d"),
        ("Logout failed", "The service is busy. a is logged in. Wait a minute.", "a", "a"),
        ("Logout failed", "Nobody was logged in here. Nobody is logged in.", "a", NOBODY),
        ("Login uncertain", "It is not known whether you are logged in.", NOBODY, UNKNOWN),
        ("Logout uncertain", "It is not known whether a is logged out.", "a", UNKNOWN),
        ("Query failed", "The service's name was not found.", "a", UNKNOWN),
        ("Take over", "d is logged in here. Log out d and log in yourself?", NOBODY, "d"),
        (IDLE, "Nobody logged in", "a", NOBODY),
        (IDLE, "Nobody logged in The login has ended.", "a", NOBODY),
        (IDLE, "Logged in: d Logged in remotely.", NOBODY, "d"),
        (IDLE, "Logged in: not known The service refused the connection.", NOBODY, UNKNOWN),
        (IDLE, "Waiting for address", NOBODY, UNKNOWN),
    ],
)
def test_screen_claims_who_is_logged_in(
    title: str, text: str, before: str | None, claimed: str | None
) -> None:
    assert claim(title, text, before) == claimed


@pytest.mark.parametrize(
    ("shown", "ends"),
    [
        (screen(IDLE, "Nobody logged in"), True),
        (screen(IDLE, "Nobody logged in", "wait-1"), False),
        (screen(IDLE, "Starting"), False),
        (screen(IDLE, "Waiting for address"), False),
        (screen("Login failed", "The connection broke off. Asking who is logged in"), False),
        (screen("Login failed", "The service is busy. Trying again in 3 s."), False),
        (screen("Login failed", "The service is busy."), True),
        (screen("Log in", "User ID:"), False),
        (screen("Menu", "1 Log in"), False),
    ],
)
def test_screen_that_goes_on_by_itself_is_no_end(shown: Screen, ends: bool) -> None:
    assert is_end(cast("Phone", Reader("")), shown) is ends


def test_what_a_phone_says_for_ever_at_boot_is_an_end_where_it_is_expected() -> None:
    waiting = screen(IDLE, "Waiting for address", "wait-2")
    assert is_end(cast("Phone", Reader("")), waiting, "Waiting for address")
    assert not is_end(cast("Phone", Reader("")), waiting, "Waiting for link")


def row(fault: int, rig: str, result: Result, title: str = "Login failed") -> Row:
    case = FAULTS[fault]
    return Row(case.subject, case.title, case.moments[-1].value, rig, result, title, 1.26, 0.4)


def test_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "FAULTS.md"
    table = Table.read(file)
    for each in (
        row(0, "b", Result.told),
        row(0, "a", Result.done),
        row(-1, "a", Result.open, "Logout | uncertain"),
    ):
        table.put(each)
    file.write_text(table.text(), "utf-8")
    again = Table.read(file)
    assert again.rows == table.rows
    assert again.text() == table.text()
    moment = FAULTS[0].moments[-1].value
    assert again.result(FAULTS[0].title, moment, "a") is Result.done
    assert again.result(FAULTS[0].title, moment, "b") is Result.told
    assert again.result(FAULTS[0].title, moment, "c") is None
    assert again.result(FAULTS[-1].title, FAULTS[-1].moments[-1].value, "a") is Result.open
    assert again.result(FAULTS[-1].title, FAULTS[-1].moments[-1].value, "b") is None
    assert "| told “Login failed” 1.3 s, works 0.4 s |" in table.text()


def test_row_goes_from_one_process_to_another() -> None:
    name, plain = as_property(row(0, "a", Result.told))
    assert name == PROPERTY
    assert Row(**execnet.loads(execnet.dumps(plain))) == row(0, "a", Result.told)


def test_table_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "FAULTS.md"
    file.write_text("## Network\n\n| fault | at | a |\n|---|---|---|\n| x | boot | told |\n", "utf-8")
    with pytest.raises(RigError, match="the table says 'told' of x, boot, a: write it anew"):
        Table.read(file).result("x", "boot", "a")
    file.write_text("| fault | at | a |\n|---|---|---|\n| x | boot |\n", "utf-8")
    with pytest.raises(RigError, match=r"FAULTS\.md, line 3: 2 columns; 3 belong there"):
        Table.read(file)


def test_faults_have_names_of_their_own_and_moments() -> None:
    assert len({case.title for case in FAULTS}) == len(FAULTS) >= 45
    assert all(case.moments for case in FAULTS)
    assert {moment for case in FAULTS for moment in case.moments} == set(Moment)
    assert not any("|" in case.title for case in FAULTS)
