"""The rig on QEMU with an image that does nothing: what it says when board or phone is the trouble."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_hil.rig import NotShown, PhoneConfig, Rig, Status
from hotdesk_hil.rig.errors import BoardError, KeypadError, RigError


@pytest.fixture
def idle_image(tmp_path: Path) -> Path:
    """An image that jumps to itself: stack pointer, reset vector, `b .`."""
    image = tmp_path / "idle.bin"
    image.write_bytes(struct.pack("<II", 0x2001_0000, 0x101).ljust(0x100, b"\0") + b"\xfe\xe7")
    return image


@pytest.fixture
def rig(idle_image: Path) -> Iterator[Rig]:
    """A rig with that image, on."""
    with Rig(idle_image) as rig:
        rig.boot(PhoneConfig(["10.0.2.2:8080"]), until=Status.on)
        yield rig


def test_phone_that_shows_nothing_is_the_phones_failure(rig: Rig) -> None:
    with pytest.raises(NotShown, match=r"did not show a title within 0\.1 s; .* says:\n  \(nothing\)"):
        rig.screen.wait_for("a title", lambda screen: bool(screen.title), seconds=0.1)


def test_board_that_is_gone_is_the_rigs_error_and_it_recovers(rig: Rig) -> None:
    os.kill(rig.board.process_id, signal.SIGKILL)
    with pytest.raises(BoardError, match="QEMU has ended, boot the rig again"):
        rig.screen.look()
    with pytest.raises(KeypadError, match="broke"):
        rig.keypad.press("1")
    rig.boot(None, until=Status.on)
    assert rig.screen.look().text == ""


def test_key_the_board_has_not_is_the_rigs_error(rig: Rig) -> None:
    with pytest.raises(KeypadError, match="no button 'fire'"):
        rig.buttons.press("fire")


def test_unknown_state_is_refused(rig: Rig) -> None:
    with pytest.raises(RigError, match="use off, on or ready"):
        rig.strategy.transition("unknown")


def test_files_of_the_run_are_gone_after_it(idle_image: Path) -> None:
    with Rig(idle_image) as rig:
        rig.boot(PhoneConfig(["10.0.2.2:8080"]), until=Status.on)
        files = [rig.board.log_file.parent, rig.card.image.parent]
        assert all(directory.is_dir() for directory in files)
    assert not any(directory.exists() for directory in files)


def test_memory_is_read_with_the_board_running_on(rig: Rig) -> None:
    assert rig.memory.read_memory(0, 8) == struct.pack("<II", 0x2001_0000, 0x101)
    assert rig.board.monitor_command("query-status")["running"]


def test_two_boards_run_side_by_side(rig: Rig, idle_image: Path) -> None:
    with Rig(idle_image, mac="40:2C:F4:91:52:65") as other:
        other.boot(None, until=Status.on)
        assert (rig.device_name, other.device_name) == ("SEP003094C25B15", "SEP402CF4915265")
        assert rig.board.log_file != other.board.log_file


def test_missing_image_says_so(tmp_path: Path) -> None:
    with Rig(tmp_path / "phone.elf") as rig, pytest.raises(BoardError, match=r"no phone image at .*\.elf"):
        rig.boot(None, until=Status.on)


def test_missing_qemu_says_what_to_install(idle_image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Rig(idle_image) as rig:
        rig.strategy.transition("off")
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(BoardError, match="install the package qemu-system-arm"):
            rig.strategy.transition("on")


def test_qemu_that_refuses_to_start_is_quoted(idle_image: Path) -> None:
    with Rig(idle_image) as rig:
        rig.board.machine = "no-machine"
        with pytest.raises(BoardError, match="unsupported machine type"):
            rig.boot(None, until=Status.on)


def test_address_that_is_none_is_refused(idle_image: Path) -> None:
    with Rig(idle_image, mac="no-address") as rig, pytest.raises(BoardError, match="is no MAC address"):
        rig.boot(None, until=Status.on)


def test_rig_file_that_is_not_there_is_named(idle_image: Path, tmp_path: Path) -> None:
    with pytest.raises(RigError, match=r"missing\.yaml"):
        Rig(idle_image, tmp_path / "missing.yaml")


def test_log_is_kept_over_power_off_and_begins_anew_at_power_on(rig: Rig) -> None:
    # The image logs nothing: what QEMU would have written is put into its file.
    rig.board.log_file.write_bytes(b"\x11\x22\x7a\x00\x33")
    assert rig.log.frames() == [bytes([0x11, 0, 0x22, 0, 0, 0, 0])]
    rig.off()
    assert rig.log.data == b"\x11\x22\x7a\x00\x33"
    rig.boot(None, until=Status.on)
    assert rig.log.data == b""
    with pytest.raises(NotShown, match="did not show a word in its log within 0 s"):
        rig.log.wait_for("a word", bool, seconds=0)
