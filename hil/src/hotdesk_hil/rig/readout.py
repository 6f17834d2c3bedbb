"""The screen of a board that no emulator has: its test image tells on the serial line what is to be seen.

The phone draws the screen once more and sends it among the lines of its log (`firmware/phone/src/readout.rs`
has the format). So the rig reads pixels on a bench as it does on an emulator. What the panel makes of
them is not seen: a camera would be another driver with DisplayProtocol. This module must not know what
is on the screen.
"""

from __future__ import annotations

import time
import zlib

import attr
from labgrid import target_factory
from labgrid.driver import Driver
from labgrid.driver.consoleexpectmixin import ConsoleExpectMixin
from labgrid.protocol import ConsoleProtocol
from pexpect import TIMEOUT

from .errors import LogError, PictureError
from .log import unwrap
from .picture import Colour, Picture
from .protocols import DisplayProtocol, TimeProtocol
from .waiting import Deadline

REQUEST = b"?s\n"
# What the frame of a piece begins with, and no line of the log; and what is behind the piece.
MARK, END = b"\xff\xff", b"\x01"
LAST = 0xFFFF
ABOVE = 31
LONG = 8

# A phone that starts hears nothing for a moment. A large screen full of text takes three seconds.
ASK_AGAIN = 1.0
ANSWER_DEADLINE = 15.0
LOOK = 0.02


class Pieces:
    """Puts a picture together from the pieces of a readout."""

    def __init__(self) -> None:
        self._told: list[bytes] = []

    def add(self, piece: bytes) -> Picture | None:
        """Takes the next piece; returns the picture if that was the last one.

        A picture of which a piece is missing is forgotten. Raises PictureError where one is damaged.
        """
        number, told = int.from_bytes(piece[:2], "little"), piece[2:]
        if number == LAST and self._told:
            whole, self._told = self._told, []
            if zlib.adler32(b"".join(whole)) != int.from_bytes(told, "little"):
                raise PictureError("the picture was damaged on the serial line")
            return _picture(whole)
        if number not in (0, len(self._told)):
            self._told = []
            return None
        if number == 0:
            self._told = []
        self._told.append(told)
        return None


def _picture(told: list[bytes]) -> Picture:
    head, runs = told[0], b"".join(told[1:])
    width, height = (int.from_bytes(head[at : at + 2], "little") for at in (0, 2))
    colours: list[Colour] = [(head[at], head[at + 1], head[at + 2]) for at in range(4, len(head), 3)]
    pixels, at = bytearray(), 0
    while at < len(runs):
        what, length = runs[at] >> 3, runs[at] & 7
        at += 1
        if length == 0:
            length = LONG + int.from_bytes(runs[at : at + 1], "little")
            at += 1
        if what != ABOVE:
            pixels += bytes([what]) * length
        while what == ABOVE and length > 0:
            row = len(pixels) - width
            pixels += pixels[row : row + min(length, width)] if row >= 0 else b""
            length -= width
    try:
        return Picture.of(width, height, bytes(pixels), colours)
    except IndexError as error:
        raise PictureError("the picture on the serial line has a colour that it does not name") from error


@target_factory.reg_driver
@attr.s(eq=False)
class ScreenReadoutDriver(ConsoleExpectMixin, Driver, ConsoleProtocol, DisplayProtocol):
    """Reads the screen on a serial line, and hands on the log that comes on the same line.

    Where a rig has it, keypad, log and screen bind to it, not to the line itself.

    Bindings:
        line (ConsoleProtocol): the serial line that the keypad is on and that the log comes from
        clock (TimeProtocol): the time in which an answer is expected
    """

    bindings = {  # noqa: RUF012 - labgrid reads this class attribute
        "line": ConsoleProtocol,
        "clock": TimeProtocol,
    }
    priorities = {ConsoleProtocol: 10, DisplayProtocol: 10}  # noqa: RUF012 - as above

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.txdelay = None
        self._begin()

    def _begin(self) -> None:
        self._rest = b""
        self._log = b""
        self._frames: list[bytes] = []
        self._pieces = Pieces()

    def on_activate(self) -> None:
        """Begins with an empty line: the board is switched on."""
        self._begin()

    def resolve_conflicts(self, client: Driver) -> None:
        """Keeps all clients active: keypad, log and screen share the line."""

    @Driver.check_active
    def write(self, data: bytes) -> int:
        """Sends bytes on the keypad's line."""
        return self.line.write(data)

    @Driver.check_active
    def read(self, size: int = 1, timeout: float = 0.0, max_size: int | None = None) -> bytes:  # noqa: ARG002
        """Returns what was logged since the last call. Raises pexpect's TIMEOUT where that is nothing."""
        end = time.monotonic() + timeout
        while True:
            # What is there already is taken in any case.
            self._take(0.0)
            if self._log:
                data, self._log = self._log[:max_size], self._log[max_size or len(self._log) :]
                return data
            left = end - time.monotonic()
            if left <= 0 or not self._take(left):
                raise TIMEOUT(f"the board said nothing within {timeout:g} s")

    # What labgrid's mixin reads and writes with. Its own report each byte as a step, and a PIN is among them.
    _read, _write = read, write

    @Driver.check_active
    def picture(self) -> Picture:
        """Asks for the screen and returns it. Raises PictureError where none comes."""
        self._take(0.0)
        self._pieces, self._frames = Pieces(), []
        deadline = Deadline(self.clock, ANSWER_DEADLINE)
        damaged: PictureError | None = None
        while not deadline.expired:
            self.line.write(REQUEST)
            silence = Deadline(self.clock, ASK_AGAIN)
            while not (silence.expired or deadline.expired):
                self._take(LOOK)
                if self._frames:
                    silence = Deadline(self.clock, ASK_AGAIN)
                try:
                    if picture := self._put_together():
                        return picture
                except PictureError as error:
                    damaged = error
                    break
        raise damaged or PictureError(
            f"the board did not tell within {ANSWER_DEADLINE:g} s what its screen shows: is its image built "
            "with the feature screen-readout, and is the serial line connected both ways?"
        )

    def _put_together(self) -> Picture | None:
        while self._frames:
            if picture := self._pieces.add(self._frames.pop(0)):
                return picture
        return None

    def _take(self, timeout: float) -> bool:
        """Sorts what has come on the line; waits for something as long. Returns whether anything came."""
        came = False
        try:
            while True:
                self._rest += self.line.read(size=1, timeout=0.0 if came else timeout)
                came = True
        except TIMEOUT:
            pass  # all there is
        *frames, self._rest = self._rest.split(b"\0")
        for frame in frames:
            try:
                is_piece = (plain := unwrap(frame)).startswith(MARK)
            except LogError:
                is_piece = False  # whoever reads the log is told
            if is_piece:
                # An unwrapped frame may have zeros behind its end.
                self._frames.append(plain[len(MARK) :].rstrip(b"\0").removesuffix(END))
            else:
                self._log += frame + b"\0"
        return came
