r"""Gradient descent: how far to step downhill · 梯度下降法 · lecture row 11

Question: How long may a step downhill be, if the error is to fall at every one?
Equation: $w_{n+1} = w_n - \alpha\,\nabla E(w_n)$
    $0 < \alpha < \dfrac{2}{L}$
Levels: algorithm
"""

from __future__ import annotations

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .bowl import Bowl, compare_momentum, draw_factors, draw_paths, move_along
from .valleys import descend_valleys


def run(curvature: float = 10.0, starts: int = 12, seed: int = 0, quick: bool = False) -> Result:
    """Show paths downhill: which step sizes lead down, what momentum gains, and where they end.

    On a quadratic bowl each step multiplies the distance along a principal axis of curvature λ by
    1 − αλ: below α = 2/λmax the error falls at every step, above it grows without end (the 2/L
    bound).  Momentum (Polyak 1964) makes the steps needed grow with √(λmax/λmin) instead of
    λmax/λmin.  On a surface of several minima a path ends in the one of its own basin, which need
    not be the lowest.

    Parameters
    ----------
    curvature
        λmax of the bowl, where λmin is 1: from 2 to 100.
    starts
        Paths on the surface of several minima, from 1 to 100.
    seed
        Seed of the places where these start.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("gradient-descent", locals(), seed)
    check_range("curvature", curvature, 2.0, 100.0)
    check_range("starts", starts, 1, 100)
    bowl = Bowl(curvature)
    figure, axes = new_figure(2, 3, width="page", height=4.7)
    draw_paths(result, axes[0, 0], axes[0, 1], bowl)
    draw_factors(result, axes[0, 2], bowl)
    compare_momentum(result, axes[1, 0], bowl)
    descend_valleys(result, axes[1, 1], axes[1, 2], starts, seed)
    figure.suptitle("Below 2/L every step leads downhill, into the valley of the start")
    result.figure("gradient-descent", figure)
    move_along(result, bowl)
    return result
