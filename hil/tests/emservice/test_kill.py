"""kill -9 under load, again and again on one state file: what was answered is there, and all of it agrees."""

from __future__ import annotations

import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from emservice import fork_server
from emservice.client import Client

from hotdesk_hil.emservice.state_file import StateFile

KILLS = 200


@dataclass
class Desk:
    """One device and its load: its state as the last answer told, and whether a request is unanswered."""

    number: int
    answered: str | None = None
    asked: bool = False
    answers: int = 0
    refused: list[int] = field(default_factory=list)

    @property
    def device(self) -> str:
        return f"D{self.number}"

    @property
    def other(self) -> str | None:
        """The state that the next request leads to."""
        return f"u{self.number}" if self.answered is None else None

    def work(self, client: Client) -> None:
        """Logs in and out until the service is gone."""
        while True:
            self.asked = True
            try:
                if self.answered is None:
                    reply = client.login(self.device, f"u{self.number}")
                else:
                    reply = client.logout(self.device)
            except OSError:
                return
            except Exception:  # an answer that is cut
                return
            if reply.code is not None:
                self.refused.append(reply.code)
                return
            self.answered, self.asked = self.other, False
            self.answers += 1


@pytest.mark.timeout(400)
def test_two_hundred_kills_under_load_lose_nothing_that_was_answered(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    dice = random.Random(4)  # noqa: S311 (a seed repeats the run)
    desks = [Desk(n) for n in range(fork_server.COUNT)]
    command = [sys.executable, fork_server.__file__, str(state)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forks:
        assert forks.stdin is not None
        assert forks.stdout is not None
        try:
            for _ in range(KILLS):
                forks.stdin.write("\n")
                forks.stdin.flush()
                pid, port = map(int, forks.stdout.readline().split())
                url = f"http://127.0.0.1:{port}/emservice/EMServiceServlet"
                client = Client(url, ("app", fork_server.CERTIFICATE))
                threads = [threading.Thread(target=desk.work, args=(client,)) for desk in desks]
                death = os.pidfd_open(pid)
                for thread in threads:
                    thread.start()
                # Nothing to wait for: the moment of death is to be any moment.
                threading.Event().wait(dice.uniform(0.0, 0.05))
                os.kill(pid, signal.SIGKILL)
                assert select.select([death], [], [], 20)[0], "killed, and still there"
                os.close(death)
                for thread in threads:
                    thread.join(timeout=20)
                check(state, desks)
        finally:
            forks.stdin.close()
    assert sum(desk.answers for desk in desks) > KILLS, "there was load"


def check(state: Path, desks: list[Desk]) -> None:
    file = StateFile(state)
    sessions = {session.device: session.user for session in file.sessions()}
    replayed: dict[str | None, str] = {}
    for event in file.events(0, -1):
        if event.kind == "login":
            assert event.device not in replayed
            replayed[event.device] = event.user
        else:
            assert replayed.pop(event.device) == event.user
    file.close()
    assert replayed == sessions, "the log tells how it came to be"
    for desk in desks:
        found = sessions.get(desk.device)
        possible = {desk.answered, desk.other} if desk.asked else {desk.answered}
        assert found in possible, desk
        assert desk.refused == []
        desk.answered, desk.asked = found, False
    with sqlite3.connect(state) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
