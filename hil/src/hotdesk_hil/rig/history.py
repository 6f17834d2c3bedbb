"""What was done with a phone and what came of it: screens, keys, and requests, in their order.

For the report of a test, so it must be fit to be shown: a screen counts once it has been seen twice in a
row, since a picture may be taken while the phone is drawing, and digits are masked unless it is certain
that they are none of a PIN. The phone itself shows a PIN as stars.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..emservice import Exchange
from ..masking import Secrets
from . import keypad
from .picture import Picture
from .reader import Screen

MASKED_KEY = "•"
# A run of masked digits of this length may be a PIN: it is then looked for in texts, too.
SHORTEST_PIN = 4
# Screens of one test that are kept, the newest.
MOST_SCREENS = 200

WORDS = {key: words for words, key in keypad.NAMED.items()}


@dataclass
class Step:
    """A screen, and what happened while it was the newest: keys, and requests that arrived."""

    at: float
    """Seconds since the history began."""
    picture: Picture | None
    """None for what was done before the first screen."""
    text: str
    keys: list[str] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)


class History:
    """Watches a screen, keys and a service. `secrets` takes up what is typed as a PIN."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._begin = time.monotonic()
        self._candidate: Screen | None = None
        # Where the last settled screen was a menu of numbered items, the next digit chooses one.
        self._menu = False
        self._digits = ""
        self._typing = False
        # Of a text that is being typed the newest picture is kept.
        self._replaced: Step | None = None
        self._is_over = False
        self.steps: list[Step] = [Step(0.0, None, "")]
        self.forgotten = 0
        """Screens that were too many to keep."""

    def learn(self, *secrets: str | None) -> None:
        """Masks these from now on: the secrets of a cluster, for example."""
        self._secrets.add(*secrets)

    def mask(self, text: str) -> str:
        """Returns a text without the secrets that are known by now."""
        return self._secrets.mask(text)

    def saw(self, screen: Screen) -> None:
        """Takes a look at the screen: a watcher of ScreenDriver's."""
        if self._is_over:
            return
        stable = self._candidate is not None and self._candidate.picture == screen.picture
        self._candidate = screen
        if stable and not screen.unmatched:
            self._menu = not self._digits and (screen.selected or "")[:1].isdecimal()
            self._keep(screen)

    def arrived(self, exchange: Exchange) -> None:
        """Notes a request: a watcher of EmService's."""
        if not self._is_over:
            self.steps[-1].exchanges.append(exchange)

    def pressed(self, keys: Sequence[str]) -> None:
        """Notes keys: a watcher of KeypadDriver's and ButtonsDriver's."""
        if self._typing or self._is_over:
            return
        for key in keys:
            self._note_key(key)

    @contextmanager
    def typing(self, text: str) -> Iterator[None]:
        """Notes a text that is typed, not the keys it takes. It is no secret: `secret` is for those."""
        self._digits = ""
        self.steps[-1].keys.append(f"types {text!r}")
        self._typing, self._replaced = True, None
        try:
            yield
        finally:
            self._typing, self._replaced = False, None

    @contextmanager
    def secret(self, text: str) -> Iterator[None]:
        """Notes that a PIN is typed, and masks it from now on."""
        self._secrets.add(text)
        with self.typing(""):
            self.steps[-1].keys[-1] = f"types {MASKED_KEY * len(text)}"
            yield

    def end(self) -> None:
        """Notes what came last: the screen as it stood, drawn to its end or not. Then nothing is."""
        if self._candidate is not None and not self._is_over:
            self._keep(self._candidate)
        self._is_over = True

    def _keep(self, screen: Screen) -> None:
        if self.steps[-1].picture == screen.picture:
            return
        if self._replaced is self.steps[-1]:
            self._replaced.picture, self._replaced.text = screen.picture, screen.text
            return
        self.steps.append(Step(time.monotonic() - self._begin, screen.picture, screen.text))
        if self._typing:
            self._replaced = self.steps[-1]
        if len(self.steps) > MOST_SCREENS:
            del self.steps[0]
            self.forgotten += 1

    def _note_key(self, key: str) -> None:
        keys = self.steps[-1].keys
        if key in keypad.DIGITS:
            if self._menu:
                keys.append(key)
                self._menu = False
                return
            if self._digits and keys:
                keys[-1] += MASKED_KEY
            else:
                keys.append(MASKED_KEY)
            self._digits += key
            if len(self._digits) >= SHORTEST_PIN:
                self._secrets.add(self._digits)
            return
        self._digits = ""
        self._menu = False
        keys.append(WORDS.get(key, key))
