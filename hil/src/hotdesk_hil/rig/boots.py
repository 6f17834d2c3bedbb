"""One start of the phone for several tests, where it comes out of a test as it went in.

That is: on its idle screen, pixel for pixel as after its start, with nobody logged in, the same
configuration, and nothing done to it that a person with the keypad could not do or that its screen does not
show. In doubt the phone starts anew: a test may cost the next one a start, never a wrong result. Must not
decide anything by what a test is called.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..emservice import EmService
from . import keypad
from .configuration import PhoneConfig
from .errors import NotShown, RigError
from .phone import ANSWER, Phone
from .picture import Picture
from .rig import Rig

NOBODY = "Nobody logged in"

# Screens that set nothing. A choice of a time, the settings and what leads to them are none of these.
_SCREENS = (
    "about|busy|exchanges|explain|explained|failed|idle|log in form|log out confirm|log out form|logged in"
    "|logged in elsewhere|logged out|menu|no profiles|profiles|service busy|settling|take over"
)
# What the log may say of a phone that others go on with. What is not known is not harmless.
_ORDINARY = re.compile(
    rf"DEBUG |INFO +(?:screen (?:{_SCREENS})|asking \w+|answered|refused with .*|given up, .*)$"
    "|WARN +(?:no answer to use|no connection to the service): "
)
_TIME = re.compile(r"^[\d:.]+ +", re.MULTILINE)
_STARTED = re.compile(r"INFO +screen idle")


class SharedBoot:
    """The phone of one rig, from test to test."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._phone = Phone(rig)
        self._config = ""
        self._idle: Picture | None = None
        self._starts = -1
        self._tests = 0
        self._log_lines = 0
        self._mode_changed = False
        self._spoilt: str | None = None
        rig.keypad.watchers.append(self._pressed)
        self.told = ""
        """Of which start the phone of the test is, and why, in words."""

    def begin(self, config: PhoneConfig, service: EmService) -> Phone:
        """Returns the phone, idle and having asked the service: as it is, or switched on anew."""
        why = self._spoilt or self._differs(config, service) or self._is_as_before(service)
        if why is None:
            self._tests += 1
            self.told = f"shared, test {self._tests} since the phone was switched on"
        else:
            self._start(config, service)
            self.told = f"its own: {why}"
        self._spoilt = "the test before did not end"
        return self._phone

    def leave(self, service: EmService, *, failed: bool) -> None:
        """At the end of a test, with its service still there: logs out whoever is logged in, by keys."""
        self._spoilt = "the test before failed" if failed else None
        if self._spoilt is not None:
            return
        self._spoilt = self._was_changed()
        if self._spoilt is not None:
            return
        try:
            screen = self._rig.screen.settle()
            if not self._phone.is_first_screen(screen):
                self._spoilt = "the test before left the phone on another screen"
            elif service.sessions().get(self._rig.device_name) is not None:
                service.faults.clear()
                self._phone.log_out()
                self._phone.confirm_logged_out()
        except (NotShown, RigError):
            self._spoilt = "the phone could not be logged out after the test before"

    def end(self, log: str) -> bool:
        """At the end of a test's fixtures, with the log in words: whether the phone stays on."""
        lines = _TIME.sub("", log).splitlines()
        if self._tests == 1:
            # Up to there it is the start, which the test before cannot have changed.
            self._log_lines = next((n for n, line in enumerate(lines) if _STARTED.match(line)), 0)
        news, self._log_lines = lines[self._log_lines :], len(lines)
        self._spoilt = self._spoilt or self._was_changed()
        if self._spoilt is None and (strange := next((ln for ln in news if not _ORDINARY.match(ln)), None)):
            self._spoilt = f"the log of the test before has: {strange}"
        try:
            if self._spoilt is None and self._rig.screen.settle().picture != self._idle:
                self._spoilt = "the test before left another screen than the phone has after its start"
        except (NotShown, RigError):
            self._spoilt = "the test before left a screen that cannot be read"
        return self._spoilt is None

    def _start(self, config: PhoneConfig, service: EmService) -> None:
        self._rig.boot(config)
        user = service.sessions().get(self._rig.device_name)
        screen = self._phone.wait_idle(f"Logged in: {user}" if user else NOBODY)
        self._config, self._tests = config.text(), 1
        # Only a start with nobody logged in is one to compare with.
        self._idle = None if user else screen.picture
        self._log_lines = 0
        self._starts = self._rig.strategy.starts
        self._rig.lent.clear()
        self._rig.keypad.is_undisturbed = True
        self._mode_changed = False

    def _differs(self, config: PhoneConfig, service: EmService) -> str | None:
        if (changed := self._was_changed()) is not None:
            return changed
        if config.text() != self._config:
            return "another configuration than that of the test before"
        return "somebody is logged in before the test" if service.sessions() else None

    def _was_changed(self) -> str | None:
        """What was done with the board that its idle screen need not show."""
        if not self._rig.is_on:
            return "the phone was off"
        if self._rig.strategy.starts != self._starts:
            return "the test before switched the phone on or reset it"
        if self._rig.lent:
            return f"the test before had in its hands: {', '.join(sorted(self._rig.lent))}"
        if not self._rig.keypad.is_undisturbed:
            return "the test before disturbed the keypad's line"
        if self._mode_changed:
            return "the test before changed what the number keys give"
        return None

    def _is_as_before(self, service: EmService) -> str | None:
        """Has the phone ask the service, by its keys."""
        try:
            self._phone.ask_who()
            self._rig.screen.wait_for("its idle screen", lambda s: s.picture == self._idle, ANSWER)
        except (NotShown, RigError):
            last = self._rig.screen.last
            says = last.flowing if last is not None else ""
            return f"it did not come back to the idle screen that it has after its start; it says: {says}"
        asked = any(record.operation == "deviceUserQuery" for record in service.requests)
        return None if asked else "it did not ask the service"

    def _pressed(self, keys: Sequence[str]) -> None:
        self._mode_changed |= keypad.POUND in "".join(keys)
