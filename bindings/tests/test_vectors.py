"""The same files that the core is held to, through the Python package."""

import json

import hotdesk
import pytest
from conftest import Vector, vectors
from hotdesk.cli import main

GOOD = [vector for vector in vectors() if vector.refused is None]
REFUSED = [vector for vector in vectors() if vector.refused is not None]


def named(vector: Vector) -> str:
    return vector.name


def test_there_are_vectors_of_both_kinds() -> None:
    assert len(GOOD) > 100
    assert len(REFUSED) > 100


@pytest.mark.parametrize("vector", GOOD, ids=named)
def test_a_message_decodes_to_its_line(vector: Vector) -> None:
    assert hotdesk.decode(vector.input) == vector.line


@pytest.mark.parametrize("vector", REFUSED, ids=named)
def test_a_refusal_says_what_and_where(vector: Vector) -> None:
    with pytest.raises(hotdesk.Refused) as caught:
        hotdesk.parse(vector.input)
    error = caught.value
    assert {"line": error.line, "column": error.column, "message": error.message} == vector.refused
    with pytest.raises(hotdesk.Refused) as caught:
        hotdesk.decode(vector.input)
    assert caught.value.args == error.args


@pytest.mark.parametrize("vector", vectors(), ids=named)
def test_the_command_prints_the_line_or_one_line_of_error(
    vector: Vector, tmp_path: pytest.TempPathFactory, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "message.xml"
    file.write_bytes(vector.input)
    status = main(["decode", str(file)])
    out, err = capfdbinary.readouterr()
    if vector.refused is None:
        assert (status, out.decode(), err) == (0, vector.line + "\n", b"")
    else:
        expected = "hotdesk: {line}:{column}: {message}\n".format(**vector.refused)
        assert (status, out, err.decode()) == (2, b"", expected)


@pytest.mark.parametrize("vector", GOOD, ids=named)
def test_what_parse_returns_agrees_with_the_line(vector: Vector) -> None:
    message = hotdesk.parse(vector.input)
    expected = vector.expected
    kind = expected.get("operation") or expected["result"]
    assert type(message).__name__ == kind[0].upper() + kind[1:]
    for rows in ("devices", "users"):
        for row, want in zip(getattr(message, rows, ()), expected.get(rows, ()), strict=True):
            check_row(row, want)
    if "app" in expected:
        assert message.app.id == expected["app"]["id"]
    if expected.get("operation") == "login":
        shown = (message.device_name, message.user_id, message.device_profile, message.exclusive_duration)
        assert shown == tuple(expected[key] for key in ("device", "user", "profile", "duration"))
    if "failure" in expected:
        check_row(message, expected["failure"])


SNAKE_CASE = {"lastLogin": "last_login", "default": "is_default"}


def check_row(row: object, want: object) -> None:
    """Compare a row's attributes with the keys of its JSON object."""
    if isinstance(want, dict):
        for key, value in want.items():
            check_row(getattr(row, SNAKE_CASE.get(key, key)), value)
    elif isinstance(want, list):
        assert len(row) == len(want)
        for one, other in zip(row, want, strict=True):
            check_row(one, other)
    else:
        assert row == want


def test_a_str_is_read_as_its_utf8_bytes() -> None:
    for vector in GOOD:
        assert hotdesk.decode(vector.input.decode()) == vector.line
    json.loads(hotdesk.decode("<response><success/></response>"))
