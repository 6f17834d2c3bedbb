"""The journal of a bulk run: what is on the disk when, what it reads back, how much memory a run takes."""

from __future__ import annotations

import asyncio
import json
import os
import tracemalloc
from pathlib import Path

import hotdesk
import pytest
from hotdesk import _journal, bulk
from hotdesk._journal import Journal, Result
from services import APP


class Service:
    """Stands in for a client: each login is done, but those of the users it is told to refuse."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.logins: list[str] = []

    async def login(self, device: str, user: str, *_: object) -> None:
        await asyncio.sleep(0)
        self.logins.append(device)
        if user in self.refused:
            raise hotdesk.ServiceRefused(18)

    async def device_users(self, device: str) -> list[hotdesk.DeviceResult]:
        return [hotdesk.DeviceResult(name=device, status="loggedOut")]


def run(file: Path, service: Service, **options: bool) -> bulk.Tally:
    return asyncio.run(bulk.run(file, service, APP, bulk.Pace(4), **options))  # type: ignore[arg-type]


def write(folder: Path, count: int) -> Path:
    file = folder / "list.csv"
    file.write_text("device,user\n" + "".join(f"SEP{n:012X},user{n}\n" for n in range(count)))
    return file


def journal(file: Path) -> Path:
    return file.with_name(file.name + ".journal")


def test_a_row_is_on_the_disk_as_sent_before_it_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, 50)
    on_disk: set[int] = set()
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        sync(descriptor)
        lines = journal(file).read_text().splitlines()
        on_disk.update(entry["row"] for entry in map(json.loads, lines) if entry.get("state") == "sent")

    class Watching(Service):
        async def login(self, device: str, user: str, *_: object) -> None:
            assert int(user.removeprefix("user")) + 1 in on_disk
            await super().login(device, user)

    monkeypatch.setattr(_journal.os, "fsync", fsync)
    service = Watching()
    assert run(file, service) == bulk.Tally(rows=50, done=50)
    assert len(service.logins) == 50


def test_rows_whose_results_a_power_cut_took_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, 3)
    run(file, Service())
    lines = journal(file).read_text().splitlines(keepends=True)
    journal(file).write_text("".join(line for line in lines if "done" not in line))
    asked: list[str] = []

    class Remembering(Service):
        async def device_users(self, device: str) -> list[hotdesk.DeviceResult]:
            asked.append(device)
            user = f"user{int(device.removeprefix('SEP'), 16)}"
            return [hotdesk.DeviceResult(name=device, status="loggedIn", user=user.upper())]

    monkeypatch.setattr(bulk, "SETTLE_SECONDS", 0)
    service = Remembering()
    assert run(file, service) == bulk.Tally(rows=3, done=3)
    assert (sorted(asked), service.logins) == ([f"SEP{n:012X}" for n in range(3)], [])


def test_a_line_that_was_cut_is_no_step(tmp_path: Path) -> None:
    file = write(tmp_path, 3)
    first = Journal(file)
    first.sent([1, 2])
    first.result(1, "refused", 18)
    first.close()
    with journal(file).open("a") as half:
        half.write('{"row": 2, "state": "do')
    again = Journal(file)
    assert (again.of(1), again.of(2), again.of(3)) == (Result("refused", 18), None, None)
    assert [again.in_doubt(row) for row in (1, 2, 3)] == [False, True, False]
    again.result(2, "done")
    again.close()
    assert journal(file).read_text().endswith('{"row": 2, "state": "done", "code": null}\n')
    last = Journal(file, retry_refused=True)
    assert (last.of(1), last.of(2), last.in_doubt(1)) == (None, Result("done"), False)
    last.close()


@pytest.mark.parametrize(
    "text", ["nonsense\n", "[]\n", '{"row": 1}\n', '{"file": "x", "row": 1}\n', '{"row": "x"}\n']
)
def test_what_is_no_journal_is_not_taken_for_one(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, 1)
    journal(file).write_text(text)
    with pytest.raises(ValueError, match="remove it to start from the beginning"):
        Journal(file)


def test_a_journal_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, 1)
    journal(file).mkdir()
    with pytest.raises(ValueError, match=r"cannot write .*list\.csv\.journal: Is a directory"):
        run(file, Service())


def test_a_thread_that_comes_too_late_writes_nowhere(tmp_path: Path) -> None:
    file = write(tmp_path, 1)
    closed = Journal(file)
    closed.close()
    before = journal(file).read_bytes()
    with (tmp_path / "other").open("wb"), pytest.raises(ValueError, match="Bad file descriptor"):
        closed.sent([1])
    assert (journal(file).read_bytes(), (tmp_path / "other").read_bytes()) == (before, b"")


def test_only_one_run_works_on_a_file(tmp_path: Path) -> None:
    file = write(tmp_path, 1)
    first = Journal(file)
    with pytest.raises(ValueError, match="another run works on the same file"):
        Journal(file)
    first.close()


def test_refused_rows_are_sent_again_when_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path, 6)
    assert run(file, Service("user2", "user4")) == bulk.Tally(rows=6, done=4, refused=2)
    idle = Service()
    assert run(file, idle) == bulk.Tally(rows=6, done=4, refused=2)
    assert idle.logins == []
    again = Service("user4")
    assert run(file, again, retry_refused=True) == bulk.Tally(rows=6, done=5, refused=1)
    assert sorted(again.logins) == ["SEP000000000002", "SEP000000000004"]
    assert run(file, Service(), retry_refused=True) == bulk.Tally(rows=6, done=6)


def test_ten_thousand_rows_are_worked_off_in_flat_memory(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        folder = tmp_path / str(count)
        folder.mkdir()
        file = write(folder, count)
        service = Service()
        service.logins = Forgetful()
        tracemalloc.start()
        try:
            assert run(file, service).done == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)  # What is imported and cached at the first use.
    small, large = peak(1_000), peak(10_000)
    # It keeps a hash of each name and four bytes of state; a row, or its result as a dict, is 400 and more.
    assert large - small < 9_000 * 120


class Forgetful(list[str]):
    """Keeps nothing."""

    def append(self, _: str) -> None:
        pass
