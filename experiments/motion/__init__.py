r"""Motion: delay and multiply · 運動方向的偵測 · lecture row 1

Question: Which way does a pattern move, when each cell sees one spot only?
Equation: $r = (h * s_1)\,s_2 - s_1\,(h * s_2)$
    $\bar{r} = C^2\,\dfrac{\omega\tau}{1 + \omega^2\tau^2}\,\sin\dfrac{2\pi\Delta\varphi}{\lambda}$
Levels: algorithm, implementation
"""

from __future__ import annotations

from circuits.motion import Correlator, motion_detectors, multiplier
from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .aliasing import make_finer
from .directions import turn_all_ways
from .dots import draw_dots, show_dots
from .halves import turn_round
from .tuning import tune


def run(
    spacing: float = 1.0,
    tau: float = 0.05,
    contrast: float = 0.5,
    movies: int = 6,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """See motion with two receptors, a delay and a product (Hassenstein & Reichardt 1956).

    A detector's answer to drifting gratings against its closed form: over temporal frequency,
    speed, direction and stripes so fine that they seem to go backwards.  Then a cell that hears a
    whole sheet of detectors looks at random dots of which a part moves together.

    Parameters
    ----------
    spacing
        Degrees from one receptor to the other, 0.001 to 1000.
    tau
        Time constant of the delay in seconds, 0.0001 to 100.
    contrast
        Of the gratings, 0.01 to 1.
    movies
        Of random dots at each coherence, 4 to 1000.
    seed
        Of the random dots.
    quick
        Four movies at each coherence.
    """
    result = Result("motion", locals(), seed)
    check_range("spacing", spacing, 1e-3, 1e3, "°")
    check_range("tau", tau, 1e-4, 100, " s")
    check_range("contrast", contrast, 0.01, 1)
    check_range("movies", movies, 4, 1000)
    correlator = Correlator(spacing, tau)
    figure, axes = new_figure(2, 3, width="page", height=4.8)
    turn_round(result, axes[0, 0], correlator, contrast)
    tune(result, axes[0, 1:], correlator, contrast)
    turn_all_ways(result, axes[1, 0], correlator, contrast)
    make_finer(result, axes[1, 1], correlator, contrast)
    dots = show_dots(result, correlator, 4 if quick else movies, seed)
    draw_dots(axes[1, 2], dots)
    figure.suptitle("Two receptors, a delay and a product tell which way the image moves")
    result.figure("motion", figure)
    pair = motion_detectors((1, 2), correlator, pixel=spacing)
    result.figure("detector", pair.draw(depth=0, title="Hassenstein & Reichardt's detector"))
    result.figure("multiplier", multiplier().draw(title="4xy = (x + y)² − (x − y)²"))
    return result
