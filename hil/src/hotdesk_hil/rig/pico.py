"""The emulated W5500-EVB-Pico: `hil/emulators/w5500-evb-pico` as a process with power, keys and display.

The image that a person flashes runs on a chip that this project did not write (rp2040js). Behind its network
chip is QEMU's user network: the phone reaches this machine's loopback as 10.0.2.2. All files lie in a
directory of the board's own. It must not know what the phone does.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from .errors import BoardError, KeypadError
from .keypad import frame

EMULATOR_IN_REPOSITORY = Path("hil/emulators/w5500-evb-pico")
PICO_KERNEL_IN_REPOSITORY = Path("firmware/boards/target/thumbv6m-none-eabi/release/hotdesk-w5500-evb-pico")

# What is kept of the flash, and where in it a person writes: see firmware/boards/w5500-evb-pico/src/flash.rs.
KEPT, SECTOR = 64 * 1024, 4 * 1024
MAC_ADDRESS = SECTOR
ERASED = b"\xff"

# The keys of the matrix by row and column, named as in `keypad`.
MATRIX = ("ab#*", "123u", "456d", "789c", "l0rs")

# Node and QEMU start within a second; a loaded machine may need many.
ANSWER_DEADLINE = 30.0


class EmulatedPico:
    """One board. A context manager: leaving it switches off and removes all its files.

    ```python
    with EmulatedPico(image, emulator, b"service = 10.0.2.2:8080\\n", "00:30:94:C2:5B:15") as board:
        board.power(True)
        board.press("a")
        board.picture().save("screen.png")
    ```
    """

    def __init__(self, image: Path, emulator: Path, configuration: bytes | None, mac: str) -> None:
        node = shutil.which("node")
        if node is None:
            raise BoardError("node is not installed: install Node 18 or later, or run cargo xtask setup")
        if not (emulator / "node_modules").is_dir():
            raise BoardError(f"{emulator} is not installed: run npm ci there, or cargo xtask setup")
        self._files = Path(tempfile.mkdtemp(prefix="hotdesk-pico-"))
        self.log_file = self._files / "log"
        (self._files / "flash").write_bytes(flash(configuration, mac))
        options = {name: str(self._files / name) for name in ("flash", "log", "keypad", "network")}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._errors = (self._files / "stderr").open("wb")
        self._process = subprocess.Popen(  # noqa: S603 - the command is ours
            [node, str(emulator / "src/main.mjs"), "--image", str(image), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._line: socket.socket | None = None
        self._read()

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

    def press(self, *keys: str) -> None:
        """Presses and releases keys of the serial keypad, named as in `keypad`, one after the other."""
        if self._line is None:
            self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._line.connect(str(self._files / "keypad"))
        self._line.sendall(b"".join(frame(key, pressed=down) for key in keys for down in (True, False)))

    def hold(self, key: str, down: bool) -> None:
        """Presses a key of the matrix, or lets it go."""
        for row, keys in enumerate(MATRIX):
            if key in keys:
                self.tell("key", row=row, column=keys.index(key), down=down)
                return
        raise KeypadError(f"the matrix has no key {key!r}; it has {' '.join(MATRIX)}")

    def screendump(self) -> bytes:
        """Returns the display as a PPM of 320 x 240 pixels."""
        file = self._files / "screen.ppm"
        self.tell("picture", file=str(file))
        return file.read_bytes()

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
            raise BoardError(f"the emulator is gone: {self._said() or error}") from error
        answer = self._read()
        if "error" in answer:
            raise BoardError(f"the emulated board did not do {action}: {answer['error']}")
        return answer

    def __enter__(self) -> EmulatedPico:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            self._line.close()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it has ended by itself
                self._process.stdin.close()
        try:
            self._process.wait(timeout=ANSWER_DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()
        # The flash holds the application user's certificate.
        shutil.rmtree(self._files, ignore_errors=True)

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self._process.wait(timeout=ANSWER_DEADLINE)
            raise BoardError(f"the emulator has ended: {self._said()}")
        return json.loads(line)

    def _said(self) -> str:
        self._errors.flush()
        return (self._files / "stderr").read_text(encoding="utf-8", errors="replace").strip()


def flash(configuration: bytes | None, mac: str) -> bytes:
    """Returns the end of the flash with a configuration and a MAC address, as a person writes them there."""
    text = configuration or b""
    if len(text) >= SECTOR:
        raise BoardError(f"the configuration has {len(text)} bytes; {SECTOR - 1} at most")
    address = bytes.fromhex(mac.replace(":", ""))
    kept = text.ljust(MAC_ADDRESS, ERASED) + address
    return kept.ljust(KEPT, ERASED)
