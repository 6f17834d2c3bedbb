"""`python -m hotdesk_hil.rig.endurance`: many logins and logouts; the phone needs no more RAM for the last.

The phone allocates nothing, so what can grow is its stack. Its high-water mark is read after each tenth of
the cycles; after the first tenth it must not rise, but for an interrupt that comes at the deepest moment.
Prints one JSON object: `{"cycles": number, "used": [bytes, …]}`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..emservice import EmService
from .demo_cluster import DemoCluster
from .errors import RigError
from .phone import Phone
from .rig import Rig, rig_file
from .stack import Stack

TENTHS = 10

# What an interrupt's frame and handler take of the stack, in bytes.
INTERRUPT = 192


def high_water(rig: Rig, phone: Phone, cluster: DemoCluster, cycles: int) -> list[int]:
    """Logs john in and out so many times and returns the stack's high-water mark after each tenth."""
    stack = Stack.of(rig.kernel)
    used: list[int] = []
    for cycle in range(1, cycles + 1):
        phone.log_in(cluster.user, cluster.pin)
        phone.confirm_logged_in(cluster.user)
        phone.log_out()
        phone.confirm_logged_out()
        if cycle * TENTHS // cycles > len(used):
            used.append(stack.used(rig.memory.read_memory(stack.bottom, stack.size)))
    return used


def main(arguments: list[str] | None = None) -> int:
    """Runs the cycles against the demo cluster and prints the marks."""
    summary = "Logs in and out many times; fails if the phone's stack ever gets deeper after the first tenth."
    parser = argparse.ArgumentParser(prog="python -m hotdesk_hil.rig.endurance", description=summary)
    parser.add_argument("--image", type=Path, help="the phone's image (default: the one the rig names)")
    parser.add_argument("--rig", help="rig file, or the name of one in hil/rigs (default: lm3s6965evb)")
    parser.add_argument(
        "--cycles", type=int, default=2000, help="logins, each with its logout (default: 2000)"
    )
    options = parser.parse_args(arguments)
    if options.cycles < TENTHS:
        parser.error(f"--cycles must be {TENTHS} at least")
    cluster = DemoCluster.read()
    try:
        with EmService(cluster.path) as service, Rig(options.image, rig_file(options.rig)) as rig:
            rig.boot(cluster.phone_config(service.port))
            used = high_water(rig, Phone(rig), cluster, options.cycles)
    except (RigError, AssertionError) as error:
        print(f"endurance: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"cycles": options.cycles, "used": used}))
    if used[-1] > used[0] + INTERRUPT:
        print(f"endurance: the stack grew from {used[0]} to {used[-1]} bytes", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
