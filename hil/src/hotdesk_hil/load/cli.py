"""The command `hotdesk-load`: Locust with the locustfile of this package, and with all of Locust's options.

Locust patches the process that imports it, so nothing but this command imports it here.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

NEEDS = {
    "locust": "pip install -c hil/constraints.txt './hil[load]'",
    "hotdesk": "pip install -c bindings/constraints.txt ./bindings",
}


def main() -> None:
    """Runs the command; its exit status is 0 where the goal was reached, 1 where not, 2 for wrong usage."""
    for name, command in NEEDS.items():
        if find_spec(name) is None:
            print(f"hotdesk-load: needs the package {name}; in the repository: {command}", file=sys.stderr)
            sys.exit(2)
    from locust.main import main as locust

    # Here as well as in the locustfile: Locust prints its help before it loads that.
    import hotdesk_hil.load.options  # noqa: F401

    sys.argv = ["hotdesk-load", "--locustfile", str(Path(__file__).with_name("locustfile.py")), *sys.argv[1:]]
    locust()


if __name__ == "__main__":
    main()
