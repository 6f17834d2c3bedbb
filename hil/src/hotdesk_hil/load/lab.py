"""`python -m hotdesk_hil.load.lab FOLDER`: made-up desks, and a cluster for the simulator that has them.

Writes `cluster.toml` with its CSV files, and `desks.csv` for `hotdesk-load`. PINs and passwords in them are
made up.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

APP, CERTIFICATE = "emphone", "phone-demo-certificate"
"""The application user of the demo cluster."""

CLUSTER = """# Made by `python -m hotdesk_hil.load.lab`. All names, PINs and passwords are made up.
[service]
maximum_concurrent_requests = {limit}
operation_seconds = {seconds:g}

[[application_user]]
id = "{app}"
certificate = "{certificate}"

[csv]
users = "users.csv"
devices = "devices.csv"
"""


def write(folder: Path, desks: int, limit: int, seconds: float, *, pins: bool = True) -> None:
    """Writes the files; with `pins` people sign their own logins, else the application user does."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = CLUSTER.format(limit=limit, seconds=seconds, app=APP, certificate=CERTIFICATE)
    (folder / "cluster.toml").write_text(cluster, encoding="utf-8")
    numbers = range(1, desks + 1)
    people = [(f"{when}{n}", _pin(when, n)) for n in numbers for when in ("early", "late")]
    headings = ("User ID", "PIN", "Controlled Profile 1")
    _write(folder / "users.csv", headings, [(user, pin, f"DP-{user}") for user, pin in people])
    _write(folder / "devices.csv", ("Device Name",), [(_device(n),) for n in numbers])
    if pins:
        rows = [(_device(n), f"early{n}", _pin("early", n), f"late{n}", _pin("late", n)) for n in numbers]
        _write(folder / "desks.csv", ("device", "user", "pin", "late_user", "late_pin"), rows)
    else:
        _write(
            folder / "desks.csv",
            ("device", "user", "late_user"),
            [(_device(n), f"early{n}", f"late{n}") for n in numbers],
        )


def main(arguments: list[str] | None = None) -> int:
    """Runs the command."""
    parser = argparse.ArgumentParser(
        prog="python -m hotdesk_hil.load.lab", description="Makes up desks, and a cluster that has them."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--desks", type=int, default=200, help="default: %(default)s")
    parser.add_argument(
        "--limit", type=int, default=5, help="logins and logouts at once (default: %(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=0.2, help="of a login or logout (default: %(default)s)"
    )
    parser.add_argument("--no-pins", action="store_true", help="the application user signs the logins")
    options = parser.parse_args(arguments)
    if options.desks < 1 or options.limit < 1:
        parser.error("--desks and --limit are at least 1")
    try:
        write(options.folder, options.desks, options.limit, options.seconds, pins=not options.no_pins)
    except OSError as error:
        print(f"lab: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(
        f"{options.folder / 'cluster.toml'}: {options.desks} phones, {2 * options.desks} users, "
        "for hotdesk-emservice"
    )
    print(f"{options.folder / 'desks.csv'}: who sits where, for hotdesk-load")
    return 0


def _device(number: int) -> str:
    return f"SEP{number:012X}"


def _pin(when: str, number: int) -> str:
    return f"{'7' if when == 'early' else '8'}{number:06}"


def _write(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        path.chmod(0o600)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
