"""Sound localization: delay lines and coincidence cells (Jeffress 1948), and a head between ears.

A sound from the right reaches the right ear first.  Two lines carry the ears' events past a row
of cells from opposite ends; where the delay of the lines makes up for that of the sound, both
arrive together, and a cell that fires only for two at once says by its place where the sound is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurosim import Circuit, CircuitError, InputError, stack
from neurosim.timing import positive, whole

NEWTON_STEPS = 8  # of a root whose error, at first at most a tenth, is squared by each
MOST = 1 << 12  # cells of a row


@dataclass(frozen=True)
class Head:
    """A sphere with an ear on either side: Woodworth's (1938) way round it.

    Azimuths are degrees to the right of straight ahead, from −180 to 180; delays are seconds by
    which the sound reaches the left ear later, above 0 for a source on the right.

    Attributes
    ----------
    radius : meters
    speed : of sound, meters a second
    """

    radius: float = 0.0875
    speed: float = 343.0

    def __post_init__(self) -> None:
        positive(self.radius, "radius", "meters")
        positive(self.speed, "speed", "meters a second")

    @property
    def longest_delay(self) -> float:
        """Seconds, of a source straight beside an ear."""
        return self.radius / self.speed * (math.pi / 2 + 1)

    def delay(self, azimuth: ArrayLike) -> Any:
        """Return (r/c)·(θ + sin θ), θ the angle from the plane between the ears.

        A source behind has the same θ, and so the same delay, as its mirror image in front.

        Raises
        ------
        InputError
            An azimuth outside −180° to 180°.
        """
        angle = _numbers(azimuth, "azimuth", "degrees")
        if not (np.abs(angle) <= 180).all():
            raise InputError(
                f"an azimuth is from −180° to 180° (got {angle[~(np.abs(angle) <= 180)][0]:g}°)"
            )
        aside = np.where(np.abs(angle) > 90, np.copysign(180, angle) - angle, angle)
        theta = np.radians(aside)
        found = self.radius / self.speed * (theta + np.sin(theta))
        return found if found.ndim else float(found)

    def azimuth(self, delay: ArrayLike) -> Any:
        """Return the azimuth in front, −90° to 90°, from which sound has this delay.

        By Newton's method, which comes to the root of a concave function from below.

        Raises
        ------
        InputError
            A delay longer than the head's longest.
        """
        seconds = _numbers(delay, "delay", "seconds")
        too_long = ~(np.abs(seconds) <= self.longest_delay * (1 + 1e-12))
        if too_long.any():
            raise InputError(
                f"no source has a delay of {1e6 * seconds[too_long][0]:.0f} µs: the longest round "
                f"this head is {1e6 * self.longest_delay:.0f} µs"
            )
        goal = np.abs(seconds) * self.speed / self.radius
        theta = goal / 2
        for _ in range(NEWTON_STEPS):
            theta = theta - (theta + np.sin(theta) - goal) / (1 + np.cos(theta))
        found = np.copysign(np.degrees(np.minimum(theta, np.pi / 2)), seconds)
        return found if found.ndim else float(found)


def _numbers(values: ArrayLike, what: str, unit: str) -> np.ndarray:
    """Return numbers as an array, or raise."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"{what} must be a number of {unit}, or an array (got {values!r})"
        ) from None


def best_delays(cells: int = 31, spacing: float = 50e-6) -> np.ndarray:
    """Return the delay of sound, in seconds, for which each cell of `coincidence_cells` fires."""
    cells, spacing = _row(cells, spacing)
    return (np.arange(cells) - cells // 2) * spacing


def coincidence_cells(cells: int = 31, spacing: float = 50e-6) -> Circuit:
    """Return a row of cells, each of which fires when its two delayed inputs do so together.

    Cell i hears the left ear's line after (n − 1 − i) taps and the right ear's after i, a tap
    being half the spacing, and fires for a sound that reaches the left ear (i − (n − 1)/2)·spacing
    later than the right one.

    Parameters
    ----------
    cells
        n, odd: the middle one stands for straight ahead.
    spacing
        Seconds from one cell's best delay to the next one's.  A run takes steps of half of it, or
        of a whole part of that.

    Returns
    -------
    Inputs "left" and "right", 0 or 1; output "cells", (n,).

    Raises
    ------
    CircuitError
        An even number of cells.
    """
    cells, spacing = _row(cells, spacing)
    circuit = Circuit("coincidence cells")
    left, right = circuit.inputs("left", "right")
    tap = spacing / 2
    from_left = stack(left.delay((cells - 1 - i) * tap) for i in range(cells))
    from_right = stack(right.delay(i * tap) for i in range(cells))
    circuit.output(circuit.binary("cells", excite=from_left + from_right, threshold=2))
    return circuit


def delay_map(cells: int = 31, spacing: float = 50e-6) -> Circuit:
    """Return `coincidence_cells` and behind each a cell that counts: the delay's place code.

    A counting cell excites itself with weight 1, and so keeps what it has heard.

    Parameters
    ----------
    cells, spacing
        As `coincidence_cells`.

    Returns
    -------
    Inputs "left" and "right", 0 or 1; output "counts", (n,): in how many steps each has fired.

    Raises
    ------
    CircuitError
        An even number of cells.
    """
    circuit = Circuit("delay map")
    left, right = circuit.inputs("left", "right")
    row = coincidence_cells(cells, spacing)(left, right)
    counts = circuit.rate("counts", excite=row, transfer="identity")
    circuit.output(circuit.connect(counts, excite=counts))
    return circuit


def _row(cells: int, spacing: float) -> tuple[int, float]:
    """Return a row's number of cells and the spacing of their delays, or raise."""
    if whole(cells, "cells", 1, MOST) % 2 == 0:
        raise CircuitError(
            f"coincidence cells need one in the middle, so an odd number (got {cells})"
        )
    return cells, positive(spacing, "spacing", "seconds")
