"""`python -m hotdesk_hil.rig.play`: a phone to play with in a terminal, the service simulator beside it.

The PC's keyboard presses the phone's keys, and the screen is drawn as it changes. Nothing is checked. Must
not show more than the phone does: what is typed as a PIN stays stars.
"""

from __future__ import annotations

import argparse
import os
import re
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..emservice import EmService
from . import keypad
from .demo_cluster import DemoCluster
from .errors import RigError
from .reader import Screen
from .rig import Rig
from .strategy import Status
from .terminal import can_draw, drawn, written

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
HELP = (
    "F1 F2 F3 softkeys · arrows, Enter · 0-9 * # · a-z are tapped for you · Ctrl-R resets · Ctrl-C ends",
    "users and their PINs are in {cluster}",
)


class Typist:
    """Turns what the terminal sends into keys of the phone."""

    def __init__(self) -> None:
        self._rest = b""
        self._before = ""

    def keys(self, data: bytes) -> Iterator[str]:
        """Yields the phone's keys for these bytes; what means nothing is dropped."""
        data, self._rest = self._rest + data, b""
        while data:
            sequence = next((known for known in SEQUENCES if data.startswith(known)), None)
            if sequence is not None:
                yield from self._press(SEQUENCES[sequence])
                data = data[len(sequence) :]
            elif any(known.startswith(data) for known in SEQUENCES):
                self._rest = data  # the rest of the sequence is on its way
                return
            elif unknown := OTHER_SEQUENCE.match(data):
                data = data[unknown.end() :]
            else:
                yield from self._type(chr(data[0]))
                data = data[1:]

    def _press(self, key: str) -> Iterator[str]:
        self._before = ""
        yield key

    def _type(self, character: str) -> Iterator[str]:
        if character in (*keypad.DIGITS, keypad.STAR, keypad.POUND):
            yield from self._press(character)
        elif character.isascii() and character.islower():
            taps = keypad.spell(character)[0][1]
            if taps[0] == self._before:
                yield keypad.RIGHT
            yield from taps
            self._before = taps[0]


def main(arguments: list[str] | None = None) -> int:
    """Runs until Ctrl-C."""
    summary = "A phone to play with on the emulated board, with the service simulator beside it."
    parser = argparse.ArgumentParser(prog="python -m hotdesk_hil.rig.play", description=summary)
    parser.add_argument("--kernel", type=Path, help="the phone's image (default: the release build)")
    options = parser.parse_args(arguments)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("play: needs a terminal to draw in and to read keys from", file=sys.stderr)
        return 2
    try:
        cluster = DemoCluster.read()
        with EmService(cluster.path) as service, Rig(options.kernel) as rig:
            rig.boot(cluster.phone_config(service.port), until=Status.on)
            with _raw_terminal():
                _play(rig, service, cluster)
    except RigError as error:
        print(f"play: {error}", file=sys.stderr)
        return 1
    return 0


def _play(rig: Rig, service: EmService, cluster: DemoCluster) -> None:
    typist = Typist()
    shown: tuple[Screen, dict[str, str]] | None = None
    while True:
        now = (rig.screen.look(), service.sessions())
        if now != shown and not now[0].unmatched:
            shown = now
            _draw(*now, cluster)
        if not select.select([sys.stdin], [], [], INTERVAL)[0]:
            continue
        data = os.read(sys.stdin.fileno(), 1024)
        if not data or QUIT in data:
            return
        if RESET in data:
            rig.strategy.reset()
            continue
        for key in typist.keys(data):
            rig.keypad.press(key)


def _draw(screen: Screen, sessions: dict[str, str], cluster: DemoCluster) -> None:
    lines = drawn(screen.picture) if can_draw(sys.stdout) else written(screen)
    seen = ", ".join(f"{user} on {device}" for device, user in sessions.items()) or "nobody logged in"
    lines += ["", f"the service sees {seen}", *(line.format(cluster=cluster.path) for line in HELP)]
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
