"""`python -m hotdesk_hil.rig.stack`: how much stack the phone uses for a login and a logout on the board.

The firmware paints its stack at start; the first word from the far end that is no longer paint is the
high-water mark. Prints one JSON object: `{"used": bytes, "size": bytes}`. Says nothing about paths that
were not walked.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from .errors import RigError

PAINT = 0xDEADBEEF
TOP_SYMBOL, BOTTOM_SYMBOL = "_stack_start", "_stack_end"


@dataclass(frozen=True)
class Stack:
    """Where an image keeps its stack: it grows from `top` down to `bottom`."""

    top: int
    bottom: int

    @classmethod
    def of(cls, kernel: Path) -> Stack:
        """Reads the bounds from the image's symbols."""
        try:
            with kernel.open("rb") as file:
                table = ELFFile(file).get_section_by_name(".symtab")
                found = {}
                for name in (TOP_SYMBOL, BOTTOM_SYMBOL):
                    symbols = table.get_symbol_by_name(name) if table else None
                    if not symbols:
                        raise RigError(f"{kernel} has no symbol {name}: is it stripped?")
                    found[name] = symbols[0]["st_value"]
        except (OSError, ELFError) as error:
            raise RigError(f"cannot read symbols from {kernel}: {error}") from error
        stack = cls(found[TOP_SYMBOL], found[BOTTOM_SYMBOL])
        if stack.size <= 0 or stack.size % 4:
            raise RigError(f"{kernel}: the stack from {stack.bottom:#x} to {stack.top:#x} is none")
        return stack

    @property
    def size(self) -> int:
        """Bytes there are."""
        return self.top - self.bottom

    def used(self, memory: bytes) -> int:
        """Returns the most bytes ever used, from the memory between bottom and top."""
        words = struct.unpack(f"<{self.size // 4}I", memory)
        if words[0] != PAINT:
            raise RigError("the end of the stack is not painted: it ran over, or the image does not paint it")
        untouched = next((index for index, word in enumerate(words) if word != PAINT), len(words))
        return self.size - 4 * untouched


def main(arguments: list[str] | None = None) -> int:
    """Logs john in and out against the demo cluster and prints the stack's high-water mark."""
    # Here, so that reading a Stack from an image needs neither labgrid nor the simulator.
    from .demo_cluster import DemoCluster
    from .phone import Phone
    from .rig import Rig, rig_file

    summary = "Prints how much stack the phone used for a login and a logout, as JSON."
    parser = argparse.ArgumentParser(prog="python -m hotdesk_hil.rig.stack", description=summary)
    parser.add_argument("--image", type=Path, help="the phone's image (default: the one the rig names)")
    parser.add_argument("--rig", help="rig file, or the name of one in hil/rigs (default: lm3s6965evb)")
    parser.add_argument("--https", action="store_true", help="over HTTPS: the image has the feature tls")
    options = parser.parse_args(arguments)
    cluster = DemoCluster.read()
    try:
        serving = cluster.served(https=options.https)
        with serving as (_, config), Rig(options.image, rig_file(options.rig)) as rig:
            stack = Stack.of(rig.kernel)
            phone = Phone(rig)
            rig.boot(config)
            phone.log_in(cluster.user, cluster.pin)
            phone.confirm_logged_in(cluster.user)
            phone.log_out()
            phone.confirm_logged_out()
            used = stack.used(rig.memory.read_memory(stack.bottom, stack.size))
    except (RigError, AssertionError) as error:
        print(f"stack: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"used": used, "size": stack.size}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
