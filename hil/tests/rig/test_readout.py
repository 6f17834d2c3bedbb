"""What a test image tells of its screen is a picture, or an error that says what to look for."""

from __future__ import annotations

import time
import zlib
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from labgrid import Target, target_factory
from labgrid.driver import Driver
from labgrid.protocol import ConsoleProtocol
from pexpect import TIMEOUT
from rig.rzcobs import wrap

from hotdesk_hil import package_data
from hotdesk_hil.rig import readout
from hotdesk_hil.rig.errors import PictureError
from hotdesk_hil.rig.protocols import TimeProtocol
from hotdesk_hil.rig.readout import REQUEST, ScreenReadoutDriver

# Two pixels by four: black, then white, then twice the row above, which is one run.
HEAD = bytes([2, 0, 4, 0, 0, 0, 0, 255, 255, 255])
RUNS = bytes([0 << 3 | 2, 1 << 3 | 2, 31 << 3 | 4])
LOGGED = b"\x01\x02"


def frame(plain: bytes) -> bytes:
    return wrap(plain) + b"\0"


def piece(number: int, told: bytes) -> bytes:
    return frame(b"\xff\xff" + number.to_bytes(2, "little") + told + b"\x01")


def answer(runs: bytes = RUNS, damage: int = 0) -> bytes:
    checked = zlib.adler32(HEAD + runs) ^ damage
    return piece(0, HEAD) + frame(LOGGED) + piece(1, runs) + piece(0xFFFF, checked.to_bytes(4, "little"))


@target_factory.reg_driver
class Line(Driver, ConsoleProtocol, TimeProtocol):
    """A serial line with a board that gives these answers, one a request, in chunks of a few bytes."""

    def __init__(self, target: Target, answers: list[bytes]) -> None:
        super().__init__(target, None)
        self.answers = answers
        self.coming = b""
        self.written = b""

    def time(self) -> float:
        return time.monotonic()

    def write(self, data: bytes) -> int:
        self.written += data
        if data == REQUEST and self.answers:
            self.coming += self.answers.pop(0)
        return len(data)

    def read(self, size: int = 1, timeout: float = 0.0, max_size: int | None = None) -> bytes:  # noqa: ARG002
        if not self.coming:
            raise TIMEOUT("nothing")
        data, self.coming = self.coming[:5], self.coming[5:]
        return data


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readout, "ASK_AGAIN", 0.02)
    monkeypatch.setattr(readout, "ANSWER_DEADLINE", 0.1)


def board(*answers: bytes) -> ScreenReadoutDriver:
    target = Target("main")
    Line(target, list(answers))
    driver = ScreenReadoutDriver(target, None)
    target.activate(driver)
    return driver


def test_runs_are_pixels() -> None:
    picture = board(answer()).picture()
    assert (picture.width, picture.height, picture.pixels) == (2, 4, bytes([0, 0, 1, 1, 1, 1, 1, 1]))
    assert picture.colours == ((0, 0, 0), (255, 255, 255))


def test_long_run_may_go_over_several_rows_above() -> None:
    runs = bytes([0 << 3 | 1, 1 << 3 | 1, 31 << 3 | 6])
    assert board(answer(runs)).picture().pixels == bytes([0, 1] * 4)


def test_log_is_handed_on_without_the_picture() -> None:
    driver = board(answer())
    driver.line.coming = frame(b"before")
    driver.picture()
    assert driver.read() == frame(b"before") + frame(LOGGED)
    with pytest.raises(TIMEOUT):
        driver.read()


def test_log_comes_in_parts_where_one_asks_for_them() -> None:
    driver = board(answer())
    driver.picture()
    assert driver.read(max_size=2) + driver.read() == frame(LOGGED)


def test_request_that_is_not_heard_is_made_again() -> None:
    assert board(b"", answer()).picture().width == 2


def test_picture_that_begins_anew_is_the_new_one() -> None:
    assert board(piece(0, b"\x09\0\x09\0") + answer()).picture().width == 2


@pytest.mark.parametrize("lost", [piece(0, HEAD), piece(1, RUNS)])
def test_picture_without_one_of_its_pieces_is_asked_for_again(lost: bytes) -> None:
    whole = answer()
    assert lost in whole
    driver = board(whole.replace(lost, b""), whole)
    assert driver.picture().width == 2
    assert driver.line.written == 2 * REQUEST


def test_damaged_picture_is_asked_for_again() -> None:
    assert board(answer(damage=1), answer()).picture().width == 2


def test_line_that_damages_every_picture_is_blamed() -> None:
    with pytest.raises(PictureError, match="was damaged on the serial line"):
        board(*[answer(damage=1)] * 100).picture()


def test_board_that_tells_nothing_is_not_a_phone_that_shows_nothing() -> None:
    with pytest.raises(
        PictureError, match=r"within 0\.1 s .* the feature screen-readout, .* connected both ways"
    ):
        board().picture()


def symbols(image: Path) -> set[str]:
    with image.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        return {symbol.name for symbol in table.iter_symbols()}


def tells_its_screen(image: Path) -> bool:
    """Whether an image has the readout: its variables, and what it logs of itself."""
    return any("readout" in name or "it tells a rig what the screen shows" in name for name in symbols(image))


def test_no_release_image_tells_its_screen() -> None:
    images = [path for path in package_data.IMAGES.glob("*/release/hotdesk-*") if path.suffix == ""]
    assert images
    assert not [path for path in images if tells_its_screen(path)]
