r"""Vanishing gradients: δ ≈ 0 far from the output · 離 output 層最遠的 δ ≈ 0 · lecture row 14

Question: Why does the error signal fade on its way back through many layers?
Equation: $\dfrac{\partial a_n}{\partial x} = \prod_{l=1}^{n} w\,f'(h_l)$
    $\overline{\delta_l^2} = N\,\mathrm{Var}(w)\;\mathrm{E}[f'^2]\;\overline{\delta_{l+1}^2}$
Levels: algorithm
"""

from __future__ import annotations

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .chains import check_chains, check_golden, draw_chains
from .learning import NETWORKS, check_learning, draw_losses, draw_movements, learn
from .wide import draw_wide, measure_wide


def run(
    weight: float = 1.0,
    length: int = 10,
    depth: int = 20,
    width: int = 64,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Follow the error signal δ from the output back through many layers.

    The lecture says that in deep networks δ ≈ 0 farthest from the output.  In a chain of single
    cells it is multiplied by w·f′(h) at each, for the logistic f by at most |w|/4.  In wide random
    networks of independent weights its mean square is multiplied by N·Var(w)·E[f′²] a layer
    (Glorot & Bengio 2010; He et al. 2015), where the net inputs' variance follows from layer to
    layer by a recursion of its own (Poole et al. 2016; Schoenholz et al. 2017).  Where a layer
    adds to what it hears (He et al. 2016) the factor is 1 and more, and δ arrives.

    Parameters
    ----------
    weight
        w of the chains' cells, from 0.1 to 4.
    length
        How many cells a chain has, from 2 to 30.
    depth
        How many layers the wide networks have, from 5 to 40.
    width
        N, how many cells each of their layers has, from 64 to 256.
    seed
        Seed of weights, inputs and samples.
    quick
        Fewer networks.
    """
    result = Result("vanishing-gradient", locals(), seed)
    check_range("weight", weight, 0.1, 4)
    check_range("length", length, 2, 30)
    check_range("depth", depth, 5, 40)
    check_range("width", width, 64, 256)

    check_golden(result)
    chains = check_chains(result, weight, length)
    wide = measure_wide(result, depth, width, 4 if quick else 8, seed)
    figure, axes = new_figure(1, 2, width="page", height=2.7, width_ratios=[1, 1.25])
    draw_chains(axes[0], chains, weight)
    draw_wide(axes[1], wide, width)
    figure.suptitle(
        "Each layer multiplies δ by f′ and weights; around a residual one it passes"
        if result.holds
        else "Not all that is claimed of δ by depth holds"
    )
    result.figure("depth", figure)

    learned = learn(NETWORKS, seed)
    check_learning(result, learned)
    figure, axes = new_figure(1, 2, width="page", height=2.5)
    draw_movements(axes[0], learned)
    draw_losses(axes[1], learned)
    figure.suptitle(
        "Where δ ≈ 0 the first layers stay as they were, and the network does not learn"
        if result.holds
        else "Not all that is claimed of these networks holds"
    )
    result.figure("learning", figure)
    return result
