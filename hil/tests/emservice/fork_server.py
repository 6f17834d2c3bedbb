"""Forks a service for each line on standard input: `PID PORT` on standard output. For tests that kill it.

A fork begins in milliseconds, a new interpreter in hundreds of them.
"""

from __future__ import annotations

import os
import signal
import sys

from hotdesk_hil.emservice import ApplicationUser, Cluster, Device, EmService, User

COUNT = 4
"""Devices D0 to D3, users u0 to u3."""
CERTIFICATE = "made-up"


def serve(cluster: Cluster, state: str) -> None:
    service = EmService(cluster, state=state)
    service.start()
    print(os.getpid(), service.port, flush=True)
    while True:
        signal.pause()


def main(state: str) -> None:
    cluster = Cluster(
        application_users=[ApplicationUser("app", CERTIFICATE)],
        users=[User(f"u{n}", "1", profiles=("P",)) for n in range(COUNT)],
        devices=[Device(f"D{n}") for n in range(COUNT)],
    )
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    for _ in sys.stdin:
        if os.fork() == 0:
            serve(cluster, state)


if __name__ == "__main__":
    main(sys.argv[1])
