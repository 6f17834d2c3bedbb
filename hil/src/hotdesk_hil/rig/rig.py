"""A rig, opened: the labgrid environment of one board with its drivers within reach.

What a rig consists of is data, in `hil/rigs/*.yaml`. Only what differs from run to run comes from here:
the image, where it is not the one the rig file names, and the MAC address. This module must not know the
phone's screens beyond "ready", nor any board.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

from labgrid.exceptions import NoDriverFoundError

from .. import package_data
from ..masking import Secrets

# Registers the drivers under the names the rig files use.
from . import (  # noqa: F401
    bench,
    buttons,
    capabilities,
    keypad,
    log,
    pico_board,
    picotool,
    probe_rs,
    qemu,
    readout,
    remote_board,
    screen,
    sdcard,
    serial_line,
    strategy,
)
from .configuration import SECRET, PhoneConfig
from .errors import RigError
from .history import History
from .protocols import (
    CardProtocol,
    ConfigurationProtocol,
    ForeignFramesProtocol,
    FramesProtocol,
    ImageProtocol,
    LinkProtocol,
    MemoryProtocol,
    ProcessorProtocol,
)
from .strategy import Status
from .wire import NOTHING_WRONG, Wire

DEFAULT_RIG = "lm3s6965evb"
DEFAULT_MAC = "00:30:94:C2:5B:15"


def repository() -> Path:
    """Returns the checkout of hotdesk that this package is run from, for tests of what else is in it."""
    checkout = package_data.FOLDER.resolve().parents[2]
    if not (checkout / "firmware").is_dir():
        raise RigError("hotdesk-hil is installed, not run from a checkout: use pip install --editable")
    return checkout


def rig_file(name: str | None = None) -> Path:
    """Returns a rig file: this path, or the one of this name that comes with the package.

    None is the lm3s6965evb's. Raises RigError where there is no such file.
    """
    name = name or DEFAULT_RIG
    is_path = name.endswith((".yaml", ".yml")) or "/" in name
    found = Path(name) if is_path else package_data.RIGS / f"{name}.yaml"
    if not found.is_file():
        what = f"there is no rig file {name}" if is_path else f"no rig is named {name!r}"
        raise RigError(f"{what}: name a file, or one of {', '.join(package_data.rig_names())}")
    return found


class Rig:
    """One board. A context manager: leaving it switches off and removes all its files.

    `kernel` is the phone's image (default: the one the rig file names), `file` the rig file (default: that of
    the emulated lm3s6965evb).

    ```python
    with Rig(file=rig_file("w5500-evb-pico")) as rig:
        rig.boot(PhoneConfig(services=["10.0.2.2:8080"]))
        print(rig.screen.look())
    ```
    """

    def __init__(self, kernel: Path | None = None, file: Path | None = None, mac: str = DEFAULT_MAC) -> None:
        self.file = file or rig_file()
        self.environment = capabilities.environment(self.file)
        self.capabilities = capabilities.capabilities(self.file)
        if kernel is not None:
            self.environment.config.data.setdefault("images", {})["phone"] = str(kernel.absolute())
        self._target = self.environment.get_target(capabilities.TARGET)
        self.strategy: strategy.PhoneStrategy = self._driver(strategy.PhoneStrategy)
        self.strategy.image.mac = mac
        self.keypad: keypad.KeypadDriver = self.strategy.keypad
        self.screen: screen.ScreenDriver = self.strategy.screen
        self.log: log.LogDriver = self.strategy.log
        self.history = History(Secrets())
        """What is done with the phone and what comes of it; see `record`."""
        self.defmt_print: Path | None = None
        """The tool that puts the log into words. None: as LogDriver finds it."""
        self.lent: set[str] = set()
        """What of the board was in somebody's hands, besides keypad, screen, log and memory."""

    @property
    def name(self) -> str:
        """The name of the rig, which is that of its file."""
        return self.file.stem

    @property
    def device_name(self) -> str:
        """The name under which the service knows the phone."""
        return self.strategy.image.device_name

    @property
    def kernel(self) -> Path:
        """The image the board runs."""
        return self.strategy.image.kernel_path

    @property
    def is_on(self) -> bool:
        """Whether the board has power."""
        return self.strategy.status in (Status.on, Status.ready)

    @property
    def board_name(self) -> str:
        """The board in words, as the rig file has it under the option `board`; else the rig's name."""
        return str(self.environment.config.get_target_option(capabilities.TARGET, "board", self.name))

    def record(self, history: History) -> None:
        """Notes from now on in this history what is done with the phone."""
        before, self.history = self.history, history
        keys = [self.keypad] if self.strategy.buttons is None else [self.keypad, self.strategy.buttons]
        for watched, old, new in [
            (self.screen, before.saw, history.saw),
            *((each, before.pressed, history.pressed) for each in keys),
        ]:
            if old in watched.watchers:
                watched.watchers.remove(old)
            watched.watchers.append(new)

    def log_text(self) -> str:
        """Returns the phone's log since power on in words. Raises LogError where no tool for it is found."""
        return self.log.text(self.defmt_print, self.kernel)

    def time(self) -> float:
        """Returns seconds in the board's own time, which stands still where this machine is too busy."""
        return self.screen.clock.time()

    @property
    def board(self) -> Any:
        """The board's driver, for the rig's own tests: what only one board has."""
        return self._lend("the board's driver", ImageProtocol)

    @property
    def configuration(self) -> ConfigurationProtocol:
        """Where the phone finds its configuration."""
        return self._lend("the configuration", ConfigurationProtocol)

    @property
    def buttons(self) -> buttons.ButtonsDriver:
        """The keys on the board itself."""
        return self._lend("the keys on the board", buttons.ButtonsDriver)

    @property
    def card(self) -> CardProtocol:
        """The slot for an SD card."""
        return self._lend("the card", CardProtocol)

    @property
    def memory(self) -> MemoryProtocol:
        """The board's memory, to be read."""
        return self._driver(MemoryProtocol)

    @property
    def processor(self) -> ProcessorProtocol:
        """The board's processor, as a debugger has it."""
        return self._lend("the processor", ProcessorProtocol)

    @property
    def link(self) -> LinkProtocol:
        """The network cable."""
        return self._lend("the cable", LinkProtocol)

    @property
    def frames(self) -> Wire:
        """The Ethernet frames on the cable: what goes wrong with them, and a record."""
        return self._lend("the frames", FramesProtocol).wire

    @property
    def foreign_frames(self) -> ForeignFramesProtocol:
        """Frames of others on the same network."""
        return self._lend("frames of others", ForeignFramesProtocol)

    def boot(
        self, config: PhoneConfig | str | bytes | None, *, card: bool = True, until: Status = Status.ready
    ) -> None:
        """Switches the phone off and on again with this configuration, and with nothing that was set on it.

        `config` None is no configuration: on a card, a card without the file. `card` False is a slot without
        a card.
        """
        self.strategy.transition(Status.off)
        if card:
            text = config.text() if isinstance(config, PhoneConfig) else config
            if isinstance(text, str):
                self.history.learn(*(found[2] for found in SECRET.finditer(text)))
            self.strategy.configuration.write(text)
            if isinstance(config, PhoneConfig):
                self.strategy.configuration.write_certificates(
                    [secured.certificate for secured in config.secured]
                )
        else:
            self._driver(CardProtocol).remove()
        self.strategy.transition(until)

    def off(self) -> None:
        """Switches the phone off, where the rig is not broken. Its network is as it should be afterwards."""
        if self.strategy.broken is not None:
            return
        if "frames" in self.capabilities:
            self._driver(FramesProtocol).wire.faults = NOTHING_WRONG
        self.strategy.transition(Status.off)

    def check(self) -> None:
        """Raises RigError where the board is on and does not answer: its emulator was killed, for example."""
        if self.is_on:
            self.screen.look()

    def __enter__(self) -> Rig:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.off()
        finally:
            try:
                self.environment.cleanup()
            except Exception:
                # A broken rig has said so already.
                if self.strategy.broken is None:
                    raise

    def _lend(self, what: str, kind: type) -> Any:
        """Hands out a driver, and notes it: whoever has it may change more than a person with the keypad."""
        self.lent.add(what)
        return self._driver(kind)

    def _driver(self, kind: type) -> Any:
        try:
            return self._target.get_driver(kind, activate=False)
        except NoDriverFoundError as error:
            raise RigError(f"the rig {self.name} has no {kind.__name__}: {self.file} lists none") from error
