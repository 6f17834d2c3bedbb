"""What arrived at the service, one record each: requests, and what never became one.

Values only. Must never hold a certificate or PIN, nor the query of an address, which may hold one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hotdesk_hil.emservice.codes import label_of

NAMES_SHOWN = 5
"""Devices and users that a line shows; it counts the others."""
TEXT_LIMIT = 500
"""Characters of a detail, of a request line, and of a name that a line shows."""


class RequestRecord(NamedTuple):
    """One request as the service saw it, without its certificate.

    `operation` is None where no document could be read. `code` is the answer's code, None for success, for
    a request that a fault kept from being carried out (`executed` False), and for what did not reach the
    service. `at` is the service's clock in seconds since the epoch; `fault` the name of the fault that
    struck. `detail` says why a request was refused.

    What did not reach the service has a `request_line`: method and path of a 404, 403 or 408, or TFTP and the
    name of a file that nobody gets, else "not HTTP" or "half a request"; and a `status`, the HTTP status
    (of TFTP what HTTP would say), None for no answer.

    A request of the login application has a `page`: the object that was shown, and its title.
    """

    operation: str | None
    devices: tuple[str, ...]
    users: tuple[str, ...]
    app_id: str | None
    code: int | None
    at: float
    executed: bool = True
    fault: str | None = None
    detail: str | None = None
    status: int | None = 200
    request_line: str | None = None
    page: str | None = None

    def __str__(self) -> str:
        if self.request_line is not None:
            words = [self.request_line]
            outcome = "no answer" if self.status is None else str(self.status)
        else:
            words = [self.operation or "unreadable", *_shown((*self.devices, *self.users))]
            if self.app_id is not None:
                words.append(f"by {shortened(self.app_id)}")
            if not self.executed:
                outcome = "not carried out"
            elif self.code is None:
                outcome = "success"
            else:
                outcome = f"[{self.code}] {label_of(self.code)}"
        line = f"{' '.join(words)}: {outcome}"
        if self.detail is not None and (self.executed or self.request_line is not None):
            line += f": {self.detail}"
        if self.page is not None:
            line += f", shown {self.page}"
        if self.fault is not None:
            line += f" ({self.fault})"
        return printable(line)


class Exchange(NamedTuple):
    """What arrived, with the documents that went over the wire, the certificate masked.

    `request` and `answer` are None for what did not reach the service. `answer` is what the service said; a
    fault may have kept the client from reading it as it is.
    """

    record: RequestRecord
    request: str | None
    answer: str | None


def exchange(record: RequestRecord, request: bytes | None, answer: bytes | None) -> Exchange:
    """Returns the exchange of a request. Of a document that could not be read nothing is shown."""
    asked = None
    if request is not None and record.operation is None:
        asked = f"({len(request)} bytes that are no document)"
    elif request is not None:
        asked = _CERTIFICATE.sub(r"\1***\2", request.decode("utf-8", errors="replace"))
    return Exchange(record, asked, None if answer is None else answer.decode("utf-8", errors="replace"))


# What stands in the elements that hold a certificate or PIN.
_ELEMENT = r"(?:\w+:)?app(?:Encrypted)?Certificate"
_CERTIFICATE = re.compile(rf"(<{_ELEMENT}\b[^>]*>).*?(</{_ELEMENT}\s*>)", re.DOTALL)


def elsewhere(at: float, request_line: str, status: int | None, detail: str) -> RequestRecord:
    """Returns the record of what did not reach the service."""
    return RequestRecord(None, (), (), None, None, at, False, None, detail, status, shortened(request_line))


def shortened(text: str) -> str:
    """Returns the text, cut where it is over the limit, which shows."""
    return text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}… ({len(text)} characters)"


def printable(text: str) -> str:
    """Returns the text on one line: what cannot be printed, as a line feed in a name, is escaped."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )


def _shown(names: tuple[str, ...]) -> tuple[str, ...]:
    more = len(names) - NAMES_SHOWN
    shown = tuple(shortened(name) for name in names[:NAMES_SHOWN])
    return shown if more <= 0 else (*shown, f"and {more} more")
