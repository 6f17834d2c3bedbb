"""The five buttons on the board: up, down, left, right and select.

QEMU takes them from the host's keyboard, by QMP. It reports every button as pressed after power-up and
after a reset, and swallows each one's first press: `prime` spends that press, and the strategy calls it.
A test that resets the phone by other means calls it again.
"""

from __future__ import annotations

import time

import attr
from labgrid import target_factory
from labgrid.driver import Driver

from .errors import KeypadError

# The board's buttons and the host's keys QEMU takes them from.
BUTTONS = {"up": "up", "down": "down", "left": "left", "right": "right", "select": "ctrl"}

# How long a person holds a button. A firmware that looks at its buttons now and then must see it, too.
HOLD = 0.08


@target_factory.reg_driver
@attr.s(eq=False)
class ButtonsDriver(Driver):
    """Presses the buttons.

    Bindings:
        board (EmulatedBoardDriver): the board with the buttons
    """

    bindings = {"board": "EmulatedBoardDriver"}  # noqa: RUF012 - labgrid reads this class attribute

    @Driver.check_active
    def prime(self) -> None:
        """Presses and releases every button once, so that QEMU reports them as released from now on."""
        self._send([(button, down) for button in BUTTONS for down in (True, False)])

    @Driver.check_active
    def press(self, *buttons: str, seconds: float = HOLD) -> None:
        """Presses each button, holds it for so long (default: as a person does), and releases it."""
        for button in buttons:
            self._send([(button, True)])
            time.sleep(seconds)  # part of the key press itself; nothing is waited for
            self._send([(button, False)])

    def _send(self, events: list[tuple[str, bool]]) -> None:
        for button, _ in events:
            if button not in BUTTONS:
                raise KeypadError(f"the board has no button {button!r}; it has {', '.join(BUTTONS)}")
        self.board.monitor_command(
            "input-send-event",
            {
                "events": [
                    {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": BUTTONS[button]}}}
                    for button, down in events
                ]
            },
        )
