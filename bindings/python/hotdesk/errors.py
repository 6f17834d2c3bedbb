"""What can go wrong, sorted as the core sorts it: by who must act.

They are Python classes because a native class cannot extend an exception under the stable ABI of CPython
3.10. No exception carries text of the message: it might hold a PIN.
"""


class Error(Exception):
    """The root of every exception of this package."""


class Refused(Error, ValueError):
    """The sender of the message broke a rule of the protocol.

    `message` says what is wrong and what to do. `position` is an offset in bytes, from 0; `line` and `column`
    count from 1, a column is a character. For a `str`, bytes are those of its UTF-8 form.
    """

    def __init__(self, message: str, position: int, line: int, column: int) -> None:
        super().__init__(message, position, line, column)
        self.message = message
        self.position = position
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}"
