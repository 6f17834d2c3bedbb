"""Records what the phone shows: a PNG and a drawing in the terminal for each screen a person tells apart.

A screen counts once it has been seen twice in a row, since a picture may be taken while the phone is
drawing. While the title stays, the newest picture replaces the one before: a form that is being filled in
is one screen. Pictures hold what the phone shows and nothing else; the phone shows a PIN as stars.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TextIO

from .reader import Screen
from .terminal import can_draw, shown


class Recorder:
    """Watches a screen (see ScreenDriver.watchers), writes to `directory` and draws on `stream`."""

    def __init__(self, directory: Path, device_name: str, stream: TextIO) -> None:
        self._directory = directory
        self._device_name = device_name
        self._stream = stream
        self._candidate: Screen | None = None
        self._kept: Screen | None = None
        self._lines_drawn = 0
        self.pictures: list[Path] = []
        """The PNG files written, in the order of the screens."""
        directory.mkdir(parents=True, exist_ok=True)
        for old in directory.glob("[0-9][0-9]-*.png"):
            old.unlink()

    def __call__(self, screen: Screen) -> None:
        """Takes a look at the screen."""
        stable = self._candidate is not None and self._candidate.picture == screen.picture
        self._candidate = screen
        if not stable or not screen.text or (self._kept and self._kept.picture == screen.picture):
            return
        self._keep(screen)

    def say(self, text: str) -> None:
        """Writes a line for the person who watches."""
        self._stream.write(text + "\n")
        self._stream.flush()
        self._lines_drawn = 0

    def _keep(self, screen: Screen) -> None:
        replaces = self._kept is not None and self._kept.title == screen.title
        self._kept = screen
        if not replaces or not self.pictures:
            self.pictures.append(self._directory / f"{len(self.pictures) + 1:02}-{self._name(screen)}.png")
        screen.picture.save_png(self.pictures[-1])
        drawing = shown(screen, self._stream)
        if replaces and self._lines_drawn and can_draw(self._stream):
            self._stream.write(f"\x1b[{self._lines_drawn}F")
        self._stream.write(drawing)
        self._stream.flush()
        self._lines_drawn = drawing.count("\n")

    def _name(self, screen: Screen) -> str:
        if screen.title == self._device_name:
            return "idle"
        return re.sub(r"[^a-z0-9]+", "-", screen.title.lower()).strip("-") or "screen"
