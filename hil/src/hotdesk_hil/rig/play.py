"""`python -m hotdesk_hil.rig.play`: a phone to play with in a terminal, the service simulator beside it.

The PC's keyboard presses the phone's keys, and the screen is drawn as it changes. Nothing is checked. Must
not show more than the phone does: what is typed as a PIN stays stars.
"""

from __future__ import annotations

import argparse
import codecs
import os
import re
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..emservice import EmService
from . import keypad
from .demo_cluster import DemoCluster
from .errors import RigError
from .reader import Screen
from .rig import Rig, rig_file
from .strategy import Status
from .terminal import drawing_step, drawn, written

INTERVAL = 0.03
QUIT, RESET = b"\x03", b"\x12"

# What terminals send for keys that are not characters.
SEQUENCES = {
    b"\x1b[A": keypad.UP,
    b"\x1b[B": keypad.DOWN,
    b"\x1b[C": keypad.RIGHT,
    b"\x1b[D": keypad.LEFT,
    b"\x1bOP": keypad.SOFTKEYS[0],
    b"\x1bOQ": keypad.SOFTKEYS[1],
    b"\x1bOR": keypad.SOFTKEYS[2],
    b"\x1b[11~": keypad.SOFTKEYS[0],
    b"\x1b[12~": keypad.SOFTKEYS[1],
    b"\x1b[13~": keypad.SOFTKEYS[2],
    b"\x1b[[A": keypad.SOFTKEYS[0],
    b"\x1b[[B": keypad.SOFTKEYS[1],
    b"\x1b[[C": keypad.SOFTKEYS[2],
    b"\r": keypad.SELECT,
    b"\n": keypad.SELECT,
    b"\t": keypad.DOWN,
    b"\x7f": keypad.SOFTKEYS[1],
}
# Any other key that sends several characters; none of them was typed.
OTHER_SEQUENCE = re.compile(rb"\x1b(\[[0-9;]*[A-Za-z~]|O[A-Za-z])")
# Lines of 80 columns at most, but for the path of the cluster.
HELP = (
    "F1 F2 F3 softkeys · arrows, Enter, Backspace · 0-9 * # the phone's own keys",
    "letters and symbols are typed by them in a user ID · Ctrl-R resets, Ctrl-C ends",
    "users and their PINs are in {cluster}",
)
# A letter of the phone does not change any more once its key was left alone for so long.
LETTER_TIMEOUT = 1.0


class Typist:
    """Turns what the terminal sends into keys of the phone.

    `mode` returns what the phone's number keys give now, as its title bar shows it; anything else where no
    user ID is typed. It is asked where keys may have changed it.
    """

    def __init__(self, mode: Callable[[], str]) -> None:
        self._look = mode
        self._mode: str | None = None
        self._rest = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        # The key whose letter can still change.
        self._before = ""
        self.note = ""
        """What could not be typed last, and why."""

    def pause(self) -> None:
        """Takes that nothing was typed for as long as a letter can change."""
        self._before, self._mode = "", None

    def keys(self, data: bytes) -> Iterator[str]:
        """Yields the phone's keys for these bytes. What cannot be typed is told in `note`."""
        data, self._rest = self._rest + data, b""
        while data:
            sequence = next((known for known in SEQUENCES if data.startswith(known)), None)
            if sequence is not None:
                self.note, self._before, self._mode = "", "", None
                yield SEQUENCES[sequence]
                data = data[len(sequence) :]
            elif any(known.startswith(data) for known in SEQUENCES):
                self._rest = data  # the rest of the sequence is on its way
                return
            elif unknown := OTHER_SEQUENCE.match(data):
                data = data[unknown.end() :]
            else:
                for character in self._decoder.decode(data[:1]):
                    if character.isprintable():
                        yield from self._type(character)
                data = data[1:]

    def _type(self, character: str) -> Iterator[str]:
        self.note = ""
        if character in (*keypad.DIGITS, keypad.STAR, keypad.POUND):
            # As on the phone: what it gives there is the phone's business.
            self._before = character if character in keypad.TAPS else ""
            self._mode = None
            yield character
            return
        if self._mode is None:
            self._mode = self._look()
        if self._mode not in keypad.MODES:
            self.note = f"{character!r} is not typed: the phone asks for no user ID here"
            return
        try:
            ((_, keys),) = keypad.spell(character, self._mode)
        except keypad.KeypadError:
            self.note = f"{character!r} is not typed: no key of the phone gives it"
            return
        if keys[0] == self._before:
            yield keypad.RIGHT
        yield from keys
        tapped = keys.lstrip(keypad.POUND)
        changes = len(keys) - len(tapped)
        self._mode = keypad.MODES[(keypad.MODES.index(self._mode) + changes) % len(keypad.MODES)]
        self._before = tapped[0] if tapped[0] in keypad.TAPS else ""


def main(arguments: list[str] | None = None) -> int:
    """Runs until Ctrl-C."""
    summary = "A phone to play with on an emulated board, with the service simulator beside it."
    parser = argparse.ArgumentParser(prog="python -m hotdesk_hil.rig.play", description=summary)
    parser.add_argument("--image", type=Path, help="the phone's image (default: the one the rig names)")
    parser.add_argument("--rig", help="rig file, or the name of one in hil/rigs (default: lm3s6965evb)")
    options = parser.parse_args(arguments)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("play: needs a terminal to draw in and to read keys from", file=sys.stderr)
        return 2
    try:
        cluster = DemoCluster.read()
        with EmService(cluster.path) as service, Rig(options.image, rig_file(options.rig)) as rig:
            rig.boot(cluster.phone_config(service.port), until=Status.on)
            with _raw_terminal():
                _play(rig, service, cluster)
    except RigError as error:
        print(f"play: {error}", file=sys.stderr)
        return 1
    return 0


def _play(rig: Rig, service: EmService, cluster: DemoCluster) -> None:
    typist = Typist(lambda: rig.screen.settle().title_note)
    typed_at = 0.0
    shown: tuple[Screen, dict[str, str], str] | None = None
    while True:
        now = (rig.screen.look(), service.sessions(), typist.note)
        if now != shown and not now[0].unmatched:
            shown = now
            _draw(*now, cluster)
        if not select.select([sys.stdin], [], [], INTERVAL)[0]:
            continue
        if time.monotonic() - typed_at >= LETTER_TIMEOUT:
            typist.pause()
        data = os.read(sys.stdin.fileno(), 1024)
        if not data or QUIT in data:
            return
        if RESET in data:
            rig.strategy.reset()
            continue
        for key in typist.keys(data):
            rig.keypad.press(key)
        typed_at = time.monotonic()


def _draw(screen: Screen, sessions: dict[str, str], note: str, cluster: DemoCluster) -> None:
    step = drawing_step(sys.stdout, screen.picture.width)
    lines = drawn(screen.picture, step) if step else written(screen)
    seen = ", ".join(f"{user} on {device}" for device, user in sessions.items()) or "nobody logged in"
    lines += [note, f"the service sees {seen}", *(line.format(cluster=cluster.path) for line in HELP)]
    # Home, each line cleared to its end, and what is below cleared: no flicker of an empty screen.
    sys.stdout.write("\x1b[H" + "".join(f"{line}\x1b[K\r\n" for line in lines) + "\x1b[J")
    sys.stdout.flush()


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Reads keys one by one and draws on the terminal's second screen; leaves it as it was."""
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setraw(sys.stdin)
        sys.stdout.write("\x1b[?1049h\x1b[?25l")
        yield
    finally:
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


if __name__ == "__main__":
    sys.exit(main())
