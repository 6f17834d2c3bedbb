"""The card image: its partition, its file system, and what is on it."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from hotdesk_hil.rig import PhoneConfig, sdcard
from hotdesk_hil.rig.errors import CardError

CERTIFICATE = "certificate-made-up-here"


def test_configuration_comes_back_from_the_card(tmp_path: Path) -> None:
    image = tmp_path / "card.img"
    config = PhoneConfig(["10.0.2.2:8080", "backup.example"], "emphone", CERTIFICATE)
    sdcard.write_image(image, config.text())
    assert sdcard.read_config(image).decode() == config.text()
    assert "service = 10.0.2.2:8080\nservice = backup.example\nappID = emphone\n" in config.text()


def test_image_is_a_partitioned_fat16_card_of_a_size_the_emulator_takes(tmp_path: Path) -> None:
    image = tmp_path / "card.img"
    sdcard.write_image(image, "")
    data = image.read_bytes()
    assert len(data) == 8 * 1024 * 1024  # QEMU refuses cards that are no power of two
    assert data[510:512] == b"\x55\xaa"
    status, kind, start, sectors = struct.unpack_from("<B3xB3xII", data, 446)
    assert (status, kind, start) == (0, 0x06, 2048)
    assert (start + sectors) * 512 == len(data)
    boot = data[start * 512 : (start + 1) * 512]
    assert boot[54:62] == b"FAT16   "
    assert struct.unpack_from("<H", boot, 11)[0] == 512
    clusters = sectors // boot[13]
    assert 4085 < clusters < 65525, "only the number of clusters makes a FAT16"


def test_long_and_binary_files_are_kept_byte_for_byte(tmp_path: Path) -> None:
    image = tmp_path / "card.img"
    data = bytes(range(256)) * 100
    sdcard.write_image(image, data)
    assert sdcard.read_config(image) == data


def test_card_without_the_file_has_none(tmp_path: Path) -> None:
    image = tmp_path / "card.img"
    sdcard.write_image(image, None)
    with pytest.raises(CardError, match="mtype failed"):
        sdcard.read_config(image)


def test_missing_tool_is_named_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CardError, match="mformat is not installed: install the package mtools"):
        sdcard.write_image(tmp_path / "card.img", "")


def test_certificate_is_in_no_repr_no_masked_text_and_no_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = PhoneConfig(["10.0.2.2:8080"], "emphone", CERTIFICATE)
    assert CERTIFICATE not in repr(config)
    assert CERTIFICATE not in config.text(masked=True)
    commands: list[list[str]] = []
    run = subprocess.run

    def watched(command: list[str], **options: object) -> object:
        commands.append(command)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", watched)
    sdcard.write_image(tmp_path / "card.img", config.text())
    assert len(commands) == 2
    assert not any(CERTIFICATE in argument for command in commands for argument in command)
    assert CERTIFICATE.encode() in (tmp_path / "card.img").read_bytes()
