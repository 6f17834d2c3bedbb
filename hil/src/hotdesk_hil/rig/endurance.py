"""`python -m hotdesk_hil.rig.endurance`: many logins and logouts, the last as good as the first.

After each the screen must say what the service says. The phone allocates nothing, so what can grow is its
stack: its high-water mark is read after each tenth of the cycles, and after the first tenth it must not rise,
but for an interrupt that comes at the deepest moment. Nor may the phone have started anew. Prints one JSON
object: `{"cycles": number, "used": [bytes, …], "seconds": number, "seconds_a_cycle": number}`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ..emservice import EmService
from .demo_cluster import DemoCluster
from .errors import NotShown, RigError
from .phone import Phone
from .rig import Rig, rig_file
from .stack import Stack

CYCLES = 5000
TENTHS = 10

# What an interrupt's frame and handler take of the stack, in bytes.
INTERRUPT = 192

STARTS = re.compile(r"started (?:by|after) .*")
POWER_ON = ["started by power-on"]


class Worn(AssertionError):
    """The phone did not endure: what it did that it must not, and in which cycle."""


@dataclass
class Endurance:
    """Logs a user of the cluster in and out, over and over, and looks at the phone each time.

    `defmt_print` is the tool that puts the log into words (None: the one that `cargo xtask setup` brought).
    """

    rig: Rig
    phone: Phone
    service: EmService
    cluster: DemoCluster
    defmt_print: Path | None = None

    def run(self, cycles: int) -> list[int]:
        """Runs so many cycles and returns the stack's high-water mark after each tenth of them.

        Raises `Worn` where screen and service differ, the phone started anew, or the mark rose.
        """
        stack = Stack.of(self.rig.kernel)
        used: list[int] = []
        for cycle in range(1, cycles + 1):
            try:
                self._cycle()
            except NotShown as error:
                error.add_note(f"in cycle {cycle} of {cycles}")
                raise
            except Worn as error:
                raise Worn(f"cycle {cycle} of {cycles}: {error}") from None
            if cycle * TENTHS // cycles > len(used):
                used.append(stack.used(self.rig.memory.read_memory(stack.bottom, stack.size)))
                self._look(cycle, cycles, used)
        return used

    def _cycle(self) -> None:
        self.phone.log_in(self.cluster.user, self.cluster.pin)
        self.phone.confirm_logged_in(self.cluster.user)
        self._agree({self.rig.device_name: self.cluster.user})
        self.phone.log_out()
        self.phone.confirm_logged_out()
        self._agree({})
        # Takes what has come of the log: the line that it comes on holds little.
        _ = self.rig.log.data

    def _agree(self, sessions: dict[str, str]) -> None:
        if self.service.sessions() != sessions:
            raise Worn(f"the screen says {sessions or 'nobody'}, the service {self.service.sessions()}")

    def _look(self, cycle: int, cycles: int, used: list[int]) -> None:
        if used[-1] > used[0] + INTERRUPT:
            raise Worn(f"cycle {cycle} of {cycles}: the stack grew from {used[0]} to {used[-1]} bytes")
        if (starts := self._starts()) != POWER_ON:
            raise Worn(f"cycle {cycle} of {cycles}: the phone started anew: {', '.join(starts)}")

    def _starts(self) -> list[str]:
        return STARTS.findall(self.rig.log.text(self.defmt_print, self.rig.kernel))


def main(arguments: list[str] | None = None) -> int:
    """Runs the cycles against the demo cluster; returns 1 where the phone is at fault, 2 where the rig is."""
    summary = (
        "Logs in and out many times; fails if the screen is wrong, the phone restarts or its stack grows."
    )
    parser = argparse.ArgumentParser(prog="python -m hotdesk_hil.rig.endurance", description=summary)
    parser.add_argument("--kernel", type=Path, help="the phone's image (default: the one the rig names)")
    parser.add_argument("--rig", help="rig file, or the name of one in hil/rigs (default: lm3s6965evb)")
    parser.add_argument("--defmt-print", type=Path, help="puts logs into words (default: as set up)")
    parser.add_argument(
        "--cycles", type=int, default=CYCLES, help="logins, each with its logout (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if options.cycles < TENTHS:
        parser.error(f"--cycles must be {TENTHS} at least")
    cluster = DemoCluster.read()
    try:
        with EmService(cluster.path) as service, Rig(options.kernel, rig_file(options.rig)) as rig:
            rig.boot(cluster.phone_config(service.port))
            began = time.monotonic()
            used = Endurance(rig, Phone(rig), service, cluster, options.defmt_print).run(options.cycles)
            seconds = time.monotonic() - began
    except AssertionError as error:
        print(f"endurance: the phone: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1
    except RigError as error:
        print(f"endurance: the rig: {error}", file=sys.stderr)
        return 2
    print(
        json.dumps(
            {
                "cycles": options.cycles,
                "used": used,
                "seconds": round(seconds, 1),
                "seconds_a_cycle": round(seconds / options.cycles, 3),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
