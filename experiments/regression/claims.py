"""That the folds are fair, that the angle is predicted, and that noise does not tell it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurosim.result import Result

from ..correlations import Correlation
from .folds import Fold
from .tried import Tried, ahead

ALMOST_ALL = 0.999  # of the intervals hold what is so
SURE = 3.29  # standard errors that chance exceeds once in a thousand times, to either side


def claim_fair_folds(result: Result, folds: Sequence[Fold]) -> None:
    """Claim that each original is held out once, and in its fold not learned at any angle."""
    result.claim(
        "digits that a fold both learns and holds out, at whatever angles",
        [int(np.intersect1d(*fold).size) for fold in folds],
        0,
    )
    times = np.bincount(np.concatenate([fold.held_out for fold in folds]))
    result.claim(
        "how often a digit is held out, at least and at most",
        [int(times.min()), int(times.max())],
        1,
    )


def claim_predicted(result: Result, tried: Tried, beyond_linear: bool) -> None:
    """Claim that predicted and true angles correlate, and that the baselines are farther off.

    Parameters
    ----------
    beyond_linear
        Whether angles are so wide, and digits so many, that more than a plane is learned: a small
        turn changes pixels in proportion to its angle.
    """
    each = tried.correlations()
    result.claim(
        f"predicted and true correlate by {', '.join(f'{one.r:.3f}' for one in each)}: the lower "
        "ends of the 99.9% intervals (Fisher's z)",
        [one.interval(ALMOST_ALL)[0] for one in each],
        at_least=0,
    )
    result.claim(
        "the network's squared error is surely smaller than that of the mean angle: by how many "
        "standard errors",
        ahead(tried.predicted(), tried.predicted("mean"), tried.true),
        at_least=SURE,
    )
    if beyond_linear:
        result.claim(
            "the network's squared error is surely smaller than the least-squares plane's: by how "
            "many standard errors",
            ahead(tried.predicted(), tried.predicted("plane"), tried.true),
            at_least=SURE,
        )


def claim_what_tells(
    result: Result, window: Tried, boxed: Tried, noise: Tried, by_box: bool
) -> None:
    """Claim that noise in the window tells the network nothing, and that whole digits tell more.

    Parameters
    ----------
    by_box
        Whether there are so many digits, and turns so small, that they surely do: a square box
        looks the same after a quarter turn.
    """
    of_noise = Correlation.of(noise.predicted(), noise.true)
    low, high = of_noise.interval(ALMOST_ALL)
    result.claim(
        "turned noise, smooth and in the window, tells such a network no angle: predicted and true "
        f"correlate by {of_noise.r:.3f}, and the 99.9% interval ({low:.3f} to {high:.3f}) holds 0",
        low <= 0 <= high,
    )
    if by_box:
        result.claim(
            "whole digits as they are, with boxes and sharp pixels, tell more than the window "
            "shows of them: by how many standard errors the squared error is smaller",
            ahead(boxed.predicted(), window.predicted(), window.true),
            at_least=SURE,
        )
