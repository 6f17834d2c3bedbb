"""What makes an endurance run fail: a screen that differs from the service, a restart, a stack that grows."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from hotdesk_hil.rig import endurance
from hotdesk_hil.rig.endurance import INTERRUPT, TENTHS, Endurance, Worn
from hotdesk_hil.rig.errors import NotShown
from hotdesk_hil.rig.stack import PAINT, Stack

DEVICE = "SEP003094C25B15"
STACK = Stack(top=0x2000_2000, bottom=0x2000_1000)


class Worker:
    """A phone, its board and its service in one, which wears out where it is told to."""

    def __init__(self) -> None:
        self.cycle = 0
        self.on_cycle: Callable[[int], None] = lambda _cycle: None
        self.there: dict[str, str] = {}
        self.used = 1000
        self.starts = ["started by power-on"]
        self.rig = SimpleNamespace(
            device_name=DEVICE,
            kernel=Path("kernel"),
            memory=SimpleNamespace(read_memory=self.read_memory),
            log=SimpleNamespace(data=b"", text=lambda _tool, _kernel: "\n".join(self.starts)),
        )

    def run(self, cycles: int) -> list[int]:
        cluster = SimpleNamespace(user="john", pin="12345")
        service = SimpleNamespace(sessions=lambda: self.there)
        return Endurance(self.rig, self, service, cluster).run(cycles)  # type: ignore[arg-type]

    def read_memory(self, _address: int, size: int) -> bytes:
        return struct.pack("<I", PAINT) * ((size - self.used) // 4) + bytes(self.used)

    def log_in(self, user: str, _pin: str) -> None:
        self.cycle += 1
        self.there = {DEVICE: user}
        self.on_cycle(self.cycle)

    def log_out(self) -> None:
        self.there = {}

    def confirm_logged_in(self, _user: str) -> None:
        """The screen is always right."""

    def confirm_logged_out(self) -> None:
        """The screen is always right."""


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr(endurance.Stack, "of", lambda _kernel: STACK)
    return Worker()


def test_a_phone_that_endures_has_a_mark_after_each_tenth(worker: Worker) -> None:
    assert worker.run(25) == [1000] * TENTHS
    assert worker.cycle == 25


def test_an_interrupt_at_the_deepest_moment_is_no_growth(worker: Worker) -> None:
    def grow(cycle: int) -> None:
        worker.used = 1000 if cycle < 50 else 1000 + INTERRUPT

    worker.on_cycle = grow
    assert worker.run(100)[-1] == 1000 + INTERRUPT


def test_a_stack_that_grows_ends_the_run_with_its_cycle(worker: Worker) -> None:
    def grow(cycle: int) -> None:
        worker.used = 1000 + 4 * cycle

    worker.on_cycle = grow
    with pytest.raises(Worn, match=r"cycle 60 of 100: the stack grew from 1040 to 1240 bytes"):
        worker.run(100)


def test_a_service_that_says_otherwise_ends_the_run_with_its_cycle(worker: Worker) -> None:
    def nobody(cycle: int) -> None:
        worker.there = {} if cycle == 7 else worker.there

    worker.on_cycle = nobody
    with pytest.raises(Worn, match=r"cycle 7 of 20: the screen says .*john.*, the service \{\}"):
        worker.run(20)


def test_a_phone_that_started_anew_ends_the_run(worker: Worker) -> None:
    def restart(cycle: int) -> None:
        worker.starts += ["started after its watchdog"] if cycle == 3 else []

    worker.on_cycle = restart
    with pytest.raises(Worn, match=r"cycle 4 of 20: the phone started anew: .*started after its watchdog"):
        worker.run(20)


def test_a_screen_that_does_not_come_is_told_with_its_cycle(worker: Worker) -> None:
    def silent(cycle: int) -> None:
        if cycle == 5:
            raise NotShown("the idle screen", "", 10)

    worker.on_cycle = silent
    with pytest.raises(NotShown) as missing:
        worker.run(20)
    assert missing.value.__notes__ == ["in cycle 5 of 20"]
