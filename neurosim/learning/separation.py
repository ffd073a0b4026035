"""Whether a plane parts two classes, how wide the gap is, and which samples stand in the way."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..errors import InputError
from .samples import labels_of, patterns_of

RULE = "separable"
TOUCHING = 1e-10  # of the longest row: nearer to 0, rounding decides on which side a plane lies
FEW = 100  # points that are all looked at together
CLOSE = 1e-12  # a nearer point that is nearer by less, relatively, is not looked for


class Nearest(NamedTuple):
    """The point of a convex hull that is nearest to 0.

    Attributes
    ----------
    point : (dimensions,)
    rows : the points that it lies between, few
    shares : of each, above 0; they add up to 1
    """

    point: np.ndarray
    rows: np.ndarray
    shares: np.ndarray


def separable(patterns: Any, labels: Any) -> bool:
    """Return whether a line, or a plane, has one class on either side, and no sample on it.

    The classes are separable or their convex hulls meet, never both (Gordan 1873).  It is decided
    in floating point, on inputs brought to one range: a gap below 10⁻¹⁰ of it counts as none.

    Parameters
    ----------
    patterns
        (samples, inputs).
    labels
        (samples,): 0 and 1, −1 and +1, or truth values.

    Raises
    ------
    InputError
        Shapes that do not fit, values that are not finite, labels of another kind or of one class.
    """
    rows = patterns_of(patterns, RULE)
    wanted = labels_of(labels, len(rows), RULE)
    if wanted.ndim != 1:
        raise InputError(
            f"{RULE}: labels must be those of one neuron, of shape ({len(rows)},) (got shape "
            f"{wanted.shape})"
        )
    return meeting(rows, wanted) is None


def meeting(patterns: np.ndarray, labels: np.ndarray) -> Nearest | None:
    """Return where the hulls of both classes meet, None where a plane parts them.

    The rows' shares α prove it: Σ αᵢ·yᵢ·(xᵢ, 1) = 0, so that one mean of each class is the same,
    and no w and b have every yᵢ·(w·xᵢ + b) above 0.

    Parameters
    ----------
    patterns
        (samples, inputs).
    labels
        (samples,), −1 and +1.
    """
    low, high = patterns.min(axis=0), patterns.max(axis=0)
    middle, reach = low / 2 + high / 2, high / 2 - low / 2
    scaled = (patterns - middle) / np.where(reach > 0, reach, 1.0)
    rows = labels[:, None] * folded(scaled)
    nearest = nearest_to_zero(rows)
    return None if _gap(rows, nearest.point) else nearest


def margin(patterns: np.ndarray, labels: np.ndarray) -> float:
    """Return γ, the largest least distance yᵢ·u·(xᵢ, 1) over all u of length 1; 0: there is none.

    It is what the u found has at least; a margin below 10⁻¹⁰ of the longest pattern is none.
    """
    rows = labels[:, None] * folded(patterns)
    return _gap(rows, nearest_to_zero(rows).point)


def folded(patterns: np.ndarray) -> np.ndarray:
    """Return patterns with the bias's input of 1 behind them, (samples, inputs + 1)."""
    return np.column_stack([patterns, np.ones(len(patterns))])


def nearest_to_zero(points: np.ndarray) -> Nearest:
    """Return the point of the convex hull of some that is nearest to 0 (Wolfe 1976).

    Few points decide; of many, the others are looked at one by one, for those that bring it
    nearer.  Among the few it is a problem of least distance (Lawson & Hanson 1974): shares above 0
    times the points are to be 0, and their sum 1, both as nearly as they can.

    Parameters
    ----------
    points
        (points, dimensions).
    """
    from scipy.optimize import nnls

    size = float(np.abs(points).max())
    near = points / size
    rows = np.arange(len(near))
    if len(near) > FEW:
        rows = np.array([np.square(near).sum(axis=1).argmin()])
    best = np.inf
    while True:
        few = near[rows]
        wanted = np.append(np.zeros(few.shape[1]), 1.0)
        shares, _ = nnls(np.vstack([few.T, np.ones(len(rows))]), wanted, maxiter=100 * len(rows))
        rows, shares = rows[shares > 0], shares[shares > 0] / shares.sum()
        point = shares @ near[rows]
        distance = float(point @ point)
        farther = near @ point
        next_one = farther.argmin()
        done = farther[next_one] >= distance * (1 - CLOSE) or next_one in rows
        if done or distance >= best:
            return Nearest(size * point, rows, shares)
        best = distance
        rows = np.append(rows, next_one)


def _gap(rows: np.ndarray, direction: np.ndarray) -> float:
    """Return the least of the rows along a direction; 0 where rounding hides whether there is."""
    length = float(np.linalg.norm(direction))
    if length == 0:
        return 0.0
    least = float((rows @ (direction / length)).min())
    longest = float(np.linalg.norm(rows, axis=1).max())
    return least if least > TOUCHING * longest else 0.0
