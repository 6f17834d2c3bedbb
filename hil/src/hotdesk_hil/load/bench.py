"""Figures of a storm: `python -m hotdesk_hil.load.bench --out hil/BENCH.md`.

Ten thousand phones against the simulator with its limit on, service and load on the same machine. Must never
run as part of a test: figures of a busy machine say nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import threading
from collections import deque
from importlib.metadata import version
from pathlib import Path

import psutil

from hotdesk_hil.figures import write_section
from hotdesk_hil.load import lab

DESKS, LIMIT, SECONDS, WITHIN, WORKERS = 10_000, 5, 0.04, 120, 2
RUN_TIME = 900
"""Seconds after which a storm has failed."""
TOKEN = "bench"  # noqa: S105 (the service listens on the loopback address for as long as this runs)
CONTROL, LISTENING = "control at ", "listening at "


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns what `hotdesk-load` does."""
    parser = argparse.ArgumentParser(description="Measures a storm of phones against the simulator.")
    parser.add_argument("--out", type=Path, help="Markdown file to write (default: standard output)")
    parser.add_argument("--desks", type=int, default=DESKS, help="default: %(default)s")
    parser.add_argument("--within", type=int, default=WITHIN, help="seconds (default: %(default)s)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        lab.write(Path(folder), options.desks, LIMIT, SECONDS)
        code, said, service = _storm(Path(folder), options.within)
    if code:
        print(said, file=sys.stderr)
        return code
    text = _report(options.desks, options.within, said, service)
    if options.out is None:
        print(text)
    else:
        write_section(options.out, "load", text)
    return 0


def _storm(folder: Path, within: int) -> tuple[int, str, str]:
    """Returns exit code and report of the load, and what the service used."""
    programs = Path(sys.executable).parent
    environment = {**os.environ, "HOTDESK_EMSERVICE_TOKEN": TOKEN, "HOTDESK_CERT": lab.CERTIFICATE}
    service = subprocess.Popen(  # noqa: S603 (ours)
        [
            programs / "hotdesk-emservice",
            *("--cluster", folder / "cluster.toml", "--port", "0", "--control-port", "0"),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONUNBUFFERED": "1"},
    )
    try:
        started = _addresses(service)
        command = [
            programs / "hotdesk-load",
            *("--host", started[LISTENING], "--control", started[CONTROL], "--http"),
            *("--desks", folder / "desks.csv", "--within", str(within), "--run-time", str(RUN_TIME)),
            *("--processes", str(WORKERS)),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=environment)  # noqa: S603
        used = psutil.Process(service.pid)
        seconds, memory = sum(used.cpu_times()[:2]), used.memory_info().rss / 2**20
    finally:
        service.kill()
        service.wait()
    report = done.stdout[done.stdout.rfind("\nstorm: ") + 1 :]
    return done.returncode, report, f"{seconds:.0f} s of processor time and {memory:.0f} MiB"


def _addresses(service: subprocess.Popen[str]) -> dict[str, str]:
    """Returns the addresses that a service prints at its start; what it prints later is read and dropped."""
    found: dict[str, str] = {}
    for line in service.stdout or ():
        for mark in (LISTENING, CONTROL):
            if line.startswith(mark):
                found[mark] = line.removeprefix(mark).strip().partition("#")[0]  # without the token
        if len(found) == 2:
            threading.Thread(target=deque, args=(service.stdout, 0), daemon=True).start()
            return found
    raise SystemExit("bench: the service did not start")


def _report(desks: int, within: int, said: str, service: str) -> str:
    return "\n".join(
        [
            "## A storm",
            "",
            "Made by `python -m hotdesk_hil.load.bench "
            f"--desks {desks} --within {within} --out hil/BENCH.md`.",
            f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, "
            f"Locust {version('locust')}.",
            "",
            f"{desks:,} people come within {within} s, most of them in the middle, to a service that",
            f"takes {LIMIT} logins at once, each {SECONDS * 1000:g} ms: {LIMIT / SECONDS:g} a second.",
            "Each signs with his PIN and waits as the phone does while the service is busy. Service, load,",
            f"a master and {WORKERS} workers of Locust, share the machine. The service used {service}.",
            "",
            "```",
            *said.strip().splitlines(),
            "```",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
