"""The phases of a working day, and when in a phase a desk's turn is. Pure: no clock, no network."""

from __future__ import annotations

import math
import random

STORM, SHIFT, NIGHT = "storm", "shift", "night"
SHAPES: dict[str, tuple[str, ...]] = {
    "storm": (STORM,),
    "shift": (STORM, SHIFT),
    "night": (STORM, NIGHT),
    "day": (STORM, SHIFT, NIGHT),
}
"""The phases of each shape: everybody has logged in before the shift changes or the night comes."""


def offset(phase: str, number: int, within: float, seed: int) -> float:
    """Returns the seconds after a phase's begin at which a desk's turn is.

    They are spread over `within` seconds like people before nine o'clock: most come in the middle. The same
    `seed` gives each desk the same time again.
    """
    chance = random.Random(f"{seed} {phase} {number}").random()  # noqa: S311 (no secret)
    return within * math.acos(1 - 2 * chance) / math.pi


def forgets(number: int, share: float, seed: int) -> bool:
    """Tells whether the early person at a desk leaves without logging out."""
    return random.Random(f"{seed} forgets {number}").random() < share  # noqa: S311 (no secret)
