"""Takes secrets out of text that is kept: PINs, passwords and certificates that a run knows.

Must never write down or show what it looks for. Imports neither the rig nor pytest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

MASK = "•••"


class Secrets:
    """The secrets that are known so far."""

    def __init__(self, known: Iterable[str | None] = ()) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.add(*known)

    def __repr__(self) -> str:
        return f"<{len(self._known)} secrets>"

    def add(self, *secrets: str | None) -> None:
        """Adds secrets; None and blank ones are none."""
        self._known.update(secret for secret in secrets if secret and secret.strip())
        self._pattern = None

    def mask(self, text: str) -> str:
        """Returns the text with every secret in it masked, where it is not part of a longer word."""
        if not self._known:
            return text
        if self._pattern is None:
            longest_first = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
        return self._pattern.sub(MASK, text)

    def mask_all(self, value: Any) -> Any:
        """Masks every text in a value: in lists, tuples, and in place in dataclasses."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, list):
            value[:] = [self.mask_all(each) for each in value]
        elif isinstance(value, tuple) and type(value) is tuple:
            return tuple(self.mask_all(each) for each in value)
        elif is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                before = getattr(value, field.name)
                after = self.mask_all(before)
                if after is not before:
                    object.__setattr__(value, field.name, after)
        return value
