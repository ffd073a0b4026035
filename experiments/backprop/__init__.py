r"""Backpropagation: error signals from output to input · 誤差反向傳播 · lecture row 14

Question: How does a cell far from the output learn which way to change?
Equation: $\delta_{\mathrm{output}} = 2\,(y - t)\,f'(h)$
    $\delta_i = f'(h_i)\,\sum_j w_{ij}\,\delta_j$
    $\dfrac{\partial E}{\partial w_{ij}} = a_i\,\delta_j$
Levels: algorithm
"""

from __future__ import annotations

from typing import Literal

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .differences import compare_differences, draw_differences
from .drawing import draw_backward, draw_forward
from .example import Example
from .recursion import check_gradients, compare_recursion
from .step import descend, draw_steps


def run(
    x1: float = 0.9,
    x2: float = -0.6,
    target: float = 1.0,
    activation: Literal["sigmoid", "tanh"] = "sigmoid",
    spread: float = 1.5,
    rate: float = 0.1,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Send one example forward through a small network, and its error back.

    The lecture's "Feedforward Activation" and "Error Backpropagation" on a network of 2 inputs,
    two layers of 3 hidden cells and one output, with E = (y − t)².  A cell's error signal is
    δ = ∂E/∂h, by its net input h = Σwa + b.  It is found three ways: by the walk back over the
    record of tensors, by the recursion δ = f′(h)·Σwδ from the layer above (Rumelhart, Hinton &
    Williams 1986), and by central differences of the error.  Then ∂E/∂w = aδ, and a step of
    gradient descent lowers E by η‖∇E‖² but for what is of second order in η.

    Parameters
    ----------
    x1, x2
        The inputs of the example, from −2 to 2.
    target
        t, what the output should be, from −1 to 1.
    activation
        f of all cells.
    spread
        Standard deviation of weights and biases, from 0.1 to 3.
    rate
        η of the step, from 0.0001 to 1.
    seed
        Seed of weights and biases.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("backprop", locals(), seed)
    for name, value in (("x1", x1), ("x2", x2)):
        check_range(name, value, -2, 2)
    check_range("target", target, -1, 1)
    check_range("spread", spread, 0.1, 3)
    check_range("rate", rate, 1e-4, 1)

    example = Example.make((x1, x2), target, activation, spread, seed)
    passed = example.passed()
    compare_recursion(result, example, passed)
    check_gradients(result, example, passed)
    figure, axes = new_figure(1, 2, width="page", height=2.6)
    draw_forward(axes[0], example, passed)
    draw_backward(axes[1], example, passed)
    figure.suptitle(
        "Activity goes forward; error signals go back over the same weights"
        if result.holds
        else "Not all of these error signals are those of the recursion"
    )
    result.figure("network", figure)

    compared = compare_differences(result, example, passed)
    steps = descend(result, example, passed, rate)
    figure, axes = new_figure(1, 2, width="page", height=2.5)
    draw_differences(axes[0], compared)
    draw_steps(axes[1], steps, rate)
    figure.suptitle(
        "Error signals are slopes of E, and small steps against them lower it"
        if result.holds
        else "Not all that is claimed of these error signals holds"
    )
    result.figure("checks", figure)
    return result
