"""The emulated W5500-EVB-Pico: `hil/emulators/w5500-evb-pico` as a process with power, keys and display.

The image that a person flashes runs on a chip that this project did not write (rp2040js). Behind its network
chip is QEMU's user network: the phone reaches this machine's loopback as 10.0.2.2. All files lie in a
directory of the board's own. It must not know what the phone does.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from .errors import BoardError, KeypadError
from .keypad import frame
from .protocols import check_image
from .wire import BOARD, NETWORK, Wire

# What is kept of the flash, and where in it a person writes: see firmware/boards/w5500-evb-pico/src/flash.rs.
KEPT, SECTOR = 64 * 1024, 4 * 1024
MAC_ADDRESS, MAC_BYTES = SECTOR, 6
CERTIFICATES = (2 * SECTOR, 3 * SECTOR)
ERASED = b"\xff"

# The keys of the matrix by row and column, named as in `keypad`.
MATRIX = ("ab#*", "123u", "456d", "789c", "l0rs")

# Node and QEMU start within a second; a loaded machine may need many.
ANSWER_DEADLINE = 30.0
STOP_DEADLINE = 5.0


class EmulatedPico:
    """One board, off at first. A context manager: leaving it ends the emulator and removes its files.

    `flash` is the file with what is kept of the flash, see the function of this name; the board writes to
    it. `wire` is the cable to its network, open as long as the board is.

    ```python
    file = Path("flash")
    file.write_bytes(flash(b"service = 10.0.2.2:8080\\n", "00:30:94:C2:5B:15"))
    with EmulatedPico(image, emulator, file, Wire()) as board:
        board.power(on=True)
        board.type(b"+a\\n-a\\n")
        Path("screen.ppm").write_bytes(board.screendump())
    ```
    """

    def __init__(self, image: Path, emulator: Path, flash: Path, wire: Wire) -> None:
        check_image(image)
        node = shutil.which("node")
        if node is None:
            raise BoardError("node is not installed: install Node 18 or later")
        if not (emulator / "node_modules").is_dir():
            raise BoardError(f"the emulator lacks its Node packages: run npm ci --prefix {emulator}")
        self._files = Path(tempfile.mkdtemp(prefix="hotdesk-pico-"))
        self.log_file = self._files / "log"
        self._screendump = ("", b"")
        self._wire = wire
        wire.open(self._files)
        options = {name: self._files / name for name in ("log", "keypad")}
        options |= {"network": self._files / BOARD, "wire": self._files / NETWORK}
        options |= {"image": image, "flash": flash}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._errors = (self._files / "stderr").open("wb")
        self._line: socket.socket | None = None
        self._process = subprocess.Popen(  # noqa: S603 - the command is ours
            [node, str(emulator / "src/main.mjs"), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            # Whatever it started is found by its group when it has ended.
            process_group=0,
        )
        try:
            self._read()
        except BoardError:
            self.close()
            raise

    @property
    def process_id(self) -> int:
        """The process of the emulator."""
        return self._process.pid

    def power(self, on: bool) -> None:
        """Switches the board on or off."""
        self.tell("power", on=on)

    def reset(self) -> None:
        """Pulls the reset line."""
        self.tell("reset")

    def link(self, up: bool) -> None:
        """Plugs the cable in or out."""
        self.tell("link", up=up)

    def receive(self, frames: Sequence[bytes]) -> None:
        """Lets Ethernet frames come in from the wire, beside the network's own."""
        self.tell("frames", frames=[base64.b64encode(each).decode("ascii") for each in frames])

    def flood(self, per_second: int) -> None:
        """Lets so many broadcasts a second of the board's time come in from the wire. 0 ends it."""
        self.tell("flood", perSecond=per_second)

    def type(self, data: bytes) -> None:
        """Sends bytes on the serial keypad's line."""
        if self._line is None:
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(ANSWER_DEADLINE)
            line.connect(str(self._files / "keypad"))
            self._line = line
        self._line.sendall(data)

    def press(self, *keys: str) -> None:
        """Presses and releases keys of the serial keypad, named as in `keypad`, one after the other."""
        self.type(b"".join(frame(key, pressed=down) for key in keys for down in (True, False)))

    def hold(self, key: str, down: bool) -> None:
        """Presses a key of the matrix, or lets it go."""
        for row, keys in enumerate(MATRIX):
            if key in keys:
                self.tell("key", row=row, column=keys.index(key), down=down)
                return
        raise KeypadError(f"the matrix has no key {key!r}; it has {' '.join(MATRIX)}")

    def screendump(self) -> bytes:
        """Returns the display as a PPM of 320 x 240 pixels: the same object while nothing is drawn."""
        file = self._files / "screen.ppm"
        name = self.tell("picture", file=str(file), unless=self._screendump[0])["name"]
        if name != self._screendump[0]:
            self._screendump = (name, file.read_bytes())
        return self._screendump[1]

    def memory(self, address: int, length: int) -> bytes:
        """Returns bytes of the chip's memory, between two instructions."""
        file = self._files / "memory"
        self.tell("memory", address=address, length=length, file=str(file))
        return file.read_bytes()

    def go_on(self, registers: Mapping[int, int], memory: Mapping[int, bytes]) -> None:
        """Has the processor go on with these registers, by number, and these bytes at these addresses."""
        self.tell(
            "goOn",
            registers={str(number): value for number, value in registers.items()},
            memory={str(address): data.hex() for address, data in memory.items()},
        )

    def state(self) -> dict[str, Any]:
        """Returns counters: resets, cycles, milliseconds of the board, pixels drawn, frames."""
        return self.tell("state")

    def tell(self, action: str, **arguments: Any) -> dict[str, Any]:
        """Has the emulator do something. Raises BoardError with its words when it does not."""
        if self._process.stdin is None:
            raise BoardError("the emulator takes no orders")
        try:
            self._process.stdin.write(json.dumps({"do": action, **arguments}) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise BoardError(f"the emulator is gone, boot the rig again: {self._said() or error}") from error
        answer = self._read()
        if "error" in answer:
            raise BoardError(f"the emulated board did not do {action}: {answer['error']}")
        return answer

    def close(self) -> None:
        """Ends the emulator, with all it has started, and removes its files."""
        if self._line is not None:
            self._line.close()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it has ended by itself
                self._process.stdin.close()
        try:
            self._process.wait(timeout=STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # One that was killed could not end its network.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()
        self._wire.close()
        shutil.rmtree(self._files, ignore_errors=True)

    def __enter__(self) -> EmulatedPico:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> dict[str, Any]:
        """Reads an answer: one line, and none comes that was not asked for."""
        stream = self._process.stdout
        if stream is None:
            raise BoardError("the emulator gives no answers")
        if not select.select([stream], [], [], ANSWER_DEADLINE)[0]:
            raise BoardError(f"the emulator did not answer within {ANSWER_DEADLINE:g} s; {self._said()}")
        line = stream.readline()
        if not line:
            self._process.wait(timeout=ANSWER_DEADLINE)
            raise BoardError(f"the emulator has ended, boot the rig again: {self._said() or self._ending()}")
        return json.loads(line)

    def _ending(self) -> str:
        code = self._process.returncode
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def _said(self) -> str:
        self._errors.flush()
        return (self._files / "stderr").read_text(encoding="utf-8", errors="replace").strip()


def flash(configuration: bytes | None, mac: str | None) -> bytes:
    """Returns the end of the flash with a configuration and a MAC address, as a person writes them there."""
    text = configuration or b""
    if len(text) >= SECTOR:
        raise BoardError(f"the configuration has {len(text)} bytes; {SECTOR - 1} at most")
    address = bytes.fromhex(mac.replace(":", "")) if mac else b""
    return (text.ljust(MAC_ADDRESS, ERASED) + address).ljust(KEPT, ERASED)


def with_certificates(kept: bytes, certificates: Sequence[str]) -> bytes:
    """Returns the end of the flash with the certificates (PEM) that services are trusted by."""
    for start, certificate in zip(CERTIFICATES, certificates, strict=False):
        text = certificate.encode("ascii")
        if len(text) >= SECTOR:
            raise BoardError(f"the certificate has {len(text)} bytes; {SECTOR - 1} at most")
        kept = kept[:start] + text.ljust(SECTOR, ERASED) + kept[start + SECTOR :]
    return kept
