"""The Hermann grid: smudges where bright streets cross (Hermann 1870; Baumgartner 1960)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from circuits import stimuli
from circuits.retina import DifferenceOfGaussians, ganglion_cell
from circuits.stimuli import Screen
from neurosim.result import Result

from ..gaussians import gaussians, share_of_strip
from .cells import REACH, error_of_pixels
from .families import Family, claim_family

# In center radii.
STREETS = np.linspace(0.4, 4.0, 13)
STREET, PERIOD = 2.4, 13.0  # of the grid that is shown
SPARSE = 6.0  # street widths from one to the next, at most, in the curves
NEIGHBOURS = 60  # streets on each side that the closed form sums


def answer_hermann_grids(
    result: Result, field: DifferenceOfGaussians, pixel: float
) -> list[Family]:
    """How much more one cell answers at a crossing than in a street, for streets of any width."""
    reach = max(REACH * field.surround, SPARSE * STREETS[-1] * field.center / 2)
    screen = Screen.reaching(reach, pixel=pixel)
    cell = ganglion_cell(screen.shape, field, pixel=pixel)
    error = error_of_pixels(field, pixel)
    golden = field == DifferenceOfGaussians()
    families = []
    for ratio, known in ((math.inf, 0.936), (6.0, 0.949), (4.0, 1.056)):

        def measured(street: float, ratio: float = ratio) -> float:
            crossing = stimuli.hermann_grid(screen, street, ratio * street)
            between = (
                stimuli.bar(screen, street)
                if math.isinf(ratio)
                else stimuli.hermann_grid(
                    screen, street, ratio * street, at=(0, ratio * street / 2)
                )
            )
            return cell(crossing) - cell(between)

        def expected(street: float, ratio: float = ratio) -> float:
            return _crossing_effect(field, street, ratio * street)

        kind = "one crossing" if math.isinf(ratio) else f"a street every {ratio:g} widths"
        streets = STREETS * field.center
        family = Family(
            "Hermann grid", kind, streets, np.array([measured(w) for w in streets]), expected
        )
        families.append(claim_family(result, family, f"{kind}: crossing − street", error))
        _claim_flip(result, family, measured, error, known if golden else None)
    return families


def _claim_flip(
    result: Result, family: Family, measured: Callable[[float], float], error: float,
    known: float | None,
) -> None:  # fmt: skip
    """From which width of streets on the cell answers less at a crossing: if so, and sharply."""
    expected, streets = family.closed_form, family.sizes
    positive = family.expected(streets) > 0
    (turns,) = np.nonzero(positive[:-1] & ~positive[1:])
    if not len(turns):
        return
    flip = float(brentq(expected, streets[turns[0]], streets[turns[0] + 1]))
    low, high = 0.75 * flip, min(1.25 * flip, streets[-1])
    if expected(low) < 2 * error or expected(high) > -2 * error:
        return  # so slight an effect that pixels decide on its sign
    steepness = (expected(0.99 * flip) - expected(1.01 * flip)) / (0.02 * flip)
    flips = measured(low) > 0 > measured(high)
    found = float(brentq(measured, low, high, xtol=1e-5 * flip)) if flips else math.nan
    result.claim(
        f"{family.label}: the smudges are predicted for streets wider than (°)",
        found,
        flip,
        tolerance=error / steepness,
    )
    if known is not None:
        result.claim(f"{family.label}: for this cell those are (°)", found, known, tolerance=0.005)


def _crossing_effect(field: DifferenceOfGaussians, street: float, period: float) -> float:
    """Return the response at a crossing less that in a street halfway to the next one.

    Σ ±G·(1 − E)·(E − H), where E is how much of a Gaussian lies in the street that it is centered
    on (and in those that run along it), H in those that cross halfway; of one crossing
    A·Ea(1 − Ea) − B·Eb(1 − Eb), Eg = erf(w/2g).
    """
    total = 0.0
    for spread, gain, sign in gaussians(field):
        here, halfway = math.erf(street / (2 * spread)), 0.0
        if math.isfinite(period):
            streets = np.arange(-NEIGHBOURS, NEIGHBOURS + 1)
            here = share_of_strip(streets * period, street, spread).sum()
            halfway = share_of_strip((streets + 0.5) * period, street, spread).sum()
        total += sign * gain * (1 - here) * (here - halfway)
    return float(total)
