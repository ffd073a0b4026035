"""Where a sound is: by correlating the ears or by the first arrival; in Jeffress's row of cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from circuits.sound import Head, best_delays, delay_map
from neurosim.marr import Algorithm, Computation, Implementation, Marr, Reals

HEAD = Head()
CELLS = 55
SPACING = 25e-6  # seconds, between the delays of neighbouring cells
STEP = SPACING / 2  # seconds
WIDTH = 2  # steps that an event lasts
SECONDS = 0.02
DRAWN_CELLS, DRAWN_SPACING = 5, 200e-6
EVENTS = (0.002, 0.0057, 0.0081, 0.0119, 0.0163)  # seconds, at which the source clicks
WIDEST = 60.0  # degrees
TOLERANCE = 4.0  # degrees, to which the row can tell: see `resolution`
CORRELATION = "cross-correlation"
ARRIVAL = "first arrival"


def sound_localization(azimuths: Sequence[float] | Reals | None = None) -> Marr:
    """Return where a sound comes from, at three levels.

    Parameters
    ----------
    azimuths
        Degrees to the right; left out, all real numbers from −60 to 60.
    """
    return Marr(
        "sound localization",
        computation=Computation(
            "azimuth",
            lambda azimuth: azimuth,
            domain={"azimuth": Reals(-WIDEST, WIDEST) if azimuths is None else azimuths},
            axioms={
                "mirrored ears hear it on the other side": lambda f, azimuth: (
                    f(-azimuth), -f(azimuth),
                ),
            },
            tolerance=TOLERANCE,
            formula=f"azimuth of the source from what two ears hear, to {TOLERANCE:g}°",
        ),
        algorithms=[_cross_correlation(), _first_arrival()],
        implementations=[
            Implementation(
                delay_map(CELLS, SPACING), realizes=CORRELATION, encode=heard,
                decode=_place_of_the_largest, duration=SECONDS, dt=STEP, name="delay map",
                drawn=delay_map(DRAWN_CELLS, DRAWN_SPACING),
            )
        ],
    )  # fmt: skip


def resolution(azimuth: float) -> float:
    """Return how far the row's answer can be off in degrees: half a spacing and a step of delay."""
    delay = HEAD.delay(azimuth)
    late = SPACING / 2 + STEP
    longest = HEAD.longest_delay
    ends = HEAD.azimuth(np.clip([delay - late, delay + late], -longest, longest))
    return float(np.abs(ends - azimuth).max())


def heard(azimuth: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what the left and the right ear hear: 0 and 1 in time."""
    late = HEAD.delay(azimuth) / 2
    return _train(late), _train(-late)


def _train(late: float) -> np.ndarray:
    train = np.zeros(round(SECONDS / STEP), dtype=np.uint8)
    first = np.round((np.array(EVENTS) + late) / STEP).astype(int)
    for step in range(WIDTH):
        train[first + step] = 1
    return train


def _angle(delay: float) -> float:
    """Return the azimuth of a delay in seconds; longer ones than there are count as the longest."""
    return float(HEAD.azimuth(np.clip(delay, -HEAD.longest_delay, HEAD.longest_delay)))


def _place_of_the_largest(counts: np.ndarray) -> float:
    """Return what the most active cells stand for: the middle of them."""
    last = counts[-1]
    return _angle(float(best_delays(CELLS, SPACING)[last == last.max()].mean()))


class Ears(NamedTuple):
    """What two ears hear, and what is found of it."""

    left: np.ndarray
    right: np.ndarray
    coincidences: Any = None
    delay: Any = None


def _cross_correlation() -> Algorithm:
    """Count coincidences for every delay, and take the one with most."""
    farthest = CELLS // 2 * WIDTH
    lags = np.arange(-farthest, farthest + 1)

    def count(s: Ears) -> Ears:
        together = np.correlate(s.left.astype(int), s.right.astype(int), "full")
        middle = len(s.right) - 1
        return s._replace(coincidences=together[middle + lags])

    return Algorithm(
        CORRELATION,
        representation="events in time",
        encode=lambda azimuth: Ears(*heard(azimuth)),
        steps=[
            ("count coincidences at every delay", count),
            (
                "take the delay with most",
                lambda s: s._replace(delay=float(lags[s.coincidences.argmax()]) * STEP),
            ),
        ],
        decode=lambda s: _angle(s.delay),
    )


def _first_arrival() -> Algorithm:
    """Compare when the first event arrives."""
    return Algorithm(
        ARRIVAL,
        representation="events in time",
        encode=lambda azimuth: Ears(*heard(azimuth)),
        steps=[
            (
                "subtract the first arrivals",
                lambda s: s._replace(delay=float(s.left.argmax() - int(s.right.argmax())) * STEP),
            ),
        ],
        decode=lambda s: _angle(s.delay),
    )
