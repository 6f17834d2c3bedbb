"""What survives: a stop, a restart, kill -9; and what a state file that cannot be used leads to."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from emservice.client import DESK, DESK2, SECRETS, Client

from hotdesk_hil.emservice import Cluster, Device, EmService, StateError, User


def test_state_survives_a_restart(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with EmService(demo, state=state) as service:
        client = Client(service.url)
        client.login(DESK, "john", "<exclusiveDuration><time>60</time></exclusiveDuration>")
        client.login(DESK2, "mary")
        client.logout(DESK2)
    with EmService(demo, state=state) as service:
        assert service.sessions() == {DESK: "john"}
        assert (service.previous(DESK), service.previous(DESK2)) == (None, "mary")
        service.clock.advance(3600)
        assert service.sessions() == {}, "the end of a login survives too"


def test_state_in_memory_survives_a_stop(service: EmService, client: Client) -> None:
    client.login(DESK, "john")
    service.stop()
    assert service.sessions() == {DESK: "john"}
    service.start()
    assert client.login(DESK, "mary").code == 18


@contextmanager
def process(demo_file: Path, state: Path) -> Iterator[tuple[subprocess.Popen[str], Client]]:
    command = [sys.executable, "-m", "hotdesk_hil.emservice", "--cluster", demo_file, "--port", "0"]
    running = subprocess.Popen([*command, "--state", state], stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        yield running, Client(running.stdout.readline().removeprefix("listening at ").strip())
    finally:
        running.kill()
        running.wait(timeout=10)
        if running.stdout is not None:
            running.stdout.close()


def test_what_was_answered_survives_kill_9(demo_file: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    expected: dict[str, str] = {}
    for device, user, ask in [
        (DESK, "john", Client.login),
        (DESK2, "mary", Client.login),
        (DESK, None, Client.logout),
        (DESK, "em@cisco.com", Client.login),
    ]:
        with process(demo_file, state) as (running, client):
            reply = ask(client, device, user) if user else ask(client, device)
            os.kill(running.pid, signal.SIGKILL)
            running.wait(timeout=10)
            assert reply.code is None
        if user:
            expected[device] = user
        else:
            del expected[device]
        with EmService(demo_file, state=state) as service:
            assert service.sessions() == expected
    assert service_previous(demo_file, state) == "john"


def service_previous(demo_file: Path, state: Path) -> str | None:
    with EmService(demo_file, state=state) as service:
        return service.previous(DESK)


def test_a_login_is_in_the_file_before_it_is_answered(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with EmService(demo, state=state) as service:
        Client(service.url).login(DESK, "john")
        with sqlite3.connect(state) as other:
            assert other.execute("SELECT device, user FROM session").fetchall() == [(DESK, "john")]
        other.close()


def test_a_change_that_fails_half_way_is_undone(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with EmService(demo, state=state) as service:
        service.login(DESK, "john")
        service.login(DESK2, "mary")
        before = service.events()
        with sqlite3.connect(state) as other:
            # The second of two logouts fails, as where the disk is full.
            when = "BEFORE INSERT ON event WHEN NEW.user = 'mary'"
            other.execute(f"CREATE TRIGGER full {when} BEGIN SELECT RAISE(FAIL, 'full'); END")
        other.close()
        assert Client(service.url).logout_all().code == 6
        assert service.sessions() == {DESK: "john", DESK2: "mary"}
        assert service.events() == before
        assert Client(service.url).logout(DESK).code is None
    with EmService(demo, state=state) as service:
        assert service.sessions() == {DESK2: "mary"}
        assert len(service.events()) == 3


def test_a_new_spelling_in_the_cluster_file_is_the_same_device(tmp_path: Path) -> None:
    def cluster(device: str) -> Cluster:
        return Cluster(users=[User("john", "1", profiles=("P",))], devices=[Device(device)])

    for device, expected in (("größe", {"größe": "john"}), ("GRÖSSE", {"GRÖSSE": "john"}), ("größe", {})):
        with EmService(cluster(device), state=tmp_path / "state.db") as service:
            person = Client(service.url, ("john", "1"))
            assert (person.login(device, "john") if expected else person.logout(device)).code is None
            assert service.sessions() == expected
    with EmService(cluster("größe"), state=tmp_path / "state.db") as service:
        assert service.sessions() == {}
        assert service.previous("GRÖSSE") == "john"


def test_what_another_process_wrote_is_noticed_and_not_written_over(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with EmService(demo, state=state) as service:
        client = Client(service.url)
        with sqlite3.connect(state) as other:
            row = (1, 0, "login", DESK, "john", "another program", None, None)
            other.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        other.close()
        late = client.login(DESK, "mary")
        assert (late.code, "another process has written to it" in late.text) == (6, True)
        assert client.login(DESK, "mary").code == 18, "it has looked again"
        assert service.sessions() == {DESK: "john"}


def test_code_6_while_another_process_holds_the_state_file(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with EmService(demo, state=state) as service:
        client = Client(service.url)
        other = sqlite3.connect(state, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert client.login(DESK, "john").code == 6
        other.execute("ROLLBACK")
        other.close()
        assert service.sessions() == {}
        assert client.login(DESK, "john").code is None


def test_a_file_that_is_no_database_is_refused_by_name(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "notes.txt"
    state.write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(StateError, match=r"notes\.txt"):
        EmService(demo, state=state)
    assert state.read_text().startswith("not a database")


def test_another_programs_database_is_refused_and_left_alone(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "other.db"
    with sqlite3.connect(state) as other:
        other.execute("CREATE TABLE session (a)")
    other.close()
    with pytest.raises(StateError, match=r"other\.db.*another program"):
        EmService(demo, state=state)
    with sqlite3.connect(state) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("session",)]
    other.close()


def test_a_state_file_that_is_damaged_is_refused_by_name(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with EmService(demo, state=state) as service:
        for _ in range(200):
            service.login(DESK, "john")
    data = bytearray(state.read_bytes())
    data[3 * 1024 :] = bytes(len(data) - 3 * 1024)
    state.write_bytes(data)
    with pytest.raises(StateError, match=r"state\.db: cannot be .* malformed"):
        EmService(demo, state=state)


def test_a_folder_that_is_not_there_is_refused_by_name(demo: Cluster, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="nowhere"):
        EmService(demo, state=tmp_path / "nowhere" / "state.db")


def test_no_secret_is_in_the_state_file(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with EmService(demo, state=state) as service:
        Client(service.url, ("john", "12345")).login(DESK, "john")
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"john" in files
    assert not [secret for secret in SECRETS if secret.encode() in files]


def test_a_state_file_is_one_services(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    link = tmp_path / "link.db"
    link.symlink_to(state)
    with EmService(demo, state=state) as service:
        for path in (state, link):
            with pytest.raises(StateError, match=f"{path.name}: cannot be used .*: another service uses it"):
                EmService(demo, state=path)
        service.stop()
        with pytest.raises(StateError, match="another service uses it"):
            EmService(demo, state=state)
    EmService(demo, state=state).close()


def test_a_state_file_that_was_refused_is_free(demo: Cluster, tmp_path: Path) -> None:
    state = tmp_path / "notes.txt"
    state.write_text("not a database, but long enough to be looked at" * 100)
    for _ in range(2):
        with pytest.raises(StateError, match="not a database"):
            EmService(demo, state=state)


def test_the_lock_ends_with_the_process(demo_file: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with process(demo_file, state) as (running, _):
        with pytest.raises(StateError, match="another service uses it"):
            EmService(demo_file, state=state)
        os.kill(running.pid, signal.SIGKILL)
        running.wait(timeout=10)
        EmService(demo_file, state=state).close()


@pytest.mark.parametrize("before", [None, 0o644])
def test_state_files_are_the_owners_alone(demo: Cluster, tmp_path: Path, before: int | None) -> None:
    state = tmp_path / "state.db"
    if before is not None:
        state.touch(before)
        state.chmod(before)
    old = os.umask(0)
    try:
        with EmService(demo, state=state) as service:
            service.login(DESK, "john")
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(old)
    assert modes == {f"state.db{end}": 0o600 for end in ("", "-wal", "-shm", ".lock")}
