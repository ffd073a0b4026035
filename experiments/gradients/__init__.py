r"""Gradients by the record: the lecture's listing · 自動微分 · lecture row 19

Question: How does a program find the gradients of what it computed?
Equation: $c = \sum (x\,y + z)$
    $\dfrac{\partial c}{\partial x} = y, \quad \dfrac{\partial c}{\partial y} = x$
    $\dfrac{\partial c}{\partial z} = 1$
Levels: algorithm
"""

from __future__ import annotations

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .differences import compare_differences
from .listing import check_listing, draw_listing
from .neuron import Neuron, check_neuron, draw_neuron


def run(
    rows: int = 3,
    columns: int = 4,
    drive: float = 0.5,
    target: float = 1.0,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Compute gradients as TensorFlow and PyTorch do, and derive them by hand.

    The lecture's listing is a = x·y, b = a + z, c = Σb.  A tensor records what it was computed
    from, and the walk back over the record multiplies cotangents by each operation's derivative
    (Linnainmaa 1970).  On a neuron with a squared error that is backpropagation (Rumelhart, Hinton
    & Williams 1986).  Differences of the error find the same slope, but only to some digits: long
    steps miss the curve, short ones drown in rounding (Press et al. 2007, section 5.7).

    Parameters
    ----------
    rows, columns
        N and D, the shape of x, y and z: from 1 to 6, and from 1 to 8.
    drive
        u = w·x + b of the neuron, from −4 to 4.
    target
        t, what the neuron should answer, from 0 to 1.
    seed
        Seed of x, y and z, and of the neuron's inputs and weights.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("gradients", locals(), seed)
    check_range("rows", rows, 1, 6)
    check_range("columns", columns, 1, 8)
    check_range("drive", drive, -4, 4)
    check_range("target", target, 0, 1)

    listing = check_listing(result, rows, columns, seed)
    figure, ax = new_figure(width="page", height=2.9)
    draw_listing(ax, listing)
    ax.set_title(
        "The listing's gradients, walked back over the record, are those derived by hand"
        if result.holds
        else "Not all of the listing's gradients are those derived by hand"
    )
    result.figure("listing", figure)

    neuron = Neuron.with_drive(drive, target, seed)
    values = check_neuron(result, neuron)
    figure, axes = new_figure(1, 2, width="page", height=2.8, width_ratios=[2.2, 1])
    draw_neuron(axes[0], values)
    compare_differences(result, axes[1], neuron)
    figure.suptitle(
        "Backpropagation is exact to rounding, a difference as its step allows"
        if result.holds
        else "Not all that is claimed of these gradients holds"
    )
    result.figure("neuron", figure)
    return result
