r"""Normalization: neurons divide by their neighbours · 神經元互相正規化 · lecture row 6

Question: What do neurons gain by dividing by their neighbours?
Equation: $R_i = \gamma\,\dfrac{D_i^{\,n}}{\sigma^n + \sum_j D_j^{\,n}}$
Levels: algorithm, implementation
"""

from __future__ import annotations

from neurosim import InputError
from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from ..titles import title_if_it_holds
from .gain_control import control_gain
from .masks import mask_across, mask_at_any_angle
from .pool import pool_of
from .ratios import keep_ratios

LEAST_C50, MOST_C50 = 0.02, 0.5
FLATTEST, STEEPEST = 1.0, 4.0


def run(c50: float = 0.15, exponent: float = 2.0, seed: int = 0, quick: bool = False) -> Result:
    """Let V1 cells divide one another, and see what a mask, a contrast and a crowd do.

    64 simple cells look at one place, at 16 orientations and four phases.  What each makes of the
    image is raised to a power and divided by the sum of all (Heeger 1992): it saturates with
    contrast, is suppressed by gratings to which it does not answer, and keeps its ratio to any
    other.

    Parameters
    ----------
    c50
        Contrast of a grating that drives the cell to half its maximum, from 0.02 to 0.5.
    exponent
        n of the equation, from 1 to 4.
    seed
        Seed of the random pools.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("normalization", locals(), seed)
    if not LEAST_C50 <= c50 <= MOST_C50:
        raise InputError(f"c50 must be a contrast from {LEAST_C50:g} to {MOST_C50:g} (got {c50:g})")
    check_range("exponent", exponent, FLATTEST, STEEPEST)
    pool = pool_of(c50, exponent)
    figure, axes = new_figure(2, 3, width="page", height=4.6)
    mask_across(result, axes[0, 0], axes[0, 1], pool, c50)
    mask_at_any_angle(result, axes[0, 2], pool)
    control_gain(result, axes[1, 0], axes[1, 1], pool, c50)
    keep_ratios(result, axes[1, 2], exponent, seed)
    figure.suptitle(
        title_if_it_holds(
            result, "Normalization: other gratings turn a cell down and leave what it prefers"
        )
    )
    result.figure("normalization", figure)
    return result
