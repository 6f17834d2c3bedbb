"""What can go wrong on the rig, and what can go wrong on the phone, kept apart.

A verdict has three colours: PASS and FAIL are the phone's, ERROR is the rig's. Everything a driver cannot
do is a `RigError`, and the pytest plugin reports it as ERROR wherever it is raised. `NotShown` is the
phone's: it did not show in time what a person should have seen. Nothing here may carry a PIN or a
certificate: messages end in logs.
"""

from __future__ import annotations


class RigError(Exception):
    """The rig failed, so nothing is known about the phone. Says what happened, where, and what to do."""

    verdict = "rig"


class BoardError(RigError):
    """The board (here: QEMU) could not be started, reported an error, or is gone."""


class PictureError(RigError):
    """The picture of the screen could not be taken or is not one of this screen."""


class FontError(RigError):
    """The font file is missing or has no fixed cells."""


class CardError(RigError):
    """The SD card image could not be written or read back."""


class KeypadError(RigError):
    """A key was not pressed: its line is closed, no key gives this character, or the phone might lose it."""


class LogError(RigError):
    """The log of the phone could not be read or decoded."""


class NotShown(AssertionError):
    """The phone did not show in time what was expected. Carries that and the screen last seen."""

    verdict = "phone"

    def __init__(self, expected: str, seen: str, seconds: float) -> None:
        self.expected = expected
        self.seen = seen
        super().__init__(f"the phone did not show {expected} within {seconds:g} s; the screen says:\n{seen}")
