"""What the files of all phones have in common: the table `[provisioning]` of a cluster file.

Values and their bounds only. Must never know of a phone, a file or a transport.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

MEMBERS_LIMIT = 5
"""Call managers that a group holds."""
NAME_LIMIT = 128
"""Characters of the name of a call manager or a time server."""
URL_LIMIT = 256
"""Characters of a URL that phones take."""
IDLE_LIMIT = 65535
"""Seconds of the longest `idle_timeout`."""


class Locale(NamedTuple):
    """A language: `code` is its `langCode` in the file, `uid` the number that call managers give it."""

    code: str
    uid: int


LOCALES: dict[str, Locale] = {
    "English_United_States": Locale("en_US", 1),
    "French_France": Locale("fr_FR", 2),
    "German_Germany": Locale("de_DE", 3),
    "Italian_Italy": Locale("it_IT", 7),
    "Dutch_Netherlands": Locale("nl_NL", 8),
    "Spanish_Spain": Locale("es_ES", 10),
    "English_United_Kingdom": Locale("en_GB", 33),
}
"""The user locales that a cluster file can name."""

PAGES = ("authentication_url", "directory_url", "idle_url", "information_url", "messages_url", "services_url")


@dataclass(frozen=True)
class Provisioning:
    """What a call manager's administrator sets for all phones.

    `address` is the host of this service in the files' URLs, as phones reach it; blank is the one under which
    the phone asked for its file. `members` are the call managers, the primary one first; without any it is
    that address. `user_locale` is one of `LOCALES`; a device profile may have another. The URLs are those of
    the phone's buttons; `idle_url` opens after `idle_timeout` seconds.
    """

    address: str = ""
    members: tuple[str, ...] = ()
    time_servers: tuple[str, ...] = ()
    user_locale: str = "English_United_States"
    load_information: str = ""
    authentication_url: str = ""
    directory_url: str = ""
    idle_url: str = ""
    idle_timeout: int = 0
    information_url: str = ""
    messages_url: str = ""
    services_url: str = ""


def wrong(settings: Provisioning) -> Iterator[tuple[str, str]]:
    """Returns what is out of its bounds: the key, and what it must be."""
    if len(settings.members) > MEMBERS_LIMIT:
        yield "members", f"holds at most {MEMBERS_LIMIT} call managers"
    for key in ("members", "time_servers"):
        if not all(_is_name(name) for name in getattr(settings, key)):
            yield key, f"holds names or addresses without blanks, of at most {NAME_LIMIT} characters"
    if settings.address and not _is_name(settings.address):
        yield "address", f"is a name or an address without blanks, of at most {NAME_LIMIT} characters"
    if len(settings.load_information) > NAME_LIMIT or not settings.load_information.isprintable():
        yield "load_information", f"is printable text of at most {NAME_LIMIT} characters"
    if settings.user_locale not in LOCALES:
        yield "user_locale", what_is_a_locale()
    if not 0 <= settings.idle_timeout <= IDLE_LIMIT:
        yield "idle_timeout", f"is 0 to {IDLE_LIMIT}"
    for key in PAGES:
        url = getattr(settings, key)
        if url and not (len(url) <= URL_LIMIT and url.isascii() and url.isprintable() and " " not in url):
            yield key, f"is a URL of at most {URL_LIMIT} characters"


def what_is_a_locale() -> str:
    """Returns what a user locale must be, for an error."""
    return f"is one of {', '.join(LOCALES)}"


def _is_name(name: str) -> bool:
    return 0 < len(name) <= NAME_LIMIT and name.isascii() and name.isprintable() and " " not in name
