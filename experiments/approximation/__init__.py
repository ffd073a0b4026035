r"""Universal approximation, beside Fourier · 逼近任何連續函數 (cf. 傅立葉分析) · lecture row 8

Question: How many neurons does it take to come within ε of a continuous function?
Equation: $F(x) = \sum_{i=1}^{N} v_i\,\varphi(w_i x + b_i)$
    $|F(x) - f(x)| < \varepsilon$
Levels: computation, implementation
"""

from __future__ import annotations

from typing import Literal

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .drawing import draw_errors, draw_fit
from .series import check_series
from .steps import check_rates, construct
from .targets import TARGETS
from .trained import check_training, train


def run(
    function: Literal["smooth", "kink", "root"] = "kink",
    epsilon: float = 0.1,
    steepness: float = 10.0,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Fit a continuous function by F(x) = Σ vᵢφ(wᵢx + bᵢ), to below a given ε.

    The lecture: a network of three layers approximates any continuous function (Cybenko 1989).
    First by construction: N logistic cells, each a step of the function from one of N + 1 points to
    the next, are off by no more than ω(f, 1/N)·(1 + 1/sinh(s/2)), where ω is the modulus of
    continuity and s their steepness.  Then trained, by Adam on the squared error.  Beside both
    stands the cosine series of as many terms.  Barron (1993) shows that there are networks of a
    mean square error of at most C²/N, where C is the integral of |ω| times f's Fourier transform;
    to find them by training is another matter.

    Parameters
    ----------
    function
        What is approximated on [0, 1]: ``smooth`` has all derivatives, ``kink`` is |x − 0.4|,
        ``root`` is √x, infinitely steep at 0.
    epsilon
        ε, the largest error allowed, from 0.02 to 0.5.
    steepness
        s, how much a constructed cell's drive changes from one point to the next, from 4 to 100.
    seed
        Seed of the trained networks' first weights.
    quick
        Fewer sizes of networks, trained for a shorter time.
    """
    result = Result("approximation", locals(), seed)
    check_range("epsilon", epsilon, 0.02, 0.5)
    check_range("steepness", steepness, 4, 100)

    target = TARGETS[function]
    built = construct(result, target, epsilon, steepness)
    stepped = check_rates(result, target, steepness)
    series = check_series(result, target)
    trained = train(target, seed, quick)
    check_training(result, trained)

    figure, axes = new_figure(1, 2, width="page", height=2.8)
    draw_fit(axes[0], target, built, epsilon)
    draw_errors(axes[1], target, stepped, series, trained)
    figure.suptitle(
        "Enough cells come within ε of a continuous function"
        if result.holds
        else "Not all that is claimed of these approximations holds"
    )
    result.figure("approximation", figure)
    return result
