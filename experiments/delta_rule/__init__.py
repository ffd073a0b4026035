r"""The delta rule: learning from what is missed · Delta 學習規則 · lecture row 13

Question: With which weights does a neuron end that learns from its own error?
Equation: $\Delta w = \eta\,(t - y)\,f'(u)\,x$
    $0 < \eta < \dfrac{2}{\lambda_{\max}}$
Levels: algorithm
"""

from __future__ import annotations

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .bound import Plane, draw_curves, draw_paths, learn_below_and_above
from .linear_layers import narrow_the_middle, stop_at_xor
from .slopes import compare_forms
from .wandering import measure_wandering

STREAMS, FEWER = 64, 24  # of random patterns


def run(correlation: float = 0.7, noise: float = 0.3, seed: int = 0, quick: bool = False) -> Result:
    """Let neurons learn by Δw = η·(t − y)·f′(u)·x, and see where they end.

    A linear neuron (f′ = 1; Widrow & Hoff 1960) taught in batches ends at the least-squares
    solution, if and only if 0 < η < 2/λmax (Widrow & Stearns 1985).  Taught pattern by pattern it
    wanders about it, and by how much is known for Gaussian patterns (Feuer & Weinstein 1985).  With
    f′ the rule teaches curved neurons, too.  Two linear layers are one linear map: they stop where
    one layer does, at a mean squared error of ¼ for XOR, and through a narrow middle at that of the
    best map of so low a rank (Baldi & Hornik 1989).  Only layers that are not linear go further.

    Parameters
    ----------
    correlation
        Of the two inputs, from 0 to 0.9.
    noise
        Standard deviation of what no weights can answer in the targets, from 0.01 to 3 (arbitrary
        units).
    seed
        Of the patterns, the noise and the layers' weights at the start.
    quick
        24 streams of random patterns instead of 64.
    """
    result = Result("delta-rule", locals(), seed)
    check_range("correlation", correlation, 0, 0.9)
    check_range("noise", noise, 0.01, 3)
    plane = Plane(correlation, noise, seed)
    curves = learn_below_and_above(result, plane)

    figure, axes = new_figure(2, 3, width="page", height=4.9)
    draw_paths(axes[0, 0], plane)
    draw_curves(axes[0, 1], plane, curves)
    measure_wandering(result, axes[0, 2], correlation, noise, FEWER if quick else STREAMS, seed)
    compare_forms(result, axes[1, 0])
    stop_at_xor(result, axes[1, 1], seed)
    narrow_the_middle(result, axes[1, 2], noise, seed)
    figure.suptitle(
        "The delta rule ends at least squares, and more linear layers lead no further"
        if result.holds
        else "Not all that is claimed of the delta rule holds"
    )
    result.figure("delta-rule", figure)
    return result
