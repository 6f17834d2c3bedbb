"""An emulated board on another machine, at a place of labgrid's: its drivers, over the network.

The board runs where the exporter is (`board_server`), the phone's drivers here, and between them is the
cable, which ends in QEMU's user network on this machine: the phone reaches this machine's loopback as
10.0.2.2, as it does from a board beside it. This module must not know which board it is.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import attr
import grpc
from labgrid import target_factory
from labgrid.driver import Driver
from labgrid.protocol import ConsoleProtocol, PowerProtocol, ResetProtocol
from labgrid.resource.common import NetworkResource
from labgrid.util.proxy import proxymanager

from . import remote
from .blame import blamed_on_the_rig
from .console import READ_INTERVAL, BoardConsole
from .errors import BoardError
from .image import EmulatedImage
from .picture import Picture
from .protocols import (
    BoardKeysProtocol,
    CardProtocol,
    DisplayProtocol,
    ForeignFramesProtocol,
    FramesProtocol,
    LinkProtocol,
    MemoryProtocol,
    ProcessorProtocol,
    Ram,
    TimeProtocol,
    check_image,
)
from .tunnel import OPTIONS, NetworksHalf, channel_calls, pack, unpack
from .wire import user_network

# What serves the board starts when its place is acquired, on a machine that may be busy.
START_DEADLINE = 60.0
LOOK_AGAIN = 5.0
# A board that starts on a busy machine takes its time, see `qemu` and `pico`.
ANSWER_DEADLINE = 60.0


@target_factory.reg_resource
@attr.s(eq=False)
class NetworkEmulatedBoard(NetworkResource):
    """A board that an exporter's machine emulates while its place is acquired.

    Args:
        port (int): where it is served
        rig (str): the name of its rig file
    """

    port = attr.ib(validator=attr.validators.optional(attr.validators.instance_of(int)))
    rig = attr.ib(validator=attr.validators.instance_of(str))


@target_factory.reg_driver
@attr.s(eq=False)
class BoardConnectionDriver(Driver):
    """The connection to an emulated board, which is this rig's as long as it is active.

    Bindings:
        board (NetworkEmulatedBoard): the board
    """

    bindings = {"board": "NetworkEmulatedBoard"}  # noqa: RUF012 - labgrid reads this class attribute

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.wire = NetworksHalf()

    def on_activate(self) -> None:
        """Connects. Raises RigError where nobody answers, or another run has the board."""
        with blamed_on_the_rig():
            host, port = proxymanager.get_host_and_port(self.board)
        self._address = f"{host}:{port}"
        self._channel = grpc.insecure_channel(self._address, options=OPTIONS)
        self._call, cable = channel_calls(self._channel)
        self._wait_until_served()
        self._frames = cable(self.wire.new_far_end().leaving())
        try:
            next(self._frames)  # an empty one, when the board is ours
        except (grpc.RpcError, StopIteration) as error:
            self.on_deactivate()
            raise self._error(error) from error
        self._arriving = threading.Thread(target=self._arrive, name="cable", daemon=True)
        self._arriving.start()

    def on_deactivate(self) -> None:
        """Leaves the board, which is then off."""
        self.wire.far.end()
        self._frames.cancel()
        self._channel.close()

    def resolve_conflicts(self, client: Driver) -> None:
        """Keeps all clients active: what a board has is in several drivers."""

    @Driver.check_active
    def call(self, name: str, *arguments: object) -> Any:
        """Calls the board, see `board_server`. Raises RigError in its words, or where it is gone."""
        try:
            return unpack(self._call(pack([name, *arguments]), timeout=ANSWER_DEADLINE))
        except grpc.RpcError as error:
            raise self._error(error) from error

    def _wait_until_served(self) -> None:
        ready = grpc.channel_ready_future(self._channel)
        deadline = time.monotonic() + START_DEADLINE
        while True:
            try:
                return ready.result(LOOK_AGAIN)
            except grpc.FutureTimeoutError:
                late = BoardError(
                    f"nobody serves a board at {self._address}: what its exporter has printed says why"
                )
                found = remote.explained(self.target, late)
                if found is not late or time.monotonic() >= deadline:
                    self._channel.close()
                    raise found from None

    def _arrive(self) -> None:
        with suppress(grpc.RpcError):  # the next call says what is wrong
            self.wire.arrive(self._frames)

    def _error(self, error: Exception) -> Exception:
        code = error.code() if isinstance(error, grpc.RpcError) else None
        if code is grpc.StatusCode.FAILED_PRECONDITION:
            return BoardError(error.details())
        if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
            return BoardError(
                f"{error.details()}: a place is for one at a time, so for one worker of pytest-xdist"
            )
        said = error.details() if isinstance(error, grpc.RpcError) else "the connection ended"
        gone = f"the board at {self._address} is gone ({said}): release its place and acquire it again"
        return remote.explained(self.target, BoardError(gone))


@target_factory.reg_driver
@attr.s(eq=False)
class RemoteConfigurationDriver(Driver, CardProtocol):
    """Where the board finds its configuration: in its flash, or on a card in its slot.

    Bindings:
        connection (BoardConnectionDriver): the board
    """

    bindings = {"connection": "BoardConnectionDriver"}  # noqa: RUF012 - labgrid reads this class attribute

    @Driver.check_active
    def write(self, config: str | bytes | None) -> None:
        """Puts this text there, and forgets what was set on the phone. Takes effect at power on."""
        self.connection.call("write", config)

    def config(self) -> bytes | None:
        """Returns the text that is there."""
        return self.connection.call("config")

    @Driver.check_active
    def remove(self) -> None:
        """Leaves the slot for a card empty. Takes effect at power on."""
        self.connection.call("remove")


@target_factory.reg_driver
@attr.s(eq=False)
class RemoteBoardDriver(
    BoardConsole,
    Driver,
    EmulatedImage,
    ConsoleProtocol,
    PowerProtocol,
    ResetProtocol,
    DisplayProtocol,
    BoardKeysProtocol,
    LinkProtocol,
    FramesProtocol,
    ForeignFramesProtocol,
    MemoryProtocol,
    ProcessorProtocol,
    TimeProtocol,
):
    """The board.

    Bindings:
        connection (BoardConnectionDriver): the board

    Args:
        kernel (str): reference to the images key for the phone's image
        mac (str): the MAC address of its network interface, and so the phone's device name
        qemu_bin (str): reference to the tools key for QEMU, whose user network the phone is in
    """

    bindings = {"connection": "BoardConnectionDriver"}  # noqa: RUF012 - labgrid reads this class attribute

    kernel = attr.ib(validator=attr.validators.instance_of(str))
    mac = attr.ib(validator=attr.validators.instance_of(str))
    qemu_bin = attr.ib(default="qemu", validator=attr.validators.instance_of(str))

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.wire = self.connection.wire
        self._network: subprocess.Popen[bytes] | None = None
        self._files: Path | None = None
        self._sent: tuple[object, ...] = ()
        self._facts: dict[str, Any] | None = None
        self._log_rest = b""

    def on_activate(self) -> None:
        """Sends the image, if the board does not have it, and makes the board ready."""
        check_image(self.kernel_path)
        _ = self.device_name
        self._send_image()
        self.connection.call("activate", self.mac)

    def on_deactivate(self) -> None:
        """Switches off."""
        self.off()

    def resolve_conflicts(self, client: Driver) -> None:
        """Keeps all clients active: a console has one reader, but this board has keys, display and log."""

    @Driver.check_active
    def on(self) -> None:
        """Switches the board on."""
        if self._files is not None:
            return
        self._send_image()
        self._log_rest = b""
        self._files = Path(tempfile.mkdtemp(prefix="hotdesk-cable-"))
        try:
            self.wire.open(self._files)
            self._network = self._start_network(self._files)
            self.connection.call("on")
        except Exception:
            self._cut()
            raise

    def off(self) -> None:
        """Switches the board off, also one that is already gone."""
        if self._files is not None:
            self._cut()
            self.connection.call("off")

    @Driver.check_active
    def cycle(self) -> None:
        """Takes the power away and gives it back."""
        self._log_rest = b""
        self.connection.call("cycle")

    @Driver.check_active
    def reset(self) -> None:
        """Resets the board."""
        self.connection.call("reset")

    def send(self, data: bytes) -> None:
        """Sends bytes on the keypad's line."""
        self.connection.call("send", data)

    def logged(self, max_size: int | None) -> bytes:
        """Returns what was logged since the last call; the rest waits for the next one."""
        log = self._log_rest + self.connection.call("log")
        end = max_size or len(log)
        self._log_rest = log[end:]
        return log[:end]

    def picture(self) -> Picture:
        """Returns what the display shows."""
        if self._network is not None and self._network.poll() is not None:
            raise BoardError("QEMU's user network, which the phone is in, has ended: boot the rig again")
        width, height, pixels, colours = self.connection.call("picture")
        return Picture(width, height, pixels, tuple(tuple(colour) for colour in colours))

    def time(self) -> float:
        """Returns the board's own time."""
        return self.connection.call("time")

    @property
    def keys(self) -> Sequence[str]:
        """The keys on the board."""
        return tuple(self._known("keys"))

    def hold(self, key: str, down: bool) -> None:
        """Presses a key on the board, or lets it go."""
        self.connection.call("hold", key, down)

    def set_link(self, up: bool) -> None:
        """Plugs the cable in or out."""
        self.connection.call("set_link", up)

    def receive(self, frames: Sequence[bytes]) -> None:
        """Lets frames come in from the cable, beside those of the phone's network."""
        self.connection.call("receive", list(frames))

    def flood(self, per_second: int) -> None:
        """Lets so many broadcasts a second come in."""
        self.connection.call("flood", per_second)

    def arrived(self) -> int:
        """Returns how many frames have come in."""
        return self.connection.call("arrived")

    @property
    def ram(self) -> Ram:
        """The board's memory."""
        return Ram(*self._known("ram"))

    def read_memory(self, address: int, length: int) -> bytes:
        """Returns the bytes in the board's memory at `address`."""
        return self.connection.call("read_memory", address, length)

    def go_on(self, registers: Mapping[int, int], memory: Mapping[int, bytes]) -> None:
        """Has the processor go on with these registers, and these bytes in memory."""
        self.connection.call("go_on", registers, memory)

    def fail_power(self, writes: int) -> None:
        """Lets the power fail in the middle of a write to flash, so many from now on."""
        self.connection.call("fail_power", writes)

    def counters(self) -> dict[str, Any]:
        """Returns what the emulator counts."""
        return self.connection.call("counters")

    def _known(self, fact: str) -> Any:
        if self._facts is None:
            self._facts = self.connection.call("facts")
        return self._facts[fact]

    def _send_image(self) -> None:
        image = self.kernel_path
        this = (self.connection.wire.far, image, image.stat().st_mtime_ns)
        if self._sent != this:
            self.connection.call("load", image.read_bytes())
            self._sent = this

    def _start_network(self, folder: Path) -> subprocess.Popen[bytes]:
        """Starts QEMU's user network, joined with the wire that is open in this folder."""
        qemu = self.target.env.config.get_tool(self.qemu_bin)
        nothing = ["-M", "none", "-nodefaults", "-display", "none", "-monitor", "none", "-serial", "none"]
        try:
            network = subprocess.Popen(  # noqa: S603 - the command is ours
                [qemu, *nothing, *user_network(folder)], stdin=subprocess.DEVNULL
            )
        except FileNotFoundError as error:
            raise BoardError(f"{qemu} is not installed: install the package qemu-system-arm") from error
        deadline = time.monotonic() + START_DEADLINE
        while not self.wire.has_network:
            if network.poll() is not None or time.monotonic() >= deadline:
                network.kill()
                network.wait()
                raise BoardError(f"{qemu} does not start its user network")
            time.sleep(READ_INTERVAL)
        return network

    def _cut(self) -> None:
        """Takes the cable away."""
        self.wire.close()
        network, self._network = self._network, None
        if network is not None:
            network.kill()
            network.wait()
        if self._files is not None:
            shutil.rmtree(self._files, ignore_errors=True)
        self._files = None
