"""Lists to work off, and the command `bulk` run on them as a process against the simulator."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from hotdesk_hil.emservice import EmService
from services import CERTIFICATE

SCRIPT = """
import sys
import hotdesk.bulk
from hotdesk.cli import main
hotdesk.bulk.SETTLE_SECONDS = 0.2
sys.exit(main())
"""
ENVIRONMENT = {**os.environ, "HOTDESK_CERT": CERTIFICATE}


def where(service: EmService) -> list[str]:
    """Return the options that name a service and who asks."""
    return ["--service", service.url, "--http", "--app", "tester"]


def command(service: EmService, file: Path, *options: str) -> list[str]:
    """Return the command that works a list off, without the long waits for answers that are under way."""
    return [sys.executable, "-c", SCRIPT, "bulk", str(file), *where(service), *options]


def run(service: EmService, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Work a list off."""
    return subprocess.run(
        command(service, file, *options),
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def write(folder: Path, text: str | bytes, name: str = "list.csv") -> Path:
    """Write a list."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def phone(n: int) -> str:
    """Return the name of a phone of the cluster."""
    return f"SEP{n:012X}"


def logins(folder: Path, count: int) -> Path:
    """Write a list that logs each user in on the phone of the same number."""
    lines = [f"{phone(n)},user{n},profile{n},indefinite\n" for n in range(count)]
    return write(folder, "device,user,profile,duration\n" + "".join(lines))


def result(file: Path) -> Path:
    """Return where the result of a list is."""
    return file.with_name(file.name + ".result.csv")


def journal(file: Path) -> Path:
    """Return where the journal of a list is."""
    return file.with_name(file.name + ".journal")


def results(file: Path, encoding: str = "utf-8-sig", separator: str = ",") -> list[dict[str, str]]:
    """Read the result of a list."""
    text = result(file).read_bytes().decode(encoding)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def sent(service: EmService, operation: str = "login") -> Counter[str]:
    """Count how often an operation was sent for each device."""
    return Counter(record.devices[0] for record in service.requests if record.operation == operation)
