"""The journal of a bulk run: what is on the disk when, what it reads back, how much memory a run takes."""

from __future__ import annotations

import asyncio
import json
import os
import tracemalloc
from itertools import islice
from pathlib import Path

import hotdesk
import pytest
from hotdesk import _journal, bulk
from hotdesk._journal import Journal, Result
from hotdesk._list_rows import WorkList


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


def run(file: Path, service: Service, *, retry_refused: bool = False) -> bulk.Report:
    work = WorkList.read(file)
    return asyncio.run(bulk.run(work, service, bulk.Pace(4), bulk.Options(retry_refused=retry_refused)))  # type: ignore[arg-type]


def open_journal(file: Path, **options: bool) -> Journal:
    work = WorkList.read(file)
    return Journal(work, work.check(), **options)


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
    assert run(file, service).tally == bulk.Tally(rows=50, done=50, sent=50)
    assert len(service.logins) == 50


def test_rows_whose_results_a_power_cut_took_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, 3)
    run(file, Service())
    lines = journal(file).read_text().splitlines(keepends=True)
    journal(file).write_text("".join(line for line in lines if "done" not in line and "end" not in line))
    asked: list[str] = []

    class Remembering(Service):
        async def device_users(self, device: str) -> list[hotdesk.DeviceResult]:
            asked.append(device)
            user = f"user{int(device.removeprefix('SEP'), 16)}"
            return [hotdesk.DeviceResult(name=device, status="loggedIn", user=user.upper())]

    monkeypatch.setattr(bulk, "SETTLE_SECONDS", 0)
    service = Remembering()
    assert run(file, service).tally == bulk.Tally(rows=3, done=3)
    assert (sorted(asked), service.logins) == ([f"SEP{n:012X}" for n in range(3)], [])


def test_a_line_that_was_cut_is_no_step(tmp_path: Path) -> None:
    file = write(tmp_path, 3)
    first = open_journal(file)
    first.sent(islice(WorkList.read(file).rows(), 2))
    first.result(1, Result("refused", 18))
    first.close()
    with journal(file).open("a") as half:
        half.write('{"row": 2, "state": "do')
    again = open_journal(file)
    assert again.goes_on
    assert (again.of(1), again.of(2), again.of(3)) == (Result("refused", 18), None, None)
    assert [again.in_doubt(row) for row in (1, 2, 3)] == [False, True, False]
    again.result(2, Result("done"))
    again.close()
    assert journal(file).read_text().endswith('{"row": 2, "state": "done", "code": null}\n')
    last = open_journal(file, retry_refused=True)
    assert (last.of(1), last.of(2), last.in_doubt(1)) == (None, Result("done"), False)
    last.close()


@pytest.mark.parametrize(
    "text", ["nonsense\n", "[]\n", '{"row": 1}\n', '{"file": "x", "row": 1}\n', '{"row": "x"}\n']
)
def test_what_is_no_journal_is_not_taken_for_one(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, 1)
    journal(file).write_text(text)
    with pytest.raises(ValueError, match="remove it to start from the beginning"):
        open_journal(file)
    assert journal(file).read_text() == text


def test_a_journal_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, 1)
    journal(file).mkdir()
    with pytest.raises(ValueError, match=r"cannot write .*list\.csv\.journal: Is a directory"):
        run(file, Service())


def test_a_thread_that_comes_too_late_writes_nowhere(tmp_path: Path) -> None:
    file = write(tmp_path, 1)
    closed = open_journal(file)
    closed.close()
    before = journal(file).read_bytes()
    with (tmp_path / "other").open("wb"), pytest.raises(ValueError, match="Bad file descriptor"):
        closed.sent(WorkList.read(file).rows())
    assert (journal(file).read_bytes(), (tmp_path / "other").read_bytes()) == (before, b"")


def test_only_one_run_works_on_a_file(tmp_path: Path) -> None:
    file = write(tmp_path, 1)
    first = open_journal(file)
    with pytest.raises(ValueError, match="another run works on the same file"):
        open_journal(file)
    first.close()


def test_refused_rows_are_sent_again_when_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path, 6)
    assert run(file, Service("user2", "user4")).tally == bulk.Tally(rows=6, done=4, refused=2, sent=6)
    again = Service("user4")
    assert run(file, again, retry_refused=True).tally == bulk.Tally(rows=6, done=5, refused=1, sent=2)
    assert sorted(again.logins) == ["SEP000000000002", "SEP000000000004"]
    assert run(file, Service(), retry_refused=True).tally == bulk.Tally(rows=6, done=6, sent=1)


def test_a_journal_that_is_full_is_left_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, 3)
    rows = list(WorkList.read(file).rows())
    full = open_journal(file)
    full.sent(rows[:1])
    before = journal(file).read_bytes()
    write_all = os.write
    monkeypatch.setattr(_journal.os, "write", lambda to, data: write_all(to, data[:10]))
    with pytest.raises(_journal.JournalFailed, match=r"cannot write .*list\.csv\.journal: there is no room"):
        full.result(1, Result("done"))
    monkeypatch.undo()
    assert journal(file).read_bytes() == before
    # What is known is known, but nothing more may be sent.
    assert full.of(1) == Result("done")
    with pytest.raises(_journal.JournalFailed):
        full.sent(rows[1:])
    full.close()
    again = open_journal(file)
    assert again.in_doubt(1)
    again.close()


def test_a_finished_run_is_told_from_one_that_goes_on(tmp_path: Path) -> None:
    file = write(tmp_path, 2)
    (row, _) = WorkList.read(file).rows()
    first = open_journal(file)
    assert (first.earlier, first.goes_on) == (None, False)
    first.sent([row])
    first.result(1, Result("done"))
    first.close()
    second = open_journal(file)
    assert second.earlier is not None
    assert (second.goes_on, second.earlier.ended, second.of(1)) == (True, None, Result("done"))
    second.end()
    second.close()
    third = open_journal(file)
    assert third.earlier is not None
    assert third.earlier.ended is not None
    assert (third.goes_on, third.of(1), list(third.results())) == (False, None, [])
    third.close()
    # The journal of a list that is run each night does not grow.
    assert len(journal(file).read_text().splitlines()) == 1


@pytest.mark.parametrize("option", ["again", "retry_refused"])
def test_a_row_that_may_have_been_sent_stays_in_doubt_whatever_begins(tmp_path: Path, option: str) -> None:
    file = write(tmp_path, 3)
    rows = list(WorkList.read(file).rows())
    first = open_journal(file)
    first.sent(rows)
    first.result(2, Result("unknown", reason="no answer"))
    first.result(3, Result("done"))
    first.close()
    second = open_journal(file, **{option: True})
    assert [second.in_doubt(row) for row in (1, 2)] == [True, True]
    assert second.of(3) == (None if option == "again" else Result("done"))
    second.close()


def test_a_journal_of_a_changed_list_knows_rows_by_what_they_ask_for(tmp_path: Path) -> None:
    file = write(tmp_path, 4)
    rows = list(WorkList.read(file).rows())
    first = open_journal(file)
    first.sent(rows)
    for row, result in (
        (1, Result("done")),
        (2, Result("refused", 18)),
        (3, Result("unknown", reason="why")),
    ):
        first.result(row, result)
    first.close()
    lines = file.read_text().splitlines(keepends=True)
    # The fourth, which is in doubt, is gone; the second has moved; one is new; one stands twice.
    file.write_text(lines[0] + lines[2] + lines[3] + "SEP9,new\n" + lines[1] + lines[1])
    for _ in range(2):
        second = open_journal(file)
        results = [second.of(row) for row in range(1, 6)]
        assert results == [Result("refused", 18), Result("unknown", reason="why"), None, Result("done"), None]
        assert second.goes_on
        second.close()
    file.write_text(lines[0] + lines[1])
    third = open_journal(file)
    assert (third.changed, third.dropped, third.of(1)) == (True, 1, Result("done"))
    third.close()


def test_ten_thousand_rows_are_worked_off_in_flat_memory(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        folder = tmp_path / str(count)
        folder.mkdir()
        file = write(folder, count)
        service = Service()
        service.logins = Forgetful()
        tracemalloc.start()
        try:
            assert run(file, service).tally.done == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)  # What is imported and cached at the first use.
    small, large = peak(1_000), peak(10_000)
    # It keeps the text and four bytes of state; a row, or its result as a dict, is 400 and more.
    assert large - small < 9_000 * 120


class Forgetful(list[str]):
    """Keeps nothing."""

    def append(self, _: str) -> None:
        pass
