"""The file of desks: what is read, what is refused, and that no PIN is in what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotdesk_hil.load import desks
from hotdesk_hil.load.desks import Desk, Person


def file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "desks.csv"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_desk_has_a_phone_and_one_or_two_people(tmp_path: Path) -> None:
    read = desks.read(file(tmp_path, "\ufeffdevice,user,late_user,pin\nSEP1,john,mary,12345\nSEP2, pat ,,\n"))
    assert read == [
        Desk(0, "SEP1", Person("john", "12345"), Person("mary")),
        Desk(1, "SEP2", Person("pat")),
    ]
    assert "12345" not in repr(read)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "desks.csv:1: has no column 'device'"),
        ("device,name\nSEP1,john\n", "desks.csv:1: has no column 'user'"),
        ("device,user,colour\n", "desks.csv:1: unknown column 'colour'"),
        ("device,user\n", "desks.csv: has no desk"),
        ("device,user\nSEP1\n", "desks.csv:2: does not have as many cells"),
        ("device,user\nSEP1,john,4711\n", "desks.csv:2: does not have as many cells"),
        ("device,user\nSEP1,\n", "desks.csv:2: user is blank"),
        ("device,user\nSEP1,john\nsep1,mary\n", "desks.csv: device 'sep1' appears 2 times"),
        ("device,user,late_user\nSEP1,john,mary\nSEP2,MARY,\n", "desks.csv: user 'mary' appears 2 times"),
        ("device,user,late_pin\nSEP1,john,4711\n", "desks.csv:2: has a late_pin and no late_user"),
        ('device,user\n"SEP1,john\n', "desks.csv:2: is not CSV"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        desks.read(file(tmp_path, text))
    assert said in str(refused.value)
    assert "4711" not in str(refused.value)


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        desks.read(tmp_path / "none.csv")
    path = file(tmp_path, "")
    path.write_bytes(b"device,user\nSEP1,j\xf6rg\n")
    with pytest.raises(ValueError, match="is not UTF-8"):
        desks.read(path)


def test_pins_are_read_only_from_a_file_that_is_private(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="chmod 600"):
        desks.read(file(tmp_path, "device,user,pin\nSEP1,john,12345\n", 0o640))
    assert desks.read(file(tmp_path, "device,user\nSEP1,john\n", 0o644)) == [Desk(0, "SEP1", Person("john"))]


def test_two_processes_compare_desks_without_pins(tmp_path: Path) -> None:
    one = desks.read(file(tmp_path, "device,user,pin\nSEP1,john,12345\n"))
    other_pin = desks.read(file(tmp_path, "device,user,pin\nSEP1,john,54321\n"))
    other_user = desks.read(file(tmp_path, "device,user,pin\nSEP1,mary,12345\n"))
    assert desks.digest(one) == desks.digest(other_pin) != desks.digest(other_user)
