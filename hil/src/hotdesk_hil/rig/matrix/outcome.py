"""What became of a deed of the phone's under a fault, as its screen says it.

A screen claims who is logged in, or says that it does not know. Here claims are read; whether they are true
is for who has the service. It knows the phone's English titles and no board.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from ..phone import Phone
from ..reader import Screen

NOBODY: str | None = None
UNKNOWN = "?"
"""What a screen claims that does not know who is logged in."""

SUCCESS = ("Logged in", "Logged in after all", "Logged out", "Logged out after all")
OPEN = ("Login uncertain", "Logout uncertain")
FAILED = ("Login failed", "Logout failed", "Query failed", "Login cancelled", "Logout cancelled")
ASKING = ("Take over", "Logged in elsewhere")
"""Titles of questions that end a login's first part: nothing has happened yet."""
NO_PROFILES = "No profiles"

BUSY = ("Asking", "Trying again", "Starting", "Saving")
"""Words of a screen that goes on by itself."""


class Result(enum.IntEnum):
    """What became of a deed, the better the higher."""

    open = 0
    """The phone says that it does not know, and why."""
    told = 1
    """It failed, or is not possible, and the phone says why."""
    done = 2
    """It was carried out, and the phone says so."""


@dataclass(frozen=True)
class Outcome:
    """A screen that stands at the end of a deed."""

    title: str
    text: str
    claim: str | None
    """Who it says is logged in: a user, NOBODY or UNKNOWN."""


def is_end(phone: Phone, screen: Screen, boot_text: str = "") -> bool:
    """Whether this screen stands until a key is pressed; `boot_text` is what it may say for ever."""
    if boot_text and boot_text in screen.flowing:
        return True
    if any(mark.startswith("wait") for mark in screen.marks):
        return False
    if any(word in screen.flowing for word in BUSY):
        return False
    if screen.title in (*SUCCESS, *OPEN, *FAILED, *ASKING, NO_PROFILES):
        return True
    # A first screen without its menu is of a phone that starts.
    return phone.is_first_screen(screen) and screen.flowing.startswith(("Logged in", "Nobody"))


def outcome(phone: Phone, screen: Screen, before: str | None) -> Outcome:
    """Reads a screen that stands, to its end; `before` is who was logged in before the deed."""
    text = phone.read_to_end() if screen.title in (*FAILED, *OPEN) else screen.flowing
    return Outcome(screen.title, text, _claim(screen.title, text, before))


def _claim(title: str, text: str, before: str | None) -> str | None:
    if title in ("Logged out", "Logged out after all") or "You are not logged in." in text:
        return NOBODY
    if title in ("Logged in", "Logged in after all"):
        return text.split()[0]
    if title in OPEN or title == "Query failed" or "not known" in text:
        return UNKNOWN
    if "Nobody is logged in." in text or text.startswith("Nobody logged in"):
        return NOBODY
    if text.startswith("Logged in: "):
        return text.split()[2]
    if named := re.search(r"(\S+) is logged in\.", text) or re.search(r"(\S+) is logged in here\.", text):
        return UNKNOWN if named[1] == "else" else named[1]
    if title in FAILED or title in ASKING:
        return before  # it says that nothing has changed
    return UNKNOWN
