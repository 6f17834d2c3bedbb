"""Writes a trace of a made-up day, and measures the reader of `hotdesk logs` on it.

    python bindings/bench/logs.py write FILE --megabytes 1000
    python bindings/bench/logs.py measure

Logins and logouts of 5,000 phones overlap; one in ten is refused. `measure`, on Linux, writes its section of
BENCH.md: the processor time of the reader, which a busy machine changes little, and that of a peer in the
same run, Python's `re` on the layout of each line, without reading what a line says or joining it to others;
then processor time and memory of the command, with a small trace and a large one, for which 1 GB is needed.
"""

import argparse
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path

from hotdesk._native import Traces

LAYOUT = re.compile(
    rb"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) +(\w+) +\[([^\]]*)\] +(\S+) +- (.*)$", re.MULTILINE
)
PHONES = 5000
BEGIN = datetime(2026, 11, 27, 8)
MEASURED_MEGABYTES = 50
ROUNDS = 5
COMMAND_MEGABYTES = (100, 1000)
BENCH = Path(__file__).resolve().parents[1] / "BENCH.md"
SECTION = "## `hotdesk logs`"
# Peak memory as the kernel has it of this program; what `resource` says may be its parent's.
COMMAND = (
    "import os, sys; from hotdesk.cli import main; main(sys.argv[1:]); "
    "print(*os.times(), open('/proc/self/status').read(), file=sys.stderr)"
)


def main() -> None:
    """Write or measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("write", help="write a trace")
    command.add_argument("file", type=Path)
    command.add_argument("--megabytes", type=int, default=1000)
    command.set_defaults(run=lambda options: _write(options.file, options.megabytes))
    command = commands.add_parser("measure", help="measure, and write the section of BENCH.md")
    command.set_defaults(run=lambda _: _measure())
    options = parser.parse_args()
    options.run(options)


def _write(file: Path, megabytes: int) -> None:
    with file.open("wb") as stream:
        for piece in pieces(megabytes * 1_000_000):
            stream.write(piece)


def _measure() -> None:
    before = BENCH.read_text(encoding="utf-8").partition(SECTION)[0]
    BENCH.write_text(before.rstrip() + "\n\n" + "\n".join([SECTION, "", *figures(), ""]), encoding="utf-8")


def figures() -> list[str]:
    """Measure the reader and the command, and write what was found."""
    return [
        f"By `python bindings/bench/logs.py measure` on CPython {platform.python_version()}, "
        f"{platform.machine()}; processor time of one core, user and system.",
        "",
        _reader(),
        "",
        "| `hotdesk logs FILE --summary` with | processor time | a second | peak memory |",
        "|---|---|---|---|",
        *(_command(megabytes) for megabytes in COMMAND_MEGABYTES),
    ]


def _command(megabytes: int) -> str:
    """Return a row: the command with a trace of this size."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trace.log"
        _write(file, megabytes)
        arguments = [sys.executable, "-c", COMMAND, "logs", str(file), "--summary"]
        done = subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    user, system, _, _, _, status = done.stderr.decode().split(maxsplit=5)
    seconds = float(user) + float(system)
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return f"| {megabytes} MB | {seconds:.1f} s | {megabytes / seconds:.0f} MB | {memory:.0f} MiB |"


def _reader() -> str:
    log = b"".join(pieces(MEASURED_MEGABYTES * 1_000_000))
    reader, peer = float("inf"), float("inf")
    stories = lines = 0
    for _ in range(ROUNDS):
        began = time.process_time()
        stories = read(log)
        reader = min(reader, time.process_time() - began)
        began = time.process_time()
        lines = sum(1 for _ in LAYOUT.finditer(log))
        peer = min(peer, time.process_time() - began)
    size = len(log) / 1e6
    return (
        f"{size:.0f} MB in memory, {lines} lines, {stories} stories, best of {ROUNDS} rounds: the reader "
        f"{size / reader:.0f} MB/s, `re` on the layout {size / peer:.0f} MB/s, ratio {peer / reader:.2f}."
    )


def read(log: bytes) -> int:
    """Read a log and return how many stories it tells."""
    traces = Traces(device=None, user=None, since=None, open=10_000)
    traces.add("trace.log", "trace", 0, None)
    at = stories = 0
    while (source := traces.wants()) is not None:
        piece = log[at : at + (1 << 20)]
        at += len(piece)
        if piece:
            traces.feed(source, piece)
        else:
            traces.finish(source)
        stories += len(traces.stories())
    traces.end()
    return stories + len(traces.stories())


def pieces(size: int) -> Iterator[bytes]:
    """Yield about `size` bytes of lines in the order of their times."""
    chance = random.Random(1)
    waiting: list[tuple[datetime, int, str]] = []
    now, number, written = BEGIN, 0, 0
    while written < size:
        now += timedelta(milliseconds=chance.randint(50, 250))
        number += 1
        for at, line in _login(now, number, chance):
            heappush(waiting, (at, len(waiting) + number * 100, line))
        ready: list[str] = []
        while waiting and waiting[0][0] <= now:
            ready.append(heappop(waiting)[2])
        if ready:
            piece = ("\n".join(ready) + "\n").encode()
            written += len(piece)
            yield piece


def _login(began: datetime, number: int, chance: random.Random) -> Iterator[tuple[datetime, str]]:
    """Yield the lines of one login: page, PIN, profiles, service."""
    phone, user = f"SEP{number % PHONES:012X}", f"user{number % PHONES}"
    app, service = f"http-bio-8080-exec-{number % 200}", f"http-bio-8443-exec-{number % 200}"
    at = began

    def line(
        after: int, thread: str, category: str, message: str, level: str = "INFO"
    ) -> tuple[datetime, str]:
        nonlocal at
        at += timedelta(milliseconds=after)
        stamp = f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03}"
        return at, f"{stamp} {level:5} [{thread:20}] {category:25} - {message}"

    def asked(who: str) -> str:
        return (
            f"EMApp Request parameters: Logout=null Device Name={phone} User Id={who} Device Profile=null "
            "Refresh=null Remote Host IP Address = 192.0.2.61 Via Header Set = false getClusterInfo = null "
            "Lang = en_US Charset=utf-8,iso-8859-1;q=0.8 Emcc = null LoginType = null"
        )

    emapp, emservice = "EMAppServlet", "EMServiceServlet"
    yield line(0, app, emapp, f"EMApp Request# ----->{2 * number}")
    yield line(1, app, emapp, asked("null"))
    yield line(1, app, "CMDatabase", "CMDatabase:checkDeviceAllowsAlternateScript")
    yield line(240, app, emapp, f"The login status result for :{phone}:null:null:null:no")
    yield line(4, app, emapp, f"Sent login page for device {phone}")
    for what in ("findPreferredCharSet on utf-8,iso-8859-1;q=0.8", "token1 = utf-8", " token2 = utf-8"):
        yield line(0, app, emapp, what)
    yield line(chance.randint(5000, 9000), app, emapp, f"EMApp Request# ----->{2 * number + 1}")
    yield line(1, app, emapp, asked(user))
    yield line(
        9,
        app,
        "EMServiceCommunicator",
        "Posting to EM Query Service:https://localhost:8443/emservice/EMServiceServlet",
    )
    yield line(62, app, emapp, f"User '{user}' exists locally")
    if number % 10 == 0:
        return
    yield line(52, app, emapp, f"User authentication complete for user {user}")
    yield line(
        15,
        app,
        emapp,
        f"Device profiles for user:{user}=UserInfo:  UserID: {user} Password:  Locale: 1 Authentication "
        f"proxy rights: falseDevice Profiles:  UDP_{user}",
    )
    yield line(36, service, emservice, f"EMService Request# ----> : {number}")
    yield line(1, service, emservice, f"{number}:EM Service: Request type=Login/Logout")
    yield line(1, service, emservice, f"{number}:Parsing Request...")
    yield line(33, service, emservice, f"{number}:Executing Login...")
    for what in (
        "Sending request to DB",
        "Device profile object returned",
        "Calling deviceLogin(1, 2, 3, 0, false, 0)",
    ):
        yield line(1, service, "DBRequestor", f"{number}: DBRequestor.login: Dev: {phone}- {what}")
    yield line(
        300, service, emservice, f"{number}: LoginService.executeLogin: Dev: {phone}- Login Successful"
    )
    yield line(4, app, emapp, f"Successfully performed Login for user {user} at {phone}")


if __name__ == "__main__":
    main()
