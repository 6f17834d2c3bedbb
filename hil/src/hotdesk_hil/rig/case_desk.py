"""A phone whose people log in through the login application, from case to case, and what is held of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from ..emservice import EmService
from ..emservice.changes import Session
from . import keypad
from .configuration import PhoneConfig
from .demo_cluster import HOST_AS_SEEN_BY_PHONE
from .page_table import PageTable, Seen, as_property
from .phone import ANSWER, Phone
from .rig import Rig

PAGES = Path("hil/PAGES.md")
CERTIFICATE = "certificate-of-the-pages"
# The title of the login application's form.
FORM = "Please Login"

# What is another number in each run: seconds that are left, a number to choose, the number of a log.
_NUMBERS = re.compile(
    r"(?<=Number: )\d\d|(?<=\* )\d\d(?= \*)|\d+(?= s left)|(?<=Log: )[0-9a-f]{6}|(?<=, log )[0-9a-f]{6}"
)


@dataclass
class CaseDesk:
    """A phone that goes from case to case, and is switched on once for all of a module.

    Each case has services of its own; the one that the phone knows listens at `port`, always the same.
    """

    rig: Rig
    table: PageTable | None
    """What is held; None where it is written."""
    port: int
    phone: Phone = field(init=False)
    properties: list[tuple[str, object]] = field(default_factory=list)
    """Those of the test that runs."""
    _login: str = ""

    def __post_init__(self) -> None:
        self.phone = Phone(self.rig)

    def is_idle(self, more: str = "&EMCC=true") -> None:
        """Brings the phone to its idle screen with nobody logged in.

        `more` is what the URL of the login application has besides the phone's name: another one needs
        another start.
        """
        where = f"{HOST_AS_SEEN_BY_PHONE}:{self.port}"
        login = f"http://{where}/emapp/EMAppServlet?device=#DEVICENAME#{more}"
        if self.rig.is_on and login != self._login:
            self.rig.off()
        if not self.rig.is_on:
            self._login = login
            self.rig.boot(PhoneConfig([where], "emphone", CERTIFICATE, poll_minutes=0, login=login))
        elif self.phone.to_idle().flowing != "Nobody logged in":
            self.phone.ask_who()
        self.phone.wait_idle("Nobody logged in", 2 * ANSWER)

    def log_in(self, user_keys: str, pin: str) -> None:
        """Opens the form of the login application, fills it in and sends it."""
        self.phone.softkey("Log in")
        self.fill_in(user_keys, pin)

    def fill_in(self, user_keys: str, pin: str) -> None:
        """Types who it is, by the keys, and a PIN into the form that is shown, and sends it."""
        self.phone.wait_title(FORM, "PIN", seconds=ANSWER)
        with self.rig.history.secret(pin):
            self.phone.press(*user_keys, keypad.DOWN, *pin, "softkey 1")

    def saw(self, case: str, step: int, service: str) -> str:
        """Keeps what the phone shows, to its end, and what the service did; holds it against the table.

        Returns what the phone shows.
        """
        screen = self.phone.screen
        text = " ".join(self.phone.read_to_end().split())
        keys = ", ".join(key or "-" for key in screen.softkeys)
        # A long title may stand close to what the number keys give.
        words = [word for word in screen.title.split() if word not in keypad.MODES]
        shown = _NUMBERS.sub("N", f"{' '.join(words)}: {text}")
        did = _NUMBERS.sub("N", service.replace(self.rig.device_name, "this phone"))
        seen = Seen(case, step, self.rig.name, shown, keys, did)
        self.properties.append(as_property(seen))
        row = None if self.table is None else self.table.row(case, step, self.rig.name)
        if row not in (None, seen.cells):
            what = f"{case}, {step}: the table has\n{row}, seen was\n{seen.cells}"
            raise AssertionError(f"{what}; if it should be so, --write-pages {PAGES}")
        return text


def who_is_in(*services: EmService) -> str:
    """Says who is logged in, in each cluster."""

    def said(sessions: list[Session]) -> str:
        return ", ".join(f"{one.user} with {one.profile}" for one in sessions) or "nobody"

    return " / ".join(said(service.session_rows()) for service in services) + " logged in"
