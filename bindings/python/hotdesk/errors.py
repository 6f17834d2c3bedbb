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
    of the code (`None` where nothing is), `text` is the service's own words, `service` its host and port.
    """

    def __init__(self, code: int | None, text: str | None = None, service: str | None = None) -> None:
        super().__init__(code, text, service)
        from .codes import em_service

        row = None if code is None else em_service[code]
        self.code = code
        self.text = text
        self.service = service
        self.name = row and row.name
        self.meaning = row and row.meaning
        self.remedy = row and row.remedy

    def __str__(self) -> str:
        number = "without a code" if self.code is None else f"with code {self.code}"
        named = f" ({self.name})" if self.name else f" ({self.text})" if self.text else ""
        by = f" [{self.service}]" if self.service else ""
        return f"the service refused {number}{named}" + (f": {self.remedy}" if self.remedy else "") + by


class TransportError(Error):
    """No usable answer came from the service.

    `message` says what happened and what to do; `service` is the host and port that it happened with.
    """

    retry = True

    def __init__(self, message: str, service: str | None = None) -> None:
        super().__init__(message, service)
        self.message = message
        self.service = service

    def __str__(self) -> str:
        return self.message


class Unreachable(TransportError):
    """Nothing was carried out: no service that was tried could be connected to, or each turned the request
    away. It is safe to try again.
    """


class CertificateRefused(Unreachable):
    """The service's TLS certificate is not accepted, or the service accepts none of this side; nothing was
    sent.
    """

    retry = False


class BrokenAnswer(TransportError):
    """What came back is no answer to a query: another HTTP status than 200, or a body that is none of
    ours.
    """


class TurnedAway(Unreachable, BrokenAnswer):
    """The service's web server answered with an HTTP status that says that nothing was carried out: 404
    where there is no Extension Mobility, 503 where it does not run.
    """


class AnswerLost(TransportError):
    """A request was sent, and its answer was lost.

    `done` is what a query said afterwards: `False` where the service shows that it is not done, `None` where
    no query could tell.
    """

    def __init__(self, message: str, done: bool | None = None, service: str | None = None) -> None:
        super().__init__(message, service)
        self.args = (message, done, service)
        self.done = done


class ClientClosed(Error, RuntimeError):
    """A client was used after it was closed; make another one."""
