"""Measures the simulator: `python -m hotdesk_hil.emservice.bench --out hil/BENCH.md`.

The service runs in a process of its own on one core, the load on another. Must never run as part of a test:
figures of a busy machine say nothing.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import selectors
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from hotdesk_hil.emservice.answers import success
from hotdesk_hil.emservice.arrivals import Arrivals
from hotdesk_hil.emservice.cluster import ApplicationUser, Cluster, Device, User
from hotdesk_hil.emservice.faults import CONTENT_TYPE
from hotdesk_hil.emservice.rules import Faults
from hotdesk_hil.emservice.running import BACKLOG, Door, Running
from hotdesk_hil.emservice.server import PATH
from hotdesk_hil.emservice.simulator import EmService
from hotdesk_hil.figures import write_section

CONNECTIONS = 16
TURNS = 5
USERS = 50_000
TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
"""The service runs on the first, the load on the others where there are others."""


@dataclass(frozen=True)
class Load:
    """What a run showed: answers a second, processor time of the service for each in µs."""

    rate: float
    cpu: float


class _Static:
    """The same server with one constant answer, in the place of the servlet."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals

    def application(self) -> web.Application:
        async def answer(request: web.Request) -> web.Response:
            self._arrivals.arrived(request.protocol)
            return web.Response(body=success(), headers={"Content-Type": CONTENT_TYPE})

        application = web.Application()
        application.router.add_post(PATH, answer)
        return application

    def stop(self) -> None:
        """Nothing is held open."""


def _fork(serve: Callable[[], int]) -> tuple[int, int]:
    """Runs `serve`, which returns its port, in a process on the first core; returns process and port."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.sched_setaffinity(0, CORES[:1])
        port = serve()
        gc.collect()
        gc.freeze()  # as the command does
        os.write(write, str(port).encode())
        while True:
            signal.pause()
    os.close(write)
    port = int(os.read(read, 16))
    os.close(read)
    return child, port


def _cpu(process: int) -> float:
    """Returns the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _resident(process: int) -> float:
    """Returns the MiB that a process holds."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def _request(n: int) -> bytes:
    app = "<appInfo><appID>app</appID><appCertificate>made-up</appCertificate></appInfo>"
    names = f"<deviceName>SEP{n:012X}</deviceName><userID>user{n}</userID>"
    body = "xml=" + quote(f"<request>{app}<login>{names}</login></request>", safe="")
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _load(process: int, port: int, seconds: float) -> Load:
    """Sends logins over some connections, one at a time on each, as fast as they are answered."""
    ready = selectors.DefaultSelector()
    for n in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        ready.register(connection, selectors.EVENT_READ, _request(n))
        connection.sendall(_request(n))
    answers, before, started = 0, _cpu(process), time.monotonic()
    while (taken := time.monotonic() - started) < seconds:
        for key, _ in ready.select(timeout=1):
            connection = key.fileobj
            if not isinstance(connection, socket.socket) or b"<success/>" not in connection.recv(65536):
                raise SystemExit("bench: a login was not answered with success")
            connection.sendall(key.data)
            answers += 1
    return Load(answers / taken, (_cpu(process) - before) / answers * 1e6)


def _serve_static() -> int:
    listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    arrivals = Arrivals(60, time.time, lambda _record: None)
    Running(_Static(arrivals), [Door(listener, Faults())], arrivals)  # type: ignore[arg-type]
    return listener.getsockname()[1]


def _measure(serve: Callable[[], int], seconds: float) -> Load:
    process, port = _fork(serve)
    try:
        _load(process, port, 0.5)  # warm
        return _load(process, port, seconds)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _big_cluster(folder: Path) -> Path:
    users = "".join(f"user{n},{n:05},DP{n}\n" for n in range(USERS))
    devices = "".join(f"SEP{n:012X}\n" for n in range(USERS))
    (folder / "users.csv").write_text("user id,pin,controlled profiles\n" + users, encoding="utf-8")
    (folder / "devices.csv").write_text("device name\n" + devices, encoding="utf-8")
    file = folder / "cluster.toml"
    file.write_text('[csv]\nusers = "users.csv"\ndevices = "devices.csv"\n', encoding="utf-8")
    return file


def _memory_and_load_time(file: Path) -> tuple[float, float, float]:
    """Returns MiB without and with the users, and the seconds that loading them took."""
    read, write = os.pipe()

    def serve() -> int:
        before = _resident(os.getpid())
        started = time.monotonic()
        service = EmService(file)
        os.write(write, f"{before} {time.monotonic() - started}\n".encode())
        service.start()
        return service.port

    process, _ = _fork(serve)
    before, taken = map(float, os.read(read, 100).split())
    after = _resident(process)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return before, after, taken


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description="Measures the service simulator.")
    parser.add_argument("--out", type=Path, help="Markdown file to write (default: standard output)")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each run (default: %(default)s)")
    options = parser.parse_args()
    os.sched_setaffinity(0, CORES[1:] or CORES)
    cluster = Cluster(
        application_users=[ApplicationUser("app", "made-up")],
        users=[User(f"user{n}", "1", profiles=("P",)) for n in range(CONNECTIONS)],
        devices=[Device(f"SEP{n:012X}") for n in range(CONNECTIONS)],
    )
    with tempfile.TemporaryDirectory() as folder:

        def serve(state: str | None) -> int:
            service = EmService(cluster, state=state)
            service.start()
            return service.port

        rows: dict[str, list[Load]] = {"static answer": [], "login, memory": [], "login, file": []}
        # In turns: what else the machine does meets all three.
        for turn in range(TURNS):
            rows["static answer"].append(_measure(_serve_static, options.seconds))
            rows["login, memory"].append(_measure(lambda: serve(None), options.seconds))
            state = str(Path(folder) / f"state{turn}.db")
            rows["login, file"].append(_measure(lambda: serve(state), options.seconds))  # noqa: B023 (called at once)
        before, after, taken = _memory_and_load_time(_big_cluster(Path(folder)))
    text = _report(rows, before, after, taken, options.seconds)
    if options.out is None:
        print(text)
    else:
        write_section(options.out, "simulator", text)


def _report(rows: dict[str, list[Load]], before: float, after: float, taken: float, seconds: float) -> str:
    def median(name: str, figure: Callable[[Load], float]) -> float:
        return sorted(map(figure, rows[name]))[len(rows[name]) // 2]

    static = median("static answer", lambda load: load.cpu)
    table = [
        f"| {name} | {median(name, lambda load: load.rate):,.0f} | {median(name, lambda load: load.cpu):.0f} "
        f"| {median(name, lambda load: load.cpu) / static:.2f} |"
        for name in rows
    ]
    return "\n".join(
        [
            "Made by `python -m hotdesk_hil.emservice.bench --out hil/BENCH.md`.",
            f"CPython {platform.python_version()}, {platform.machine()}, {len(CORES)} cores.",
            "",
            f"Service on one core, load on the other, {CONNECTIONS} connections kept open, one request",
            f"at a time on each. Medians of {TURNS} runs of {seconds:g} s, taken in turns, each in a process",
            "of its own. A login is everything from the bytes of the request to those of the answer: form,",
            "XML, DTD, rules, event, record, and with a state file the commit. The static answer is a",
            "constant one of the same server to the same request, whose form it does not read.",
            "",
            "| answer | a second | processor time, µs | ÷ static |",
            "|---|---|---|---|",
            *table,
            "",
            "| 50,000 users and devices from CSV files | |",
            "|---|---|",
            f"| time to load | {taken:.1f} s |",
            f"| memory of the service | {after:.0f} MiB ({before:.0f} MiB before) |",
            "",
        ]
    )


if __name__ == "__main__":
    main()
