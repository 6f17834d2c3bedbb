"""The rig of the emulated W5500-EVB-Pico: how its emulator ends, and what is said when it cannot start."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotdesk_hil.rig import Phone, Rig, Status, rig_file
from hotdesk_hil.rig.errors import BoardError

DEADLINE = 20.0
INTERVAL = 0.05


@pytest.fixture
def rig() -> Iterator[Rig]:
    """The board, off."""
    with Rig(file=rig_file("w5500-evb-pico")) as rig:
        yield rig


def wait_until(what: str, holds: Callable[[], bool]) -> None:
    """Waits for what nobody tells of by itself."""
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end, f"{what}: not within {DEADLINE:g} s"
        time.sleep(INTERVAL)


def is_there(group: int) -> bool:
    """Whether a group of processes has any."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_emulator_that_is_killed_is_the_rigs_error_and_the_rig_recovers(rig: Rig) -> None:
    rig.boot(None, until=Status.on)
    os.kill(rig.board.process_id, signal.SIGKILL)
    with pytest.raises(BoardError, match="boot the rig again"):
        rig.screen.look()
    group = rig.board.process_id
    rig.boot(None, until=Status.on)
    assert rig.screen.look().picture.width == 320
    wait_until("its network, a process of its own, is gone as well", lambda: not is_there(group))


def test_image_that_is_missing_says_what_to_build(tmp_path: Path) -> None:
    with (
        Rig(tmp_path / "phone.elf", rig_file("w5500-evb-pico")) as rig,
        pytest.raises(BoardError, match=r"no phone image at .*phone\.elf: build it"),
    ):
        rig.boot(None, until=Status.on)


def test_node_that_is_missing_says_what_to_install(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.off()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BoardError, match="node is not installed: install Node 18"):
        rig.strategy.transition("on")


def test_configuration_that_is_too_long_is_refused(rig: Rig) -> None:
    with pytest.raises(BoardError, match="the configuration has 4096 bytes; 4095 at most"):
        rig.boot("#" * 4096, until=Status.on)


def test_two_boards_have_their_own_addresses(rig: Rig) -> None:
    with Rig(file=rig.file, mac="40:2C:F4:91:52:65") as other:
        for each, name in ((rig, "SEP003094C25B15"), (other, "SEP402CF4915265")):
            each.boot(None, until=Status.on)
            Phone(each).wait_title("Setup failed", name, seconds=DEADLINE)
