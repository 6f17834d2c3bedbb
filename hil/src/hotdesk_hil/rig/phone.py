"""What a person does with the phone: read the screen, press keys, log in, log out.

Each step looks at the screen before and after, as a person does, so a key is never pressed blindly and a
lost key is found where it was lost. Every expectation that does not come true raises NotShown. A PIN goes
to the keys only; what is waited for, and so may end in a message, is the number of its stars.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PIL import Image

from . import keypad
from .errors import KeypadError, NotShown
from .reader import Screen
from .rig import Rig
from .screen import INTERVAL
from .waiting import Deadline

# A key's effect shows at once: what is slower than this is a fault of the phone.
REACTION = 5.0
# The service's answer, its queries after it, and drawing. The phone's own deadlines add up to less than
# twice this.
ANSWER = 10.0

# Keys that a person types without a look at the screen.
AT_ONCE = 8
# Presses that a board keeps until the phone takes them; those after them are lost.
KEPT = 16

# Entries of the longest list that is chosen from by name.
LONGEST_LIST = 20

# The title over the profiles of a user.
PROFILES = "Profile"
# How the last line of a failure begins while the phone asks who is logged in.
LOOKING = "Asking"
# The marks in the last column of a text that continues.
MORE_ABOVE, MORE_BELOW = "\N{UPWARDS ARROW}", "\N{DOWNWARDS ARROW}"
# The mark in the first place of a text that is longer than its room.
BEGINS_BEFORE = "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}"


class Phone:
    """The phone on a rig, in a person's hands.

    `by_buttons` presses the keys that are on the board there, not on the keypad. `unhurried` lets
    the screen settle before keys are pressed, so that whoever watches sees every screen.
    """

    def __init__(self, rig: Rig, *, by_buttons: bool = False, unhurried: bool = False) -> None:
        self._rig = rig
        self._by_buttons = by_buttons
        self._unhurried = unhurried
        self._waits = 0
        self._unseen = 0

    @property
    def name(self) -> str:
        """The device name, under which the service knows the phone."""
        return self._rig.device_name

    @property
    def screen(self) -> Screen:
        """The screen as it is now."""
        return self._rig.screen.look()

    def lines(self) -> list[str]:
        """Returns the text on the screen, line by line from the top, read from its pixels."""
        return [line.text for line in self._rig.screen.look().lines]

    def screenshot(self) -> Image.Image:
        """Returns a picture of the screen, pixel for pixel, in RGB."""
        return self._rig.screen.look().picture.image().convert("RGB")

    def log(self) -> str:
        """Returns the phone's log since power on, a line a message."""
        return self._rig.log_text()

    def power_cycle(self) -> None:
        """Takes the power away and gives it back; does not wait for the phone to start."""
        self._rig.strategy.power_cycle()

    def wait_for(self, text: str, timeout: float = REACTION) -> Screen:
        """Waits until the screen says this anywhere, `timeout` seconds at most; returns the screen.

        A text that the phone breaks between words is found as well. Raises NotShown.
        """
        return self.wait(repr(text), lambda s: text in s.text or text in s.flowing, timeout)

    def wait(self, expected: str, holds: Callable[[Screen], bool], seconds: float = REACTION) -> Screen:
        """Waits for a screen of which `holds` is true; `expected` says it in words."""
        return self._rig.screen.wait_for(expected, holds, seconds)

    def wait_title(self, title: str, *texts: str, seconds: float = REACTION) -> Screen:
        """Waits for a screen with this title and all these texts in its body, read as running text."""
        words = f"the title {title!r}" + "".join(f" and the text {text!r}" for text in texts)
        return self.wait(
            words, lambda s: s.title == title and all(text in s.flowing for text in texts), seconds
        )

    def wait_idle(self, text: str = "", seconds: float = ANSWER) -> Screen:
        """Waits for the idle screen, with exactly this text in its body if one is given."""
        strategy = self._rig.strategy
        words = "the idle screen" + (f" with {text!r}" if text else "")
        return self.wait(words, lambda s: strategy.is_idle(s) and text in ("", s.flowing), seconds)

    def press(self, *keys: str) -> None:
        """Presses keys: digits, `*`, `#`, and those in `keypad.NAMED`, as `select` or `softkey 1`.

        Raises KeypadError where a phone that is slow would lose some: wait for what the keys before them do.
        """
        if self._waits != self._rig.screen.waits:
            self._waits, self._unseen = self._rig.screen.waits, 0
        unseen = self._unseen + len(keys)
        if unseen > KEPT:
            raise KeypadError(
                f"{unseen} keys without a wait for what they do: a board keeps {KEPT} for the phone"
            )
        self._unseen = unseen
        if self._unhurried:
            # Not between the keys: taps of one letter must follow each other within a second.
            self._rig.screen.settle()
        for named in keys:
            key = keypad.NAMED.get(named, named)
            if self._by_buttons and key in self._rig.buttons.keys:
                self._rig.buttons.press(key)
            else:
                self._rig.keypad.press(key)

    def softkey(self, label: str, seconds: float = REACTION) -> None:
        """Presses the softkey under this label as soon as the screen shows it."""
        screen = self.wait(f"a softkey {label!r}", lambda s: label in s.softkeys, seconds)
        self.press(keypad.SOFTKEYS[screen.softkeys.index(label)])

    def open_menu(self) -> None:
        """From the idle screen: opens the menu."""
        self.softkey("Menu")
        self.wait_title("Menu")

    def confirm_logged_in(self, user: str) -> Screen:
        """Waits for "Logged in" with this user, confirms it, and returns the idle screen."""
        return self._confirm("Logged in", user, f"Logged in: {user}")

    def confirm_logged_out(self) -> Screen:
        """Waits for "Logged out", confirms it, and returns the idle screen."""
        return self._confirm("Logged out", "Nobody logged in", "Nobody logged in")

    def _confirm(self, title: str, text: str, idle: str) -> Screen:
        """Waits for a screen that ends by itself, confirms it, and returns the idle screen.

        A machine that is busy may look too late for it: then the idle screen says the same.
        """

        def says_it(screen: Screen) -> bool:
            is_over = self._rig.strategy.is_idle(screen) and screen.flowing == idle
            return is_over or (screen.title == title and text in screen.flowing)

        screen = self.wait(f"the title {title!r} and the text {text!r}", says_it, ANSWER)
        if screen.title == title:
            self.go_on()
        return self.wait_idle(idle)

    def go_on(self) -> None:
        """Leaves a screen that any key leaves, and that ends by itself after three seconds.

        Where it has ended since it was read, this key does nothing on the idle screen; the right softkey
        would open the menu there.
        """
        self.press("left")

    def is_first_screen(self, screen: Screen) -> bool:
        """Whether this is the idle screen, with its menu and nothing that the phone waits for."""
        waits = any(mark.startswith("wait") for mark in screen.marks)
        return self._rig.strategy.is_idle(screen) and "Menu" in screen.softkeys and not waits

    def to_idle(self, seconds: float = 6 * ANSWER) -> Screen:
        """Leaves whatever is shown, by OK, Exit or else the last softkey, once the phone waits for nothing.

        Returns the idle screen.
        """
        deadline = Deadline(self._rig.screen.clock, seconds)
        while not deadline.expired:
            screen = self._rig.screen.settle(seconds)
            if self.is_first_screen(screen):
                return screen
            if any(mark.startswith("wait") for mark in screen.marks) or not any(screen.softkeys):
                time.sleep(INTERVAL)
                continue
            self._rig.keypad.press(_leaves(screen.softkeys))
            # Another key before the display shows what this one did would open the idle screen's menu.
            shown = Deadline(self._rig.screen.clock, REACTION)
            while self.screen.picture == screen.picture and not shown.expired:
                time.sleep(INTERVAL)
        raise NotShown("the idle screen after leaving what it showed", str(self.screen), seconds)

    def choose(self, item: str) -> None:
        """Chooses an item of the menu shown: by its number, or with select; with down until it is seen."""
        screen = self.wait("a menu", lambda s: s.selected is not None)
        # A list may be longer than what is seen of it.
        for _ in range(LONGEST_LIST):
            if _without_number(screen.selected) == item:
                self.press(keypad.SELECT)
                return
            if (number := _number(item, screen)) is not None:
                self.press(number)
                return
            before = screen.selected
            self.press(keypad.DOWN)
            screen = self.wait("the next item", lambda s, before=before: s.selected not in (None, before))
        raise NotShown(f"the menu item {item!r}", str(screen), REACTION)

    def select(self, number: str) -> Screen:
        """Goes down the list shown to the item with this number, and returns the screen; chooses nothing."""
        screen = self.wait("a list", lambda s: s.selected is not None)
        for _ in range(LONGEST_LIST):
            if str(screen.selected).split()[:1] == [number]:
                return screen
            before = screen.selected
            self.press(keypad.DOWN)
            screen = self.wait("the next item", lambda s, before=before: s.selected not in (None, before))
        raise NotShown(f"the item {number}", str(screen), REACTION)

    def ask_who(self) -> None:
        """From the idle screen of a phone with an application user: asks who is logged in, by the menu."""
        self.open_menu()
        self.choose("Who is logged in")

    def about(self) -> str:
        """From the idle screen: opens About and returns what it says, to its end."""
        self.open_menu()
        self.choose("About this phone")
        self.wait_title("About this phone")
        return self.read_to_end()

    def find(self, text: str, seconds: float = ANSWER) -> Screen:
        """Scrolls down until the body shows this text, and waits for it where there is nothing to scroll."""
        deadline = Deadline(self._rig.screen.clock, seconds)
        while True:
            screen = self.wait("text", lambda s: s.text != "", REACTION)
            if text in screen.flowing:
                return screen
            if deadline.expired:
                raise NotShown(f"the text {text!r} on scrolling down", str(screen), seconds)
            if MORE_BELOW in screen.text:
                self.press(keypad.DOWN)
                self.wait("other lines after scrolling", lambda s, before=screen: s.text != before.text)
            else:
                time.sleep(INTERVAL)

    def read_to_end(self) -> str:
        """Scrolls down to the end and returns the whole body as running text.

        Where the phone still asks who is logged in, the text is what it says once it knows.
        """
        text = self._scroll_to_end()
        while LOOKING in text:
            screen = self.wait("an answer to who is logged in", lambda s: LOOKING not in s.flowing, ANSWER)
            while MORE_ABOVE in screen.text:
                self.press(keypad.UP)
                screen = self._wait_other(screen)
            text = self._scroll_to_end()
        return text

    def _scroll_to_end(self) -> str:
        screen = self.wait("text", lambda s: bool(s.body))
        lines = _lines(screen)
        while MORE_BELOW in screen.text:
            before = screen
            self.press(keypad.DOWN)
            screen = self._wait_other(before)
            # A text that became shorter meanwhile did not scroll: its end is here already.
            if _lines(screen) != _lines(before):
                lines.append(_lines(screen)[-1])
        return " ".join(lines)

    def _wait_other(self, before: Screen) -> Screen:
        return self.wait("other lines after scrolling", lambda s: s.text != before.text)

    def type(self, text: str) -> None:
        """Types into the field that is being filled in: a user ID in letters, else digits, as of a PIN."""
        screen = self._rig.screen.settle()
        if screen.title_note in keypad.MODES:
            self.type_user(text)
        elif any(line.startswith("PIN:") for line in screen.body):
            self.type_pin(text)
        else:
            with self._rig.history.secret(text):
                self.press(*text)

    def type_user(self, user: str) -> None:
        """Types a user ID on the number keys and checks it as it appears."""
        screen = self.wait("what the number keys give", lambda s: s.title_note in keypad.MODES)
        self.type_letters(user, screen.title_note, _shows_end)

    def type_letters(self, text: str, mode: str, shows: Callable[[Screen, str], bool]) -> None:
        """Types on the number keys, of which `mode` is what they give, and ends the last letter.

        `shows` says whether a screen shows what was typed so far.
        """
        typed, waiting = "", ""
        with self._rig.history.typing(text):
            steps = keypad.spell(text, mode)
            for index, (piece, keys) in enumerate(steps, start=1):
                typed, waiting = typed + piece, waiting + keys
                if len(waiting) >= AT_ONCE or index == len(steps) or self._unhurried:
                    self.press(*waiting)
                    self.wait(f"{typed!r} in its field", lambda s, typed=typed: shows(s, typed))
                    waiting = ""
            self.press(keypad.RIGHT)

    def type_pin(self, pin: str) -> None:
        """Types a PIN and checks that it shows as stars, as far as there is room for them."""
        with self._rig.history.secret(pin):
            self.press(*pin)
        stars = "*" * len(pin)

        def holds(screen: Screen) -> bool:
            shown = next((line for line in screen.body if line.startswith("PIN:")), "").split(" ")[-1]
            return shown == stars or (
                shown[:1] == BEGINS_BEFORE and stars.startswith(shown[1:]) and shown[1:] != ""
            )

        self.wait(f"{len(pin)} stars for the PIN", holds)

    def fill_form(self, title: str, user: str, pin: str) -> None:
        """Fills in the form with this title, but does not send it."""
        self._rig.history.learn(pin)
        self.wait_title(title, "User ID:", "PIN:")
        self.type_user(user)
        self.press(keypad.DOWN)
        self.type_pin(pin)

    def log_in(self, user: str, pin: str) -> None:
        """From the idle screen: opens the login form, fills it in and sends it.

        Where the user has several profiles, the one that is selected is taken: the default one.
        """
        self.submit_login(user, pin)
        self.take_profile()

    def take_profile(self) -> None:
        """After a login form was submitted: takes the selected profile where there are several."""
        if self.wait_submitted().title == PROFILES:
            self.softkey("Select")

    def submit_login(self, user: str, pin: str) -> None:
        """From the idle screen: opens the login form and submits it."""
        self._rig.history.learn(pin)
        self.softkey("Log in")
        self.fill_form("Log in", user, pin)
        self.softkey("Submit")

    def wait_submitted(self) -> Screen:
        """Waits for what follows the login form and the question for profiles, and returns it."""

        def is_over(screen: Screen) -> bool:
            return screen.title != "Log in" and "Asking for your profiles" not in screen.flowing

        return self.wait("what follows the form", is_over, 2 * ANSWER)

    def log_out(self) -> None:
        """From the idle screen of a phone with an application user: logs out whoever is logged in."""
        self.softkey("Log out")
        self.wait_title("Log out", "Log out")
        self.softkey("Yes")

    def log_out_as(self, user: str, pin: str) -> None:
        """From the idle screen of a phone without an application user: logs out with ID and PIN."""
        self._rig.history.learn(pin)
        self.softkey("Log out")
        self.fill_form("Log out", user, pin)
        self.softkey("Submit")


def user_id(screen: Screen) -> str:
    """The user ID that a form shows, which may take several lines of a large display; "" where none is."""
    if len(screen.body) < 2 or screen.title_note not in keypad.MODES:
        return ""
    end = next((index for index, line in enumerate(screen.body) if line.startswith("PIN:")), 2)
    return "".join(screen.body[1:end])


def _lines(screen: Screen) -> list[str]:
    """The lines of the body, without the marks that there is more."""
    return [line.rstrip(MORE_ABOVE + MORE_BELOW).rstrip() for line in screen.body]


def _shows_end(screen: Screen, typed: str) -> bool:
    """Whether a form shows this user ID, or its end where it is longer than its room."""
    shown = user_id(screen)
    return shown == typed or (shown[:1] == BEGINS_BEFORE and shown[1:] != "" and typed.endswith(shown[1:]))


def _leaves(softkeys: tuple[str, str, str]) -> str:
    """The key that leaves a screen with these softkeys. A page has its own, in any place."""
    named = next((label for label in ("OK", "Exit") if label in softkeys), None)
    last = max(place for place, label in enumerate(softkeys) if label)
    return keypad.SOFTKEYS[last if named is None else softkeys.index(named)]


def _without_number(item: str | None) -> str:
    # The menu numbers its items, for the digit that chooses each.
    return (item or "").lstrip(keypad.DIGITS).strip()


def _number(item: str, screen: Screen) -> str | None:
    """The digit that chooses this item, where it is seen and has one."""
    lines = (line.rstrip(MORE_ABOVE + MORE_BELOW) for line in screen.body)
    return next((line[0] for line in lines if line[:1].isdecimal() and _without_number(line) == item), None)
