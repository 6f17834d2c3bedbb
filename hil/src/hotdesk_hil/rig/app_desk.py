"""A phone whose people log in through the login application, in a person's hands, and its service.

One start of the phone for many tests: `is_idle` brings it back. A PIN goes to the keys alone; what is waited
for is the number of its stars. Must never decide what a page has to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..emservice import Answer, EmService
from ..emservice.login_app import APP_PATH
from . import keypad
from .case_desk import FORM
from .configuration import PhoneConfig
from .demo_cluster import HOST_AS_SEEN_BY_PHONE
from .phone import ANSWER, BEGINS_BEFORE, Phone
from .reader import Screen
from .rig import Rig

APPLICATION = "Extension Mobility"
"""The title of its texts."""
RESTARTS = "Please wait, the phone restarts."
"""The page behind a result, which a phone of a cluster shows before it restarts."""


@dataclass
class AppDesk:
    """A phone and a service that listens; `app_id` and `certificate` are the phone's application user."""

    rig: Rig
    service: EmService
    app_id: str
    certificate: str = field(repr=False)
    login: str = "emapp"
    phone: Phone = field(init=False)
    properties: list[tuple[str, object]] = field(default_factory=list)
    """What the report of the test that runs carries."""

    def __post_init__(self) -> None:
        self.phone = Phone(self.rig)

    @property
    def address(self) -> str:
        """Where the service is, as the phone sees it."""
        return f"{HOST_AS_SEEN_BY_PHONE}:{self.service.port}"

    def is_idle(self, user: str | None = None) -> None:
        """Brings the phone to its idle screen with this user, or nobody; switches it on where it is off.

        Nothing fails any more, and nobody is locked.
        """
        self.service.faults.clear()
        self.service.outages.clear()
        for locked in self.service.locked_users():
            self.service.unlock(locked)
        there = self.service.sessions().get(self.rig.device_name)
        if there is not None and there != user:
            self.service.logout(self.rig.device_name)
        if user is not None and there != user:
            self.service.login(self.rig.device_name, user)
        truth = f"Logged in: {user}" if user else "Nobody logged in"
        if not self.rig.is_on:
            config = PhoneConfig(
                [self.address], self.app_id, self.certificate, login=self.login, poll_minutes=0
            )
            self.rig.boot(config)
        elif self.phone.to_idle().flowing != truth:
            self.phone.ask_who()
        self.phone.wait_idle(truth, seconds=2 * ANSWER)

    def opens(self, parameters: str, service: EmService | None = None) -> None:
        """Has the phone, when it opens the login application next, sent on to these parameters.

        `service` is the one that it is sent to, its own if none is given.
        """
        port = (service or self.service).port
        there = f"http://{HOST_AS_SEEN_BY_PHONE}:{port}{APP_PATH}?{parameters}"
        self.service.faults.add(
            Answer(b"", status=302, headers={"Location": there}, executed=False), operation="appForm"
        )

    def open_form(self) -> Screen:
        """From the idle screen: opens the form."""
        self.phone.softkey("Log in")
        return self.phone.wait_title(FORM, seconds=ANSWER)

    def wait_form(self, title: str, *texts: str) -> Screen:
        """Waits for a form with this title, which may fill its line, and with all these texts."""
        words = f"a form {title!r}" + "".join(f" with {text!r}" for text in texts)
        return self.phone.wait(
            words,
            lambda s: s.title.startswith(title) and all(text in s.flowing for text in texts),
            ANSWER,
        )

    def fill_in(self, *texts: str, secrets: Sequence[int] = (1,)) -> None:
        """Types into the fields of a form, from the one that is selected on; `secrets` are hidden ones."""
        for place, text in enumerate(texts):
            if place > 0:
                self.phone.press(keypad.DOWN)
            if place in secrets:
                with self.rig.history.secret(text):
                    self.phone.press(*text)
                stars = "*" * len(text)
                self.phone.wait(f"{len(text)} stars", lambda s, stars=stars: _shows(s, stars))
                continue
            # A long title leaves no gap before the mode of the number keys.
            screen = self.phone.screen
            mode = screen.title_note or screen.title.rsplit(" ", 1)[-1]
            self.phone.type_letters(text, mode, lambda s, typed: typed in s.flowing)

    def log_in(self, user: str, pin: str) -> None:
        """From the idle screen: fills in the form and sends it."""
        self.open_form()
        self.fill_in(user, pin)
        self.phone.softkey("Submit")

    def type_ahead(self, keys: str, pin: str) -> None:
        """With the form shown: fills it in and sends it as somebody in a hurry, by the keys of a user ID."""
        self.phone.press(*keys, keypad.DOWN, *pin, keypad.SOFTKEYS[0])

    def confirm(self, words: str, truth: str) -> None:
        """Waits for a result and leaves it; then the idle screen says what is so.

        A machine that is busy may look too late: then the page behind it, or the idle screen, is there.
        """

        def is_over(screen: Screen) -> bool:
            is_result = screen.title == APPLICATION and any(
                text in screen.flowing for text in (words, RESTARTS)
            )
            return is_result or (self.rig.strategy.is_idle(screen) and screen.flowing == truth)

        self.phone.wait(f"the result {words!r}", is_over, ANSWER)
        self.phone.to_idle()
        self.phone.wait_idle(truth)

    def confirm_logged_in(self, user: str) -> None:
        """Waits for the result of a login and leaves it; the service has it, too."""
        self.confirm("Login successful.", f"Logged in: {user}")
        self._agrees({self.rig.device_name: user})

    def log_out(self) -> None:
        """From the idle screen: logs out by the question."""
        self.phone.softkey("Log out")
        self.phone.wait_title(APPLICATION, "Log out?", seconds=ANSWER)
        self.phone.softkey("Yes")
        self.confirm("Logout successful.", "Nobody logged in")
        self._agrees({})

    def _agrees(self, sessions: dict[str, str]) -> None:
        if (there := self.service.sessions()) != sessions:
            raise AssertionError(f"the service has {there}, not {sessions}")


def _shows(screen: Screen, stars: str) -> bool:
    """Whether a field shows these stars, or as many of them as it has room for."""
    cut = (word[1:] for word in screen.flowing.split() if word.startswith(BEGINS_BEFORE))
    return stars in screen.flowing or any(seen != "" and seen in stars for seen in cut)
