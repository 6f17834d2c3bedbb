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


class Unsendable(Error, ValueError):
    """A value cannot be put into a message. The caller must act.

    `message` says what is wrong and what to do, never with the value itself; `field` is the element or
    attribute that was to carry it, as it stands on the wire.
    """

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message, field)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return self.message


class ServiceRefused(Error):
    """The service answered that it did not do what was asked.

    `code` is its number (`None` where it sent none), `name`, `meaning` and `remedy` are what is documented
    of the code (`None` where nothing is), `text` is the service's own words.
    """

    def __init__(self, code: int | None, text: str | None = None) -> None:
        super().__init__(code, text)
        from .codes import em_service

        row = None if code is None else em_service[code]
        self.code = code
        self.text = text
        self.name = row and row.name
        self.meaning = row and row.meaning
        self.remedy = row and row.remedy

    def __str__(self) -> str:
        number = "without a code" if self.code is None else f"with code {self.code}"
        named = f" ({self.name})" if self.name else f" ({self.text})" if self.text else ""
        return f"the service refused {number}{named}" + (f": {self.remedy}" if self.remedy else "")


class TransportError(Error):
    """No usable answer came from the service. `message` says what happened and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Unreachable(TransportError):
    """Nothing was sent: no address that was tried could be connected to. It is safe to try again."""

    retry = True


class CertificateRefused(Unreachable):
    """The service's TLS certificate is expired, untrusted or of another name; nothing was sent."""

    retry = False


class BrokenAnswer(TransportError):
    """What came back is no answer to a query: another HTTP status than 200, or a body that is none of
    ours.
    """


class AnswerLost(TransportError):
    """A request was sent, its answer was lost, and it was not sent again.

    `done` is what a query said afterwards: `False` where the service shows that it is not done, `None` where
    no query could tell.
    """

    def __init__(self, message: str, done: bool | None = None) -> None:
        super().__init__(message)
        self.args = (message, done)
        self.done = done

    def __str__(self) -> str:
        return self.message
