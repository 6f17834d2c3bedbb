"""`python -m hotdesk_hil.rig.speed`: how long the phone lets people wait, in the board's own time.

QEMU gives each instruction 128 ns, which is 1.6 cycles of the board's clock of 12.5 MHz: slow for its
processor. So this machine's speed is in no figure. What is: the time in which the board's processor waits
for this machine, for the service's answer and for frames. The board's clock goes on with this machine's
then, which can only add. Where that happens, the least of several runs is therefore the figure.

An image that logs at the level debug says when a key was pressed and when a picture was on the display.
Prints one JSON object of milliseconds:

- `power_to_ready`: from power to the idle screen that says who is logged in, with an address by DHCP. The
  clock starts after memory was prepared, some 4 ms after power.
- `submit_to_logged_in`: from the last key of a login to the picture of "Logged in", with a question for the
  user's profiles before the login.
- `key_to_letter`: from a key to the picture with its letter, the longest of all keys, while the answer to a
  question comes in byte by byte.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .errors import RigError

# Two to the power of this in nanoseconds.
INSTRUCTION_SHIFT = 7
RUNS = 10
# So long after the last key a key wakes the phone, which then asks who is logged in.
ASLEEP = 31.0
# One key a letter, so that each key has a picture of its own.
LETTERS = "adgjmptwadgjmptw"
# The answer takes longer than the letters: its some 200 bytes, one at a time.
PAUSE = 0.05
# From the last letter on.
ANSWER = 20.0
INTERVAL = 0.2

# She has one profile, so the form's last key is the login's: the phone asks for profiles, then logs her in.
USER, PIN = "mary", "54321"

KEY, DRAWING, SHOWN = "keys: a press", "drawing", "shown"
ASKING, IDLE, LOGGED_IN = "asking Who", "screen idle", "screen logged in"
ANSWERED = "answered"

LINE = re.compile(r"(\d+):(\d\d):(\d\d)\.(\d{3}) (?:DEBUG|INFO|WARN|ERROR)\s+(.*)")


@dataclass(frozen=True)
class Line:
    """A line of the log: when, in milliseconds of the board's clock, and what."""

    at: int
    what: str


def lines(log: str) -> list[Line]:
    """Reads a log in words. What is not a line of the phone is left out."""
    found = []
    for match in map(LINE.match, log.splitlines()):
        if match:
            hours, minutes, seconds, milliseconds = (int(match[group]) for group in (1, 2, 3, 4))
            at = ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
            found.append(Line(at, match[5].strip()))
    return found


def shown_after(log: list[Line], index: int) -> int:
    """When the first picture that was begun behind this line was on the display."""
    begun = find(log, DRAWING, index)
    return log[find(log, SHOWN, begun)].at


def find(log: list[Line], what: str, start: int = 0) -> int:
    """Returns the place of a line, from `start` on. Raises RigError when the log does not have it."""
    for index in range(start, len(log)):
        if log[index].what == what:
            return index
    raise RigError(f"the log has no line {what!r} where one was expected: is it an image that logs at debug?")


def power_to_ready(log: list[Line]) -> int:
    """Returns the milliseconds from the start of the clock to the picture that says who is logged in."""
    return shown_after(log, find(log, IDLE, find(log, ANSWERED)))


def submit_to_logged_in(log: list[Line]) -> int:
    """Returns the milliseconds from the last key of the login to the picture of its success."""
    end = find(log, LOGGED_IN)
    pressed = max(index for index in range(end) if log[index].what == KEY)
    return shown_after(log, end) - log[pressed].at


def key_to_letter(log: list[Line]) -> int:
    """Returns the longest time from a key to its picture, of the keys pressed while the last question ran."""
    asked = max(index for index, line in enumerate(log) if line.what == ASKING)
    answered = find(log, ANSWERED, asked)
    # The key that woke the phone opened the form.
    keys = [index for index in range(asked, answered) if log[index].what == KEY]
    if len(keys) < len(LETTERS):
        raise RigError(f"the answer was there after {len(keys)} of {len(LETTERS)} keys")
    return max(shown_after(log, index) - log[index].at for index in keys)


def is_answered(log: list[Line]) -> bool:
    """Whether the last question has its answer."""
    asked = max(index for index, line in enumerate(log) if line.what == ASKING)
    return any(line.what == ANSWERED for line in log[asked:])


def main(arguments: list[str] | None = None) -> int:
    """Boots the phone many times, logs mary in, types while an answer comes in, and prints the figures."""
    # Here, so that reading a log needs neither labgrid nor the simulator.
    from labgrid.util import Timeout

    from ..emservice import Dribble, EmService
    from .demo_cluster import DemoCluster
    from .phone import Phone
    from .rig import Rig, repository

    summary = "Prints how long the phone lets people wait, in milliseconds of the board's clock, as JSON."
    parser = argparse.ArgumentParser(prog="python -m hotdesk_hil.rig.speed", description=summary)
    parser.add_argument("--image", type=Path, required=True, help="an image that logs at the level debug")
    parser.add_argument("--defmt-print", type=Path, help="puts logs into words (default: as set up)")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"boots and logins (default: {RUNS})")
    options = parser.parse_args(arguments)
    cluster = DemoCluster.read()
    try:
        tool = options.defmt_print or repository() / "target/tools/bin/defmt-print"
        boots, logins = [], []
        with Rig(options.image) as rig:
            rig.board.instruction_shift = INSTRUCTION_SHIFT
            phone = Phone(rig)

            def log() -> list[Line]:
                return lines(rig.log.text(tool, rig.board.kernel_path))

            for _ in range(options.runs):
                with EmService(cluster.path) as service:
                    rig.boot(cluster.phone_config(service.port))
                    phone.wait_idle("Nobody logged in")
                    phone.submit_login(USER, PIN)
                    phone.confirm_logged_in(USER)
                    said = log()
                    boots.append(power_to_ready(said))
                    logins.append(submit_to_logged_in(said))
            with EmService(cluster.path) as service:
                rig.boot(cluster.phone_config(service.port))
                phone.wait_idle("Nobody logged in")
                time.sleep(ASLEEP)  # no key: the phone is to sleep, in its own time
                service.faults.add(Dribble(pause=PAUSE), operation="deviceUserQuery")
                phone.softkey("Log in")
                phone.wait_title("Log in")
                service.wait_for_request("deviceUserQuery")
                phone.type_user(LETTERS)
                timeout = Timeout(ANSWER)
                while not is_answered(said := log()) and not timeout.expired:
                    time.sleep(INTERVAL)
                letter = key_to_letter(said)
    except (RigError, AssertionError) as error:
        print(f"speed: {error}", file=sys.stderr)
        return 1
    figures = {
        "power_to_ready": min(boots),
        "submit_to_logged_in": min(logins),
        "key_to_letter": letter,
    }
    print(json.dumps({**figures, "runs": {"power_to_ready": boots, "submit_to_logged_in": logins}}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
