"""The phone's screen: pictures of it, the text on them, and waiting until it says something.

The screen is looked at again and again with a deadline, since the board offers no event for a changed
picture. What was last seen is kept, so that a failed test can show it. This module must not know the
phone's texts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import attr
from labgrid import target_factory
from labgrid.driver import Driver

from .. import package_data
from .errors import NotShown
from .font import Font
from .protocols import DisplayProtocol, TimeProtocol
from .reader import Screen, read
from .waiting import Deadline

# A person sees a change within a tenth of a second; the rig looks several times within that.
INTERVAL = 0.02


@target_factory.reg_driver
@attr.s(eq=False)
class ScreenDriver(Driver):
    """Looks at the screen.

    Bindings:
        display (DisplayProtocol): the board's display
        clock (TimeProtocol): the time in which something is expected of it

    Args:
        font (str): path of the phone's font, the BDF file the firmware draws from; one that is relative is
            beside the rig file, else comes with the package
    """

    bindings = {  # noqa: RUF012 - labgrid reads this class attribute
        "display": DisplayProtocol,
        "clock": TimeProtocol,
    }

    font = attr.ib(validator=attr.validators.instance_of(str))

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._font: Font | None = None
        self.last: Screen | None = None
        """The screen as last seen, also after the board was switched off."""
        self.watchers: list[Callable[[Screen], None]] = []
        """Called with the screen each time it is looked at, changed or not."""
        self.waits = 0
        """How often what was waited for came."""

    def on_activate(self) -> None:
        """Reads the font."""
        self._font = Font.read(package_data.find(self.font, Path(self.target.env.config.base)))

    @Driver.check_active
    def look(self) -> Screen:
        """Takes a picture of the screen now and reads it."""
        picture = self.display.picture()
        if self.last is None or self.last.picture != picture:
            self.last = read(picture, self._font)
        for watcher in self.watchers:
            watcher(self.last)
        return self.last

    @Driver.check_active
    def settle(self, seconds: float = 5.0) -> Screen:
        """Waits until the screen stands still and all ink on it is text."""
        return self.wait_for("a screen that stands still", lambda _: True, seconds)

    @Driver.check_active
    def wait_for(self, expected: str, holds: Callable[[Screen], bool], seconds: float = 10.0) -> Screen:
        """Waits until `holds` is true of a screen that stands still and on which all ink is text; returns it.

        The display is written line by line, so a picture may be half of one screen and half of the next: one
        that is seen twice in a row is whole. Raises NotShown, which is the phone's failure, with what was
        `expected` and what the screen said at the end.
        """
        deadline = Deadline(self.clock, seconds)
        before: Screen | None = None
        is_over = late = False
        while True:
            screen = self.look()
            stands = before is not None and screen.picture == before.picture
            # What is still being drawn says nothing, and reading takes long.
            fits = (stands or is_over) and not screen.unmatched and holds(screen)
            if stands and fits:
                self.waits += 1
                return screen
            # What was seen before the time was over says nothing of its end, where this machine looks rarely;
            # and what was there then is looked at once more.
            if is_over and (late or not fits):
                raise NotShown(expected, str(screen), seconds)
            late = is_over
            is_over = is_over or deadline.expired
            before = screen
            time.sleep(min(INTERVAL, seconds))
