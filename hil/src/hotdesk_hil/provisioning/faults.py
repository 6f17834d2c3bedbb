"""What can be wrong with a file that a phone loads: it is the same over HTTP and over TFTP.

When a fault strikes is `emservice.rules`'. Must never know of a transport.
"""

from __future__ import annotations

from dataclasses import dataclass

LONG = 200_000
"""Bytes of a long file, unless a fault says otherwise."""
LENGTH_LIMIT = 16 * 1024 * 1024
"""Bytes of the longest file."""


class FileFault:
    """Something wrong with the file of a phone; requests of the service never see it."""

    def served(self, content: bytes) -> bytes | None:
        """Returns what is served in place of the file; None: there is no such file."""
        return content

    @property
    def pause(self) -> float:
        """Seconds before each block of the file is sent."""
        return 0.0


@dataclass(frozen=True)
class MissingFile(FileFault):
    """There is no such file: HTTP 404, TFTP error 1."""

    def served(self, content: bytes) -> bytes | None:  # noqa: ARG002 (there is none)
        return None


@dataclass(frozen=True)
class CutFile(FileFault):
    """The file ends after so many bytes, as one that is being written."""

    after: int

    def served(self, content: bytes) -> bytes | None:
        return content[: self.after]


@dataclass(frozen=True)
class BrokenFile(FileFault):
    """The file is no XML: an end tag in its middle names another element."""

    def served(self, content: bytes) -> bytes | None:
        at = content.find(b"</", len(content) // 2)
        return content[:at] + b"</broken" + content[at + 2 :]


@dataclass(frozen=True)
class LongFile(FileFault):
    """The file has at least so many bytes, and what matters comes behind most of them."""

    length: int = LONG

    def __post_init__(self) -> None:
        if not 0 <= self.length <= LENGTH_LIMIT:
            raise ValueError(f"length is 0 to {LENGTH_LIMIT}")

    def served(self, content: bytes) -> bytes | None:
        # Behind the first element, so that everything else comes late.
        at = content.find(b"\n", content.find(b"\n") + 1) + 1
        number = 0
        more: list[bytes] = []
        left = self.length - len(content) - len(b"<addOns>\n</addOns>\n")
        while left > 0:
            number += 1
            row = (
                f'<addOn idx="{number}"><label>M\u00fcller &amp; {number}</label><!-- {number} --></addOn>\n'
            )
            more.append(row.encode())
            left -= len(more[-1])
        return b"".join([content[:at], b"<addOns>\n", *more, b"</addOns>\n", content[at:]])


@dataclass(frozen=True)
class SlowFile(FileFault):
    """Each 512 bytes of the file come `seconds` late."""

    seconds: float

    @property
    def pause(self) -> float:
        return self.seconds


FILE_FAULTS: dict[str, type[FileFault]] = {
    kind.__name__: kind for kind in (MissingFile, CutFile, BrokenFile, LongFile, SlowFile)
}
"""Every one by its name."""
