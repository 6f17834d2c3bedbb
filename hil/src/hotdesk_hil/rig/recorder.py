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
from .terminal import drawing_step, drawn, written


class Recorder:
    """Watches a screen (see ScreenDriver.watchers), writes to `directory` and draws on `stream`."""

    def __init__(self, directory: Path, device_name: str, stream: TextIO) -> None:
        self._directory = directory
        self._device_name = device_name
        self._stream = stream
        self._candidate: Screen | None = None
        self._kept: Screen | None = None
        self._lines_drawn = 0
        self._unwritten: Screen | None = None
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
        self.flush()
        self._stream.write(text + "\n")
        self._stream.flush()
        self._lines_drawn = 0

    def flush(self) -> None:
        """Writes the last screen, where it is written as text and not drawn."""
        # Text cannot be replaced once it is written, so a screen is written when it is over.
        if self._unwritten is not None:
            self._stream.write("\n".join(written(self._unwritten)) + "\n")
            self._stream.flush()
            self._unwritten = None

    def _keep(self, screen: Screen) -> None:
        replaces = self._kept is not None and self._kept.title == screen.title
        if not replaces or not self.pictures:
            self.flush()
            self.pictures.append(self._directory / f"{len(self.pictures) + 1:02}-{self._name(screen)}.png")
        self._kept = screen
        screen.picture.save_png(self.pictures[-1])
        if step := drawing_step(self._stream, screen.picture.width):
            self._draw(drawn(screen.picture, step), in_place=replaces)
        else:
            self._unwritten = screen

    def _draw(self, drawing: list[str], *, in_place: bool) -> None:
        if self._lines_drawn:
            self._stream.write(f"\x1b[{self._lines_drawn}F" if in_place else "\n")
        self._stream.write("\n".join(drawing) + "\n")
        self._stream.flush()
        self._lines_drawn = len(drawing)

    def _name(self, screen: Screen) -> str:
        if screen.title == self._device_name:
            return "idle"
        return re.sub(r"[^a-z0-9]+", "-", screen.title.lower()).strip("-") or "screen"
