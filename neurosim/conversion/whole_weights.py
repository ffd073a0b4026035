"""Real weights of threshold units as small whole numbers that decide the same.

A unit that hears n cells of 0 and 1 meets 2ⁿ patterns.  Of those on which it fires, let the least
sum of weights be a, and of the others the greatest b: any weights and threshold that keep the two
apart decide the same.  So its weights are rounded in coarser and coarser units, the coarsest first,
until the whole sums keep apart what the real ones did.
"""

from __future__ import annotations

import numpy as np

MOST_HEARD = 20  # cells, up to which all patterns are tried
NEAR = 512  # patterns nearest to the threshold, on either side, which are tried first
EXACT = 2**62  # below which sums are NumPy's whole numbers; larger ones are Python's, and slower


def whole_weights(weights: np.ndarray, threshold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return whole weights and thresholds with which units decide as with real ones.

    A unit fires iff w·x ≥ θ, for x of 0 and 1; the sums are meant exactly, without rounding.  One
    that hears more than 20 cells keeps its numbers, all multiplied by one power of 2.

    Parameters
    ----------
    weights
        (inputs, units).
    threshold
        One number, or (units,).

    Returns
    -------
    Floats that are whole numbers: (inputs, units) and (units,).

    Examples
    --------
    >>> whole_weights(np.array([[0.73], [0.81], [-0.7]]), np.array([0.1]))
    (array([[ 1.],
           [ 1.],
           [-1.]]), array([1.]))
    """
    whole = np.zeros(weights.shape)
    bars = np.zeros(weights.shape[1])
    for unit, bar in enumerate(np.broadcast_to(threshold, bars.shape).tolist()):
        heard = np.flatnonzero(weights[:, unit])
        whole[heard, unit], bars[unit] = _unit(weights[heard, unit].tolist(), bar)
    return whole, bars


def _unit(weights: list[float], threshold: float) -> tuple[list[float], float]:
    """Return one unit's whole weights, none of its real ones 0, and its threshold."""
    *exact, bar = _multiplied([*weights, threshold])
    if len(weights) > MOST_HEARD:
        return [float(weight) for weight in exact], float(bar)
    sums = _sums(exact)
    fires = sums >= bar
    if fires.all() or not fires.any():  # it decides nothing
        return [0.0] * len(weights), 0.0 if fires.all() else 1.0
    near = np.concatenate([_nearest(sums, ~fires, bar), _nearest(sums, fires, bar)])
    most, largest = max(map(abs, exact)), 1
    while True:
        # Rounded to the nearest; with largest = most they are the exact ones, which do.
        rounded = [(2 * weight * largest + most) // (2 * most) for weight in exact]
        if _apart(rounded, fires[near], near):
            found = _apart(rounded, fires)
            if found:
                return [float(weight) for weight in rounded], float(sum(found) + 1 >> 1)
        largest = min(largest + max(1, largest // 16), most)


def _nearest(sums: np.ndarray, among: np.ndarray, bar: int) -> np.ndarray:
    """Return the numbers of a few patterns among some whose sums are nearest to the threshold."""
    numbers = np.flatnonzero(among)
    return numbers[np.abs(sums[numbers] - bar).argsort()[:NEAR]]


def _apart(
    weights: list[int], fires: np.ndarray, patterns: np.ndarray | None = None
) -> tuple[int, int] | None:
    """Return the greatest sum where a unit is silent and the least where it fires, if larger.

    On all patterns, or on some by their numbers.
    """
    if patterns is None:
        sums = _sums(weights)
    else:
        active = patterns[:, None] >> np.arange(len(weights)) & 1
        sums = active @ np.array(weights, dtype=_dtype(weights))
    silent, firing = int(sums[~fires].max()), int(sums[fires].min())
    return (silent, firing) if silent < firing else None


def _multiplied(values: list[float]) -> list[int]:
    """Return numbers as whole ones, all multiplied by the same power of 2."""
    ratios = [value.as_integer_ratio() for value in values]
    unit = max(below for _, below in ratios)
    return [above * (unit // below) for above, below in ratios]


def _sums(weights: list[int]) -> np.ndarray:
    """Return the sum of each subset of some weights, (2ⁿ,)."""
    sums = np.zeros(1, dtype=_dtype(weights))
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
    return sums


def _dtype(weights: list[int]) -> np.dtype:
    return np.dtype(np.int64 if sum(map(abs, weights)) < EXACT else object)
