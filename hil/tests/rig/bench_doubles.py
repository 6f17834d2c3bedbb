"""What is on the wire of a bench: programs that note how they are called, and a board on a serial line."""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
import zlib
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rig.rzcobs import wrap

from hotdesk_hil.rig.picture import Picture
from hotdesk_hil.rig.readout import END, LAST, MARK, REQUEST

# Notes its arguments, keeps a copy of each file among them, and fails in the words of a file beside it.
PROGRAM = """#!/bin/sh
folder=$(dirname "$0")
count=$(ls "$folder/files" | wc -l)
for word in "$@"; do
    word=${word#if=}
    [ -f "$word" ] && cp "$word" "$folder/files/$count"
done
echo "$(basename "$0") $*" >> "$folder/calls"
if [ -f "$folder/fails-$(basename "$0")" ]; then cat "$folder/fails-$(basename "$0")" >&2; exit 1; fi
"""


class Programs:
    """Doubles of programs in a folder, first on the path."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.folder = folder
        (folder / "files").mkdir(parents=True)
        for name in names:
            (folder / name).write_text(PROGRAM)
            (folder / name).chmod(0o755)

    def calls(self) -> list[str]:
        """The command lines so far."""
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.is_file() else []

    def files(self) -> list[bytes]:
        """What was in the files that they were given, in the order of the calls."""
        return [path.read_bytes() for path in sorted(self.folder.glob("files/*"), key=lambda p: int(p.name))]

    def fail(self, name: str, words: str) -> None:
        """From now on this program ends with an error and says so."""
        (self.folder / f"fails-{name}").write_text(words)


def pieces(picture: Picture) -> list[bytes]:
    """Tells a picture as a test image does, without saving bytes: a run a pixel or more."""
    head = b"".join(length.to_bytes(2, "little") for length in (picture.width, picture.height))
    told = [head + b"".join(bytes(colour) for colour in picture.colours)]
    runs = bytearray()
    at = 0
    while at < len(picture.pixels):
        pixel = picture.pixels[at]
        length = 1
        while length < 200 and picture.pixels[at : at + length + 1] == bytes([pixel]) * (length + 1):
            length += 1
        runs += bytes([pixel << 3 | length]) if length < 8 else bytes([pixel << 3, length - 8])
        at += length
    told += [bytes(runs[at : at + 126]) for at in range(0, len(runs), 126)]
    numbered = [*enumerate(told), (LAST, zlib.adler32(b"".join(told)).to_bytes(4, "little"))]
    return [number.to_bytes(2, "little") + each for number, each in numbered]


class SerialBoard:
    """A board on a serial line: it shows a picture, logs a line, keeps what is typed. A context manager."""

    LOGGED = wrap(b"\x01\x02\x03") + b"\0"

    def __init__(self, picture: Picture) -> None:
        self._board, self._line = pty.openpty()
        tty.setraw(self._line)
        self.port = os.ttyname(self._line)
        self.typed = b""
        self._answer = b"".join(wrap(MARK + piece + END) + b"\0" for piece in pieces(picture)) + self.LOGGED
        self._wake, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> SerialBoard:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def unplug(self) -> None:
        """Takes the line away."""
        if self._thread.is_alive():
            os.write(self._stop, b"x")
            self._thread.join()
            for each in (self._board, self._line, self._wake, self._stop):
                os.close(each)

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._board, self._wake], [], [])
            if self._wake in ready:
                return
            self.typed += os.read(self._board, 1024)
            while REQUEST in self.typed:
                self.typed = self.typed.replace(REQUEST, b"", 1)
                os.write(self._board, self._answer)


def plug_in(resource: Any, **device: Any) -> None:
    """What udev does for a resource of a device on USB that has been plugged in."""
    usb = {"BUSNUM": "1", "DEVNUM": "7", **device.pop("properties", {})}
    resource.device = SimpleNamespace(
        subsystem="usb", device_type="usb_device", sys_name="1-2", properties=usb, children=(), **device
    )
    resource.avail = True
    resource.update()
