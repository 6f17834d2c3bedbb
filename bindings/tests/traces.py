"""Traces to test with: the vectors, and lines made for a test."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

from conftest import VECTORS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class LogVector:
    """Lines, and what must be in what is told of them."""

    name: str
    log: str
    told: list[Any]
    summary: dict[str, Any]


def log_vectors() -> list[LogVector]:
    """Read the vectors of both files."""
    found = []
    for name in ("samples", "rows"):
        text = (VECTORS / "logs" / f"{name}.toml").read_text(encoding="utf-8")
        for one in tomllib.loads(text)["vector"]:
            summary = json.loads(one.get("summary", "{}"))
            found.append(LogVector(one["name"], one["log"], json.loads(one["told"]), summary))
    return found


def line(time: str, thread: str, category: str, message: str) -> str:
    """Write a line as log4j does."""
    return f"2018-04-14 {time},000 INFO  [{thread:20}] {category:25} - {message}\n"


def asked(device: str = "SEP001122334455", user: str = "null", logout: str = "null") -> str:
    """Write the parameters of a request."""
    return (
        f"EMApp Request parameters: Logout={logout} Device Name={device} User Id={user} Device Profile=null "
        "Refresh=null Remote Host IP Address = 192.0.2.61 Via Header Set = false getClusterInfo = null "
        "Lang = en_US Charset=utf-8 Emcc = null LoginType = null"
    )


def login(
    time: str, user: str = "abaker", device: str = "SEP001122334455", *, good: bool = True, thread: str = "t1"
) -> str:
    """Write a login of the login application: done at once, or the PIN is not accepted."""
    text = line(time, thread, "EMAppServlet", "EMApp Request# ----->6")
    text += line(time, thread, "EMAppServlet", asked(device, user))
    text += line(time, thread, "EMAppServlet", f"User '{user}' exists locally")
    if good:
        text += line(
            time, thread, "EMAppServlet", f"Successfully performed Login for user {user} at {device}"
        )
    return text


def lacks(expected: Any, found: Any, place: str = "") -> list[str]:  # noqa: ANN401
    """Return where `found` lacks what `expected` has; lists must have the same length."""
    if isinstance(expected, dict) and isinstance(found, dict):
        pairs = [(value, found.get(key, "(absent)"), f"{place}.{key}") for key, value in expected.items()]
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = [
            (one, other, f"{place}[{at}]")
            for at, (one, other) in enumerate(zip(expected, found, strict=True))
        ]
    else:
        return [] if expected == found else [f"{place}: expected {expected}, found {found}"]
    return [wrong for pair in pairs for wrong in lacks(*pair)]
