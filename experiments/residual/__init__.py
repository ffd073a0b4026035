r"""The 34-layer residual network and its plain twin · 34 層殘差網路 · lecture row 18

Question: How does the error reach the first of 34 layers?
Equation: $h_{l+1} = \left[h_l + g(h_l)\right]_+$
    $\delta_l = \delta_{l+1} + g'(h_l)^{T}\,\delta_{l+1}$ of cells with $h_{l+1} > 0$
Levels: algorithm
"""

from __future__ import annotations

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .blocks import check_twins
from .flow import compare_flow
from .training import compare_training

STARTS = 8  # the fewest of which one that does not learn leaves the ranks improbable by chance


def run(starts: int = STARTS, seed: int = 0, quick: bool = False) -> Result:
    """Train a residual network of 34 layers, and the same without its shortcuts, to read digits.

    Each block of two convolutions adds to what passes by, h + g(h), so that errors flow back past
    it (He et al. 2016).  Without shortcuts the δ of the layers far from the output is lost, or
    grows without measure where every layer is normalized (Yang et al. 2019), and the network
    learns late, though it has the same weights.

    Parameters
    ----------
    starts
        Random starts of each network, from 8 to 50.
    seed
        Of the weights at the start and of the order of digits.
    quick
        8 starts, fewer digits, in training the normalized twins alone.
    """
    result = Result("residual", locals(), seed)
    check_range("starts", starts, STARTS, 50)
    check_twins(result)
    figure, axes = new_figure(1, 2, width="page", height=2.9)
    compare_flow(result, axes[0], STARTS if quick else starts, seed)
    compare_training(result, axes[1], STARTS if quick else starts, seed, quick)
    figure.suptitle(
        "Past the blocks errors reach the first layers, and 34 layers learn"
        if result.holds
        else "Not all that is claimed of residual networks holds"
    )
    result.figure("residual", figure)
    return result
