"""The serial keypad: twelve keys, three softkeys and the navigation keys as frames on the board's console.

A frame is three bytes: `+` (pressed) or `-` (released), the key's character, a line feed. How a user ID is
spelled with the twelve keys is here too, since every test that types one needs it. This module must not wait
for the phone to react: whoever presses looks at the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attr
from labgrid import target_factory
from labgrid.driver import Driver
from labgrid.protocol import ConsoleProtocol

from .errors import KeypadError

DIGITS = "0123456789"
STAR, POUND = "*", "#"
SOFTKEYS = ("a", "b", "c")
UP, DOWN, LEFT, RIGHT, SELECT = "u", "d", "l", "r", "s"
NAMED = {"up": UP, "down": DOWN, "left": LEFT, "right": RIGHT, "select": SELECT} | {
    f"softkey {place}": key for place, key in enumerate(SOFTKEYS, start=1)
}
"""Keys by the words for them."""
KEYS = frozenset(DIGITS + STAR + POUND + "".join(SOFTKEYS) + UP + DOWN + LEFT + RIGHT + SELECT)

# What the number keys give, as the title bar shows it, in the order of `#`.
LETTERS, CAPITALS, NUMBERS = MODES = ("abc", "ABC", "123")

# What a key gives for small letters, in the order of its presses; its own digit comes last.
TAPS = {
    "1": "@.-_", "2": "abc", "3": "def", "4": "ghi", "5": "jkl",
    "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz",
}  # fmt: skip
# The pages of symbols that `*` opens: what the keys 1 to 9 and 0 pick.
SYMBOLS = (
    ("@", ".", "-", "_", "+", "'", "&", "/", "\\", ".com"),
    ("!", "#", "$", "%", "*", "=", "?", "^", "~"),
    ("(", ")", "[", "]", "{", "}", "<", ">", "|"),
    (",", ";", ":", '"', "`"),
)


def spell(text: str, mode: str = LETTERS) -> list[tuple[str, str]]:
    """Returns how a user ID is typed: piece by piece the keys to press, one after the other.

    A piece is a character, or an entry of the pages of symbols. `mode` is what the number keys give at the
    start. A letter on the key of the letter before is set off with the right key.
    """
    steps: list[tuple[str, str]] = []
    before = ""
    while text:
        piece, keys, wanted = _piece(text, mode)
        changes = (MODES.index(wanted) - MODES.index(mode)) % len(MODES)
        settle = RIGHT if keys[0] == before and not changes else ""
        steps.append((piece, POUND * changes + settle + keys))
        # A digit in its mode, and a symbol from a page, are what they are at once.
        before = keys[0] if wanted != NUMBERS and keys[0] in TAPS else ""
        mode, text = wanted, text[len(piece) :]
    return steps


def _piece(text: str, mode: str) -> tuple[str, str, str]:
    """Returns what comes first, its keys, and the mode they are pressed in."""
    first = text[0]
    if first in DIGITS:
        # 0 is the one digit that is alone on its key.
        return first, first, mode if first == "0" else NUMBERS
    for key, taps in TAPS.items():
        if first.lower() in taps and (first.isalpha() or (mode != NUMBERS and not text.startswith(".com"))):
            wanted = mode if not first.isalpha() else CAPITALS if first.isupper() else LETTERS
            return first, key * (taps.index(first.lower()) + 1), wanted
    for page, symbols in enumerate(SYMBOLS):
        for symbol in sorted(symbols, key=len, reverse=True):
            if text.startswith(symbol):
                place = (symbols.index(symbol) + 1) % len(DIGITS)
                return symbol, STAR * (page + 1) + DIGITS[place], mode
    raise KeypadError(f"no key gives {first!r}")


def frame(key: str, *, pressed: bool) -> bytes:
    """Returns the frame of one key event."""
    if key not in KEYS:
        raise KeypadError(f"the keypad has no key {key!r}; it has {' '.join(sorted(KEYS))}")
    return f"{'+' if pressed else '-'}{key}\n".encode("ascii")


@target_factory.reg_driver
@attr.s(eq=False)
class KeypadDriver(Driver):
    """Presses the keys of the keypad.

    Bindings:
        console (ConsoleProtocol): the serial line that the keypad is on
    """

    bindings = {"console": ConsoleProtocol}  # noqa: RUF012 - labgrid reads this class attribute

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.watchers: list[Callable[[Sequence[str]], None]] = []
        """Called with the keys before they are pressed. They may be those of a PIN."""
        self.is_undisturbed = True
        """Whether whole keys alone were sent, as far back as somebody set it."""

    @Driver.check_active
    def press(self, *keys: str) -> None:
        """Presses and releases each key, one after the other."""
        for watcher in self.watchers:
            watcher(keys)
        self._write(b"".join(frame(key, pressed=True) + frame(key, pressed=False) for key in keys))

    @Driver.check_active
    def send(self, data: bytes) -> None:
        """Sends bytes as they are: as a broken keypad would."""
        self.is_undisturbed = False
        self._write(data)

    def _write(self, data: bytes) -> None:
        try:
            self.console.write(data)
        except OSError as error:
            raise KeypadError(f"the keypad's line to the board broke: {error}") from error
