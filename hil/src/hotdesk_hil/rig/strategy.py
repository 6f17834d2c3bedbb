"""The states of the rig: off, on, and ready, which is a phone a person would begin to use.

The strategy owns power, configuration, keypad and log, and knows in which order they go. Each transition goes
through `off`, so a state never carries anything over from the test before. Whether the phone reaches
`ready` is the phone's business (NotShown); everything else that goes wrong on the way is the rig's
(RigError). A rig that could not be switched on or off is broken and stays so: no later transition is tried.
"""

from __future__ import annotations

import enum

import attr
from labgrid import target_factory
from labgrid.protocol import BootstrapProtocol, PowerProtocol, ResetProtocol
from labgrid.step import step
from labgrid.strategy import Strategy

from . import remote
from .blame import blamed_on_the_rig, rig_error
from .errors import RigError
from .protocols import ConfigurationProtocol, ImageProtocol
from .reader import Screen

# From power on to the idle screen: start, DHCP and the first question to the service. Measured: under 2 s.
READY_DEADLINE = 20.0


class Status(enum.Enum):
    """The state of the rig; `unknown` is before the first transition."""

    unknown = 0
    off = 1
    on = 2
    ready = 3


@target_factory.reg_driver
@attr.s(eq=False)
class PhoneStrategy(Strategy):
    """Brings the phone to a state.

    Bindings:
        image (ImageProtocol), bootstrap (BootstrapProtocol), power (PowerProtocol), resetter (ResetProtocol):
            the board
        configuration (ConfigurationProtocol): where the phone finds its configuration
        keypad (KeypadDriver), screen (ScreenDriver), log (LogDriver)
        buttons (ButtonsDriver): optional, keys on the board itself
    """

    bindings = {  # noqa: RUF012 - labgrid reads this class attribute
        "image": ImageProtocol,
        "bootstrap": BootstrapProtocol,
        "power": PowerProtocol,
        "resetter": ResetProtocol,
        "configuration": ConfigurationProtocol,
        "keypad": "KeypadDriver",
        "buttons": {"ButtonsDriver", None},
        "screen": "ScreenDriver",
        "log": "LogDriver",
    }

    status = attr.ib(default=Status.unknown)
    _loaded = attr.ib(default=None, init=False)
    starts = attr.ib(default=0, init=False)
    """How often the phone was switched on or reset from here."""

    @step(args=["status"])
    def transition(self, status: Status | str) -> None:
        """Goes to a state from any other state."""
        wanted = Status[status] if isinstance(status, str) else status
        if wanted == self.status and wanted is not Status.off:
            return
        if wanted is Status.unknown:
            raise RigError("the rig cannot be brought to 'unknown': use off, on or ready")
        if self.broken is not None:
            raise RigError(f"the rig is broken: {self.broken}") from self.broken
        try:
            if wanted is Status.off or self.status in (Status.unknown, Status.off):
                self._off()
            if wanted is not Status.off and self.status is Status.off:
                self._on()
        except Exception as error:
            # As labgrid's own strategies: what cannot be switched on or off is not tried again.
            self.broken = remote.explained(self.target, rig_error(error) or error)
            if self.broken is error:
                raise
            raise self.broken from error
        if wanted is Status.ready:
            self.screen.wait_for(f"the idle screen of {self.image.device_name}", self.is_idle, READY_DEADLINE)
            self.status = Status.ready

    @step()
    def reset(self) -> None:
        """Resets the phone, which keeps its configuration, and leaves it in `on`."""
        with blamed_on_the_rig():
            self.resetter.reset()
        self.starts += 1
        self.status = Status.on

    @step()
    def power_cycle(self) -> None:
        """Takes the power away and gives it back, with all that is kept as it was; leaves it in `on`."""
        self.log.cut()
        with blamed_on_the_rig():
            self.power.cycle()
        self.starts += 1
        self.status = Status.on

    def is_idle(self, screen: Screen) -> bool:
        """Whether this is the idle screen: the device's name, and who is logged in, as far as it is known."""
        if screen.title != self.image.device_name or not screen.body:
            return False
        return screen.body[0] == "Nobody logged in" or screen.body[0].startswith("Logged in:")

    def _on(self) -> None:
        self.target.activate(self.image)
        wanted = (self.image.kernel_path, self.image.mac)
        if self._loaded != wanted:
            self.bootstrap.load(str(self.image.kernel_path))
            self._loaded = wanted
        for driver in (self.power, self.resetter, self.keypad, self.buttons, self.screen, self.log):
            if driver is not None:
                self.target.activate(driver)
        self.power.on()
        self.starts += 1
        self.status = Status.on

    def _off(self) -> None:
        self.status = Status.unknown
        # Where the configuration is stays active: what is written next is chosen while the board is off.
        for driver in (self.log, self.screen, self.keypad, self.buttons, self.image):
            if driver is not None:
                self.target.deactivate(driver)
        self.target.activate(self.configuration)
        self.status = Status.off
