"""A rig, opened: the labgrid environment of one board with its drivers within reach.

What a rig consists of is data, in `hil/rigs/*.yaml`. Only what differs from run to run comes from here:
the image and the MAC address, as labgrid's template values LG_KERNEL and LG_MAC. This module must not
know the phone's screens beyond "ready".
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType

from labgrid import Environment
from labgrid.exceptions import InvalidConfigError, NoConfigFoundError

# Registers the drivers under the names the rig files use.
from . import board, buttons, keypad, log, screen, sdcard, strategy
from .errors import RigError
from .font import FONT_IN_REPOSITORY
from .sdcard import PhoneConfig
from .strategy import Status

RIG_IN_REPOSITORY = Path("hil/rigs/lm3s6965evb.yaml")
KERNEL_IN_REPOSITORY = Path("firmware/boards/target/thumbv7m-none-eabi/release/hotdesk-lm3s6965evb")
DEFAULT_MAC = "00:30:94:C2:5B:15"

# labgrid takes template values from the process environment alone.
_environment_lock = threading.Lock()


def repository() -> Path:
    """Returns the repository: above the working directory, else above this file. The font tells it apart."""
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for directory in (start, *start.parents):
            if (directory / FONT_IN_REPOSITORY).is_file():
                return directory
    raise RigError(
        f"the repository with {FONT_IN_REPOSITORY} is neither above {Path.cwd()} nor above the package: "
        "run from inside it, or name rig file, cluster and image"
    )


class Rig:
    """One board on this machine. A context manager: leaving it switches off and removes all its files.

    ```python
    with Rig(kernel=Path("phone.elf")) as rig:
        rig.boot(PhoneConfig(services=["10.0.2.2:8080"]))
        print(rig.screen.look())
    ```
    """

    def __init__(
        self, kernel: Path | None = None, rig_file: Path | None = None, mac: str = DEFAULT_MAC
    ) -> None:
        kernel = kernel or repository() / KERNEL_IN_REPOSITORY
        rig_file = rig_file or repository() / RIG_IN_REPOSITORY
        with _environment_lock:
            os.environ.update(LG_KERNEL=str(kernel.absolute()), LG_MAC=mac)
            try:
                self.environment = Environment(str(rig_file))
            except (NoConfigFoundError, InvalidConfigError) as error:
                raise RigError(f"the rig cannot be described: {error.msg}") from error
        target = self.environment.get_target("main")
        if target is None:
            raise RigError(f"{rig_file} describes no target 'main'")
        self.strategy: strategy.PhoneStrategy = target.get_driver("PhoneStrategy", activate=False)
        self.board: board.EmulatedBoardDriver = self.strategy.board
        self.card: sdcard.SdCardDriver = self.strategy.card
        self.keypad: keypad.KeypadDriver = self.strategy.keypad
        self.buttons: buttons.ButtonsDriver = self.strategy.buttons
        self.screen: screen.ScreenDriver = self.strategy.screen
        self.log: log.LogDriver = self.strategy.log

    @property
    def device_name(self) -> str:
        """The name under which the service knows the phone."""
        return self.board.device_name

    def boot(
        self, config: PhoneConfig | str | bytes | None, *, card: bool = True, until: Status = Status.ready
    ) -> None:
        """Switches the phone off and on again with this configuration on its card.

        `config` None is a card without the file; `card` False is a slot without a card.
        """
        self.strategy.transition(Status.off)
        if card:
            self.card.insert(config.text() if isinstance(config, PhoneConfig) else config)
        else:
            self.card.remove()
        self.strategy.transition(until)

    def off(self) -> None:
        """Switches the phone off."""
        self.strategy.transition(Status.off)

    def __enter__(self) -> Rig:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.off()
        finally:
            self.environment.cleanup()
