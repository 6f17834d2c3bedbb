"""The keys on the board itself, pressed as a person presses them.

Boards differ in which keys they have; how long one is held is here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attr
from labgrid import target_factory
from labgrid.driver import Driver

from .protocols import BoardKeysProtocol, TimeProtocol
from .waiting import pass_time

# How long a person holds a key. A firmware that looks at its keys now and then must see it, too.
HOLD = 0.08
# How long it is up before the next one goes down.
RELEASE = 0.04


@target_factory.reg_driver
@attr.s(eq=False)
class ButtonsDriver(Driver):
    """Presses the keys on the board.

    Bindings:
        board (BoardKeysProtocol): the board with the keys
        clock (TimeProtocol): the time in which they are held
    """

    bindings = {  # noqa: RUF012 - labgrid reads this class attribute
        "board": BoardKeysProtocol,
        "clock": TimeProtocol,
    }

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.watchers: list[Callable[[Sequence[str]], None]] = []
        """Called with the keys before they are pressed. They may be those of a PIN."""

    @property
    def keys(self) -> Sequence[str]:
        """The keys there are, named as in `keypad`."""
        return self.board.keys

    @Driver.check_active
    def press(self, *keys: str, seconds: float = HOLD) -> None:
        """Presses each key, holds it for so long (default: as a person does), and releases it."""
        for watcher in self.watchers:
            watcher(keys)
        # What was sent on the keypad's line before is taken by then: a hand moves.
        pass_time(self.clock, RELEASE)
        for key in keys:
            self.board.hold(key, down=True)
            pass_time(self.clock, seconds)
            self.board.hold(key, down=False)
            pass_time(self.clock, RELEASE)
