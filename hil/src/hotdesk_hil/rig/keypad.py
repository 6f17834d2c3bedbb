"""The serial keypad: twelve keys, three softkeys and the navigation keys as frames on UART0.

A frame is three bytes: `+` (pressed) or `-` (released), the key's character, a line feed. How letters are
spelled with the twelve keys is here too, since every test that types a user ID needs it. This module must
not wait for the phone to react: whoever presses looks at the screen.
"""

from __future__ import annotations

import socket

import attr
from labgrid import target_factory
from labgrid.driver import Driver

from .errors import KeypadError

DIGITS = "0123456789"
STAR, POUND = "*", "#"
SOFTKEYS = ("a", "b", "c")
UP, DOWN, LEFT, RIGHT, SELECT = "u", "d", "l", "r", "s"
KEYS = frozenset(DIGITS + STAR + POUND + "".join(SOFTKEYS) + UP + DOWN + LEFT + RIGHT + SELECT)

# What is printed on the keys, in the order a key gives them.
LETTERS = {
    "2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz",
}  # fmt: skip
SYMBOLS = ".@-_+'&/"

SEND_DEADLINE = 5.0


def spell(text: str) -> list[tuple[str, str]]:
    """Returns how a user ID is typed: for each character the keys to press, one after the other.

    Starts in the mode for small letters, where a field begins; `#` goes on to capitals, to digits, and
    round again. A letter on the key of the letter before is set off with the right key.
    """
    modes = ("abc", "ABC", "123")
    mode, before = "abc", ""
    steps: list[tuple[str, str]] = []
    for character in text:
        if character in SYMBOLS:
            key, taps, wanted = STAR, SYMBOLS.index(character) + 1, mode
        elif character in DIGITS:
            key, taps, wanted = character, 1, "123"
        else:
            key = next((key for key, letters in LETTERS.items() if character.lower() in letters), "")
            if not key:
                raise KeypadError(f"no key gives {character!r}")
            taps, wanted = LETTERS[key].index(character.lower()) + 1, "ABC" if character.isupper() else "abc"
        changes = (modes.index(wanted) - modes.index(mode)) % len(modes)
        settle = RIGHT if key == before and not changes else ""
        steps.append((character, POUND * changes + settle + key * taps))
        mode, before = wanted, key
    return steps


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
        board (EmulatedBoardDriver): the board whose UART0 the keypad is wired to
    """

    bindings = {"board": "EmulatedBoardDriver"}  # noqa: RUF012 - labgrid reads this class attribute

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._line: socket.socket | None = None

    def on_deactivate(self) -> None:
        """Closes the line."""
        self.disconnect()

    @Driver.check_active
    def connect(self) -> None:
        """Opens the keypad's line to the board, which must be on."""
        self.disconnect()
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SEND_DEADLINE)
        try:
            line.connect(str(self.board.keypad_socket))
        except OSError as error:
            line.close()
            raise KeypadError(f"the keypad's line to the board cannot be opened: {error}") from error
        self._line = line

    def disconnect(self) -> None:
        """Closes the line, if it is open."""
        if self._line is not None:
            self._line.close()
            self._line = None

    @Driver.check_active
    def press(self, *keys: str) -> None:
        """Presses and releases each key, one after the other."""
        self.send(b"".join(frame(key, pressed=True) + frame(key, pressed=False) for key in keys))

    @Driver.check_active
    def send(self, data: bytes) -> None:
        """Sends bytes as they are: as a broken keypad would."""
        if self._line is None:
            raise KeypadError("the keypad's line is closed: the strategy opens it on the way to 'on'")
        try:
            self._line.sendall(data)
        except OSError as error:
            raise KeypadError(f"the keypad's line to the board broke: {error}") from error
