r"""Orientation: simple and complex cells of V1 · 方位選擇：簡單細胞與複雜細胞 · lecture row 6

Question: Where do simple cells get their orientation from, and complex cells their indifference?
Equation: $r_{\mathrm{simple}} = [g]_+^{\,n}$
    $r_{\mathrm{complex}} = \sum_{k=0}^{3}\,[g_{\,k\pi/2}]_+^{\,2}$
Levels: algorithm, implementation
"""

from __future__ import annotations

from circuits.cortex import Gabor
from circuits.stimuli import Screen
from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from ..titles import title_if_it_holds
from .contrasts import check_narrowing, compare_contrasts
from .energy import map_energy
from .gratings import FRAME
from .modulation import measure_modulation
from .rows import HIGHEST, tune_rows

PIXEL = 0.05  # of the Gabor cells, with a cycle per degree, so that degrees are cycles


def run(
    threshold: float = 0.5,
    exponent: float = 2.0,
    width: float = 0.4,
    length: float = 0.6,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Show where orientation tuning comes from, and how simple and complex cells differ.

    Hubel & Wiesel (1962): a row of LGN cells and a threshold make a cell that prefers the row's
    axis.  Gabor fields with a power law keep their tuning at any contrast, where a fixed
    threshold does not.  Four half-squared simple cells make a complex one, which answers to a
    grating wherever its stripes are (Adelson & Bergen 1985).

    Parameters
    ----------
    threshold
        Of Hubel and Wiesel's cells, as a fraction of their largest drive: from 0.1 to 0.8.
    exponent
        n of the power law, from 1 to 4.
    width
        Standard deviation of the Gabor fields across their stripes, from 0.3 to 0.7 cycles (which
        are degrees, at a cycle per degree).
    length
        Along the stripes, from 0.3 to 1.2 cycles.
    seed
        Changes nothing: nothing here is random.
    quick
        A coarser map of the complex cell's answers.
    """
    result = Result("orientation", locals(), seed)
    check_range("threshold", threshold, 0.1, HIGHEST, " of the largest drive")
    check_range("exponent", exponent, 1.0, 4.0)
    check_range("width", width, 0.3, 0.7, " cycles")
    check_range("length", length, 0.3, 1.2, " cycles")
    field = Gabor(1.0, 90.0, 90.0, width, length)
    screen = Screen.reaching(3 * max(width, length), pixel=PIXEL, frame=FRAME)
    row_ratio = tune_rows(result, threshold)
    figure, axes = new_figure(2, 3, width="page", height=4.6)
    measure_modulation(result, axes[0, 0], axes[0, 1], screen, field, exponent, row_ratio)
    map_energy(result, axes[0, 2], screen, field, quick)
    compare_contrasts(result, axes[1], screen, field, exponent)
    check_narrowing(result, screen, field, exponent)
    figure.suptitle(
        title_if_it_holds(
            result, "Simple cells follow a grating's stripes, complex cells answer to all of them"
        )
    )
    result.figure("orientation", figure)
    return result
