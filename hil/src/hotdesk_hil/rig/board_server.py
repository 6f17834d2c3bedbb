"""`python -m hotdesk_hil.rig.board_server`: an emulated board for a rig on another machine.

labgrid's exporter starts it while somebody has acquired the board's place, see `exporter`. It runs the
board of a rig file: power, image, configuration, keys, display, memory. The phone's drivers and its network
are at the rig. Whoever reaches the port has the board and nothing else of this machine: only what is listed
here can be called, and no path or command comes from outside.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc

from .blame import rig_error
from .capabilities import TARGET, environment
from .errors import RigError
from .protocols import BoardKeysProtocol, CardProtocol, ConfigurationProtocol, ImageProtocol, MemoryProtocol
from .rig import rig_file
from .tunnel import CABLE, CALL, OPTIONS, SERVICE, BoardsHalf, pack, unpack

# One for the cable, one for calls, and some that are told that the board is taken.
THREADS = 6
# What a board's driver does without any help.
OF_THE_BOARD = {
    *("on", "cycle", "reset", "send", "time", "hold", "set_link", "read_memory", "go_on"),
    *("receive", "flood", "arrived", "counters", "fail_power"),
}
OF_THE_CONFIGURATION = {"write", "config", "remove"}


class ServedBoard:
    """The board of a rig file, for one rig at a time."""

    def __init__(self, name: str) -> None:
        self._target = environment(rig_file(name)).get_target(TARGET)
        self._board: Any = self._target.get_driver(ImageProtocol, activate=False)
        self._configuration: Any = self._target.get_driver(ConfigurationProtocol, activate=False)
        self._files = Path(tempfile.mkdtemp(prefix="hotdesk-served-"))
        self._taken = threading.Lock()
        self._turn = threading.Lock()
        self._calls: dict[str, Callable[..., Any]] = {
            each.__name__: each
            for each in (self.facts, self.load, self.activate, self.off, self.picture, self.log)
        }

    def call(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        """Answers a call: a name and its arguments."""
        context.set_compression(grpc.Compression.Gzip)
        try:
            name, *arguments = unpack(request)
            with self._turn:
                return pack(self._called(name)(*arguments))
        except Exception as error:
            # What is wrong with the call is told as well as what is wrong with the board.
            said = str(rig_error(error) or error)
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, said)
            raise

    def cable(self, frames: Iterable[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        """Carries frames, and holds the board for this rig until its end. The first frame is empty."""
        if not self._taken.acquire(blocking=False):
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "the board is in use by another run")
        wire = self._board.wire = BoardsHalf()
        context.add_callback(wire.far.end)
        arriving = threading.Thread(target=self._arrive, args=(wire, frames), daemon=True)
        try:
            with self._turn:
                self._target.activate(self._configuration)
            arriving.start()
            yield b""
            yield from wire.far.leaving()
        finally:
            self.leave()
            self._taken.release()

    def leave(self) -> None:
        """Switches off, and removes the configuration: it holds a certificate."""
        with self._turn:
            self.off()
            self._target.deactivate(self._configuration)

    def close(self) -> None:
        """Ends all of it."""
        self.leave()
        self._target.cleanup()
        shutil.rmtree(self._files, ignore_errors=True)

    def facts(self) -> dict[str, Any]:
        """What does not change: the keys on the board, first address and size of its memory."""
        keys = self._board.keys if isinstance(self._board, BoardKeysProtocol) else ()
        ram = self._board.ram if isinstance(self._board, MemoryProtocol) else None
        return {"keys": list(keys), "ram": None if ram is None else [ram.start, ram.size]}

    def load(self, image: bytes) -> None:
        """Takes an image, which the board runs from the next power on."""
        file = self._files / "phone"
        file.write_bytes(image)
        self._board.load(str(file))

    def activate(self, mac: str) -> None:
        """Makes the board ready to be switched on, with this MAC address."""
        self._board.mac = mac
        self._target.activate(self._board)

    def off(self) -> None:
        """Switches off."""
        self._target.deactivate(self._board)

    def picture(self) -> list[Any]:
        """Returns what the display shows: width, height, pixels, colours."""
        picture = self._board.picture()
        return [picture.width, picture.height, picture.pixels, list(picture.colours)]

    def log(self) -> bytes:
        """Returns what was logged since the last call."""
        return self._board.logged(None)

    def _called(self, name: str) -> Callable[..., Any]:
        if not self._taken.locked():
            raise RigError("the board is not in use: its cable comes first")
        if name in self._calls:
            return self._calls[name]
        if name in OF_THE_BOARD and hasattr(self._board, name):
            return getattr(self._board, name)
        if name == "remove" and not isinstance(self._configuration, CardProtocol):
            raise RigError("the board has no slot for a card")
        if name in OF_THE_CONFIGURATION:
            return getattr(self._configuration, name)
        raise RigError(f"the board cannot {name!r}: is hotdesk-hil the same on both machines?")

    def _arrive(self, wire: BoardsHalf, frames: Iterable[bytes]) -> None:
        with suppress(grpc.RpcError):  # the rig is gone
            wire.arrive(frames)


def serve(name: str, address: str) -> None:
    """Serves a board at this address and port until the input ends."""
    board = ServedBoard(name)
    handlers = {
        CALL: grpc.unary_unary_rpc_method_handler(board.call),
        CABLE: grpc.stream_stream_rpc_method_handler(board.cable),
    }
    server = grpc.server(ThreadPoolExecutor(THREADS), options=[*OPTIONS, ("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    try:
        server.add_insecure_port(address)
        server.start()
        sys.stdin.buffer.read()
    finally:
        server.stop(None).wait()
        board.close()


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line and serves."""
    parser = argparse.ArgumentParser(prog="python -m hotdesk_hil.rig.board_server", description=__doc__)
    parser.add_argument("--rig", required=True, help="the rig file, or its name, of the board")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (%(default)s)")
    parser.add_argument("--port", type=int, required=True, help="the port to listen at")
    given = parser.parse_args(arguments)
    # Ends it in order, as the end of its input does. Ctrl-C is for the exporter, which then ends the input.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        serve(given.rig, f"{given.host}:{given.port}")
    except (RigError, RuntimeError) as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
