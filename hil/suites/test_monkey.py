"""A monkey at the keys of the phone on its board, with a service and a network that fail.

It presses what it likes, logs in, takes over, has somebody else log in and out, and leaves. The phone never
restarts but by its menu, comes back to its first screen by itself, and says who is logged in as the service
has it once nothing fails any more. Whatever the monkey did, no digits of the PIN are left in a picture, the
log, the service's records or memory.

`HOTDESK_MONKEY_KEYS` is the number of keys; without it 300, in about a minute. `HOTDESK_MONKEY_SEED` makes
the same choices again: the seed is in the first line of the output and in every failure.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hotdesk_hil.emservice import (
    AcceptInSilence,
    Answer,
    ApplicationUser,
    CloseWithoutAnswer,
    Cluster,
    CutAnswer,
    Delay,
    Device,
    Dribble,
    EmService,
    Refuse,
    RefuseConnection,
    ResetAnswer,
    ResetConnection,
    Silence,
    User,
    WrongLength,
)
from hotdesk_hil.rig import Phone, PhoneConfig, Rig, Screen, keypad
from hotdesk_hil.rig.demo_cluster import HOST_AS_SEEN_BY_PHONE
from hotdesk_hil.rig.memory import Variables, traces
from hotdesk_hil.rig.name_server import Manner, NameServer
from hotdesk_hil.rig.stack import Stack
from hotdesk_hil.rig.waiting import Deadline, pass_time

KEYS = int(os.environ.get("HOTDESK_MONKEY_KEYS", "300"))
SEED = int(os.environ.get("HOTDESK_MONKEY_SEED", "1"))

# The phone is left alone after so many keys. A shorter run is left by its keys: a minute is no time for more.
ROUND = 2000

# No two of its digits come one after the other by chance: `Monkey.any_key` sees to it.
PIN = "9073518264"
# Like the PIN, but for the settings.
ADMIN_CODE = "4826159370"
CERTIFICATE = "Zk7-certificate-of-this-test-alone-Qw3"
USERS = {"2": "a", "3": "d", "4": "g", "5": "j"}
ELSEWHERE = "SEP402CF4915265"
HOST = "em1.hotdesk.test"

# No screen lasts longer when nobody presses a key: minutes of failures, then two minutes without a key.
LEFT_ALONE = 420.0
# The phone asks by itself every minute, after failures at growing intervals: up to five minutes and a fifth.
POLLED = 380.0
# The longest a person waits for a screen that a key brings.
REACTION = 5.0
# Steps back to the first screen, at most.
WAY_BACK = 12

# Titles of what ends a login: nothing goes on from there.
OVER = ("Logged in", "Logged in after all", "Login failed", "Login uncertain", "Login cancelled")
# Titles of what a login may ask for after ID and PIN.
CHOICES = ("Profile", "How long?", "Take over", "Logged in elsewhere")

MOVES = keypad.UP + keypad.DOWN + keypad.LEFT + keypad.RIGHT + keypad.SELECT
ANY_KEY = keypad.DIGITS + keypad.STAR + keypad.POUND + MOVES + keypad.SELECT + "aaabccc"


@dataclass
class Monkey:
    """Presses keys and has things fail. Every choice is the seed's and the number's of the deed."""

    rig: Rig
    service: EmService
    names: NameServer
    seed: int
    keys: int = 0
    deed: int = 0
    what: str = ""
    digits: str = ""
    texts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.phone = Phone(self.rig)
        self.variables = Variables.of(self.rig.kernel)
        self.dice = random.Random(self.seed)  # noqa: S311 - not for secrets

    def act(self) -> None:
        """Does something."""
        self.deed += 1
        # A deed's choices are its own, however often the one before had to look at the screen.
        self.dice = random.Random(f"{self.seed}:{self.deed}")  # noqa: S311
        deeds = {
            self.press_keys: 26,
            self.log_in: 14,
            self.happen_elsewhere: 4,
            self.have_it_fail: 7,
            self.come_and_go: 1,
            self.pull_the_cable: 1,
            self.name_servers_fail: 2,
            self.wait: 2,
            self.change_settings: 1,
            self.restart: 0.3,
            self.noise: 0.5,
            self.calm_down: 7,
        }
        deed = self.dice.choices(list(deeds), list(deeds.values()))[0]
        self.what = deed.__name__
        deed()

    def any_key(self) -> str:
        """A key. Digits that follow each other are never those of the PIN."""
        while True:
            key = self.dice.choice(ANY_KEY)
            if key not in keypad.DIGITS:
                return key
            pair, self.digits = self.digits + key, key
            if not any(pair in secret for secret in (PIN, PIN[::-1], ADMIN_CODE)):
                return key

    def press(self, *keys: str) -> Screen:
        """Presses keys and looks at what they did."""
        self.keys += len(keys)
        self.rig.keypad.press(*keys)
        return self.phone.screen

    def press_keys(self) -> None:
        for _ in range(self.dice.randint(1, 5)):
            self.press(*(self.any_key() for _ in range(self.dice.randint(1, 4))))

    def log_in(self) -> None:
        """Logs in, or takes over from whoever is here; mostly with the right PIN."""
        key, pin = self.dice.choice(list(USERS)), self.dice.choice([PIN, PIN, PIN, PIN[::-1]])
        if not self.steps_back(4, 0.3):
            return
        if "user" in self.phone.screen.marks:
            self.press(keypad.SOFTKEYS[2], "2", keypad.SOFTKEYS[0])
        else:
            self.press(keypad.SOFTKEYS[0])
        if not self.comes(lambda s: s.title_note in keypad.MODES and s.title == "Log in", 1.0):
            return
        for _ in range(3):
            mode = self.phone.screen.title_note
            if mode == keypad.LETTERS:
                break
            self.press(keypad.POUND)
            self.comes(lambda s, mode=mode: s.title_note != mode, 1.0)
        self.press(key, keypad.DOWN)
        # The PIN goes into its own field: as a user ID it is no secret.
        if self.comes(lambda s: s.title == "Log in" and s.title_note not in keypad.MODES, 1.0):
            self.press(*pin)
            self.press(keypad.SELECT)
            for _ in range(self.dice.choice([0, 2, 2])):
                # With the profile and the time that are selected, where they are asked for.
                if self.comes(lambda s: s.title in CHOICES, 0.5):
                    self.press(keypad.SELECT)
            if self.comes(lambda s: s.title in OVER, 2.0):
                self.must_have_forgotten()

    def happen_elsewhere(self) -> None:
        """Somebody logs in or out without this phone."""
        device = self.dice.choice([self.rig.device_name, ELSEWHERE])
        user = self.dice.choice(list(USERS.values()))
        sessions = self.service.sessions()
        if self.dice.random() < 0.5:
            if device in sessions:
                self.service.logout(device)
        elif device not in sessions and user not in sessions.values():
            self.service.login(device, user)

    def have_it_fail(self) -> None:
        """The service answers wrongly, late or not at all, to one request or some."""
        executed = self.dice.random() < 0.5
        after = self.dice.randint(0, 200)
        fault = self.dice.choice(
            [
                *(Answer(None, status=status, executed=executed) for status in (302, 400, 404, 500, 503)),
                Answer(b"<html>Sorry</html>", executed=executed),
                Answer(b"<response>" + b" " * 9000, executed=executed),
                CloseWithoutAnswer(executed=executed),
                CutAnswer(after=after, executed=executed),
                ResetAnswer(after=after, executed=executed),
                Silence(executed=executed),
                Delay(self.dice.choice([0.2, 1.5, 4.0])),
                Dribble(size=self.dice.choice([1, 7])),
                WrongLength(by=self.dice.choice([-7, 7])),
                Refuse(26),
                Refuse(26),
                Refuse(self.dice.choice([0, 6, 7, 3, 10, 12, 18, 25, 27, 41, 9999]), executed=executed),
                ResetConnection(),
                AcceptInSilence(),
            ]
        )
        operation = None
        if not isinstance(fault, ResetConnection | AcceptInSilence):
            names = [None, "login", "logout", "deviceUserQuery", "deviceProfileQuery", "userDevicesQuery"]
            operation = self.dice.choice(names)
        self.service.faults.add(fault, operation=operation, times=self.dice.choice([1, 1, 2]))

    def come_and_go(self) -> None:
        """The service goes away, or is there again."""
        if self.dice.random() < 0.5:
            self.service.faults.add(RefuseConnection(), times=None)
        else:
            self.service.faults.clear()

    def pull_the_cable(self) -> None:
        """Plugs the cable out for a while."""
        self.plug(is_in=False)
        self.press_keys()
        pass_time(self.rig.screen.clock, self.dice.choice([0.5, 3.0]))
        self.plug(is_in=True)

    def plug(self, *, is_in: bool) -> None:
        self.rig.link.set_link(up=is_in)

    def name_servers_fail(self) -> None:
        """The name server of the first service refuses, is silent, or works again."""
        self.names.manner = self.dice.choice([*Manner, Manner.answers, Manner.answers])

    def wait(self) -> None:
        """Does nothing for a while."""
        pass_time(self.rig.screen.clock, self.dice.choice([0.2, 0.5, 1.0, 3.0, 3.0, 11.0]))

    def change_settings(self) -> None:
        """Opens the settings with the code and changes what does no harm."""
        setting, value = self.dice.choice([("2", "1"), ("2", "2"), ("3", "1"), ("3", "2"), ("4", "2")])
        if not self.choose_in_menu(from_end=1):
            return
        if self.comes(
            lambda s: s.title == "Settings" and any(line.startswith("Admin code:") for line in s.body), 1.0
        ):
            self.press(*ADMIN_CODE)
            self.press(keypad.SELECT)
        if self.comes(lambda s: s.title == "Settings" and s.selected is not None, 1.0):
            self.press(setting, value)
            # No further: with other services the phone would be on its own.
            self.steps_back(4, 0.3)

    def restart(self) -> None:
        """Restarts the phone by its menu."""
        if self.choose_in_menu(from_end=0) and self.comes(lambda s: s.title == "Restart", 1.0):
            self.press(keypad.SOFTKEYS[0])

    def choose_in_menu(self, from_end: int) -> bool:
        if not self.is_idle(self.phone.screen):
            return False
        self.press(keypad.SOFTKEYS[2], *[keypad.DOWN] * 8)
        if not self.comes(lambda s: s.title == "Menu", 1.0):
            return False
        self.press(*[keypad.UP] * from_end, keypad.SELECT)
        return True

    def noise(self) -> None:
        """The keypad's line is disturbed."""
        self.rig.keypad.send(self.dice.randbytes(self.dice.randint(1, 40)).replace(b"+", b"-"))

    def calm_down(self) -> None:
        """Nothing fails any more."""
        self.service.faults.clear()
        self.names.manner = Manner.answers
        self.plug(is_in=True)

    def is_idle(self, screen: Screen) -> bool:
        """Whether this is the first screen: the phone's name, and the menu to go to."""
        waits = any(mark.startswith("wait") for mark in screen.marks)
        starts = bool(screen.body) and screen.body[0].startswith("Starting")
        return screen.title == self.rig.device_name and "Menu" in screen.softkeys and not waits and not starts

    def comes(self, holds: Callable[[Screen], bool], seconds: float) -> bool:
        """Whether such a screen comes within this time. If not, the monkey does something else."""
        deadline = Deadline(self.rig.screen.clock, seconds)
        while not holds(self.phone.screen):
            if deadline.expired:
                return False
            pass_time(self.rig.screen.clock, 0.02)
        return True

    def go_away(self) -> None:
        """Leaves the phone alone, while everything fails as before: it comes back to its first screen."""
        self.what = "go_away"
        self.phone.wait("the first screen, which it comes back to by itself", self.is_idle, LEFT_ALONE)

    def go_back(self) -> None:
        """Goes back to the first screen by its keys: no screen is without a way out."""
        self.what = "go_back"
        self.calm_down()
        # What was asked for may have to end first.
        self.steps_back(WAY_BACK, 2.0)
        self.phone.wait("the first screen, by its keys", self.is_idle, REACTION)

    def steps_back(self, steps: int, seconds: float) -> bool:
        """Goes towards the first screen, so many steps at most, and says whether it is there."""
        for _ in range(steps):
            if self.comes(self.is_idle, seconds):
                return True
            labels = self.phone.screen.softkeys
            self.press(keypad.SOFTKEYS[0 if labels[0] == "OK" else 2])
        return False

    def must_agree(self) -> None:
        """Nothing fails any more: the screen says what the service has."""
        self.what = "must_agree"
        self.calm_down()
        if KEYS < ROUND:
            self.press(keypad.SOFTKEYS[2])
            self.phone.wait("the menu", lambda s: s.title == "Menu")
            self.phone.choose("Who is logged in")
        else:
            # It finds out by itself: a key has a phone ask that was left alone for half a minute.
            self.press(keypad.UP)

        def holds(screen: Screen) -> bool:
            user = self.service.sessions().get(self.rig.device_name)
            truth = f"Logged in: {user}" if user else "Nobody logged in"
            return self.is_idle(screen) and screen.flowing.startswith(truth)

        self.phone.wait("the first screen with whoever is logged in", holds, POLLED)

    def must_have_forgotten(self) -> None:
        """No digits of the PIN, either way round, are in memory."""
        ram = self.rig.memory.ram
        memory = self.rig.memory.read_memory(ram.start, ram.size)
        found = [t for pin in (PIN, PIN[::-1]) for t in traces(memory, pin, ram.start, self.variables)]
        assert not found, f"{len(found)} traces of a PIN in memory, the first: {found[0]}"


@pytest.fixture
def monkey(rig: Rig) -> Iterator[Monkey]:
    """A monkey at a phone that is idle. The service has a name, and an address as its own backup."""
    profiles = tuple(f"DP{number:02}" for number in range(60))
    cluster = Cluster(
        application_users=[ApplicationUser("emphone", CERTIFICATE)],
        users=[
            User("a", PIN, ("BERLIN", "PARIS", "ROME"), "PARIS"),
            User("d", PIN, ("BERLIN",)),
            User("g", PIN, profiles, "DP40"),
            User("j", PIN, ("BERLIN",), "BERLIN"),
        ],
        devices=[Device(rig.device_name), Device(ELSEWHERE)],
    )
    with EmService(cluster) as service, NameServer({HOST: [HOST_AS_SEEN_BY_PHONE]}) as names:
        config = PhoneConfig(
            [f"{HOST}:{service.port}", f"{HOST_AS_SEEN_BY_PHONE}:{service.port}"],
            "emphone",
            CERTIFICATE,
            name_servers=[names.as_seen_by_phone],
            poll_minutes=1,
            durations="default, 1 min, indefinite",
        )
        rig.boot(config.text() + f"adminCode = {ADMIN_CODE}\n")
        yield Monkey(rig, service, names, SEED)


@pytest.mark.long
@pytest.mark.needs("link", "memory")
@pytest.mark.timeout(300 + 3 * KEYS)
def test_monkey_finds_no_way_to_stop_the_phone_or_to_have_it_lie(
    monkey: Monkey, rig: Rig, defmt_print: Path
) -> None:
    print(f"HOTDESK_MONKEY_SEED={monkey.seed} HOTDESK_MONKEY_KEYS={KEYS}")
    stack = Stack.of(rig.kernel)
    rig.screen.watchers.append(watch := lambda screen: monkey.texts.add("".join(screen.text.split())))
    began = time.monotonic()
    try:
        while monkey.keys < KEYS:
            end = min(monkey.keys + ROUND, KEYS)
            while monkey.keys < end:
                monkey.act()
            monkey.go_away() if KEYS >= ROUND else monkey.go_back()
            monkey.must_agree()
            monkey.must_have_forgotten()
    except BaseException as error:
        error.add_note(
            f"HOTDESK_MONKEY_SEED={monkey.seed} HOTDESK_MONKEY_KEYS={KEYS}: after {monkey.keys} keys, "
            f"in deed {monkey.deed}, {monkey.what}; the service has {monkey.service.sessions()}; "
            f"its last requests: {[str(record) for record in monkey.service.requests[-5:]]}"
        )
        raise
    finally:
        rig.screen.watchers.remove(watch)
    words = rig.log.text(defmt_print, rig.kernel)
    starts = re.findall(r"started (?:by|after) .*", words)
    asked = words.count("board: Restart")
    assert starts == ["started by power-on", *["started by a restart"] * asked]
    assert " panic at " not in words
    used = stack.used(rig.memory.read_memory(stack.bottom, stack.size))
    for pin in (PIN, PIN[::-1], ADMIN_CODE):
        assert pin.encode() not in rig.log.data
        assert pin not in words
        assert not any(pin in text for text in monkey.texts)
        assert pin not in repr(monkey.service.requests) + repr(monkey.service.events())
    print(
        f"{monkey.keys} keys, {monkey.deed} deeds, {monkey.service.traffic.requests} requests, "
        f"{len(monkey.service.events())} logins and logouts, {asked} restarts by the menu, "
        f"{len(monkey.texts)} pictures, {used} bytes of stack, {time.monotonic() - began:.0f} s"
    )
