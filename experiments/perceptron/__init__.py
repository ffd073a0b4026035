r"""Perceptron: learning from mistakes, and when it ends · 感知器學習規則 · lecture row 12

Question: When does learning from mistakes end, and after how many of them?
Equation: $\Delta w = y\,x\;$ after a mistake
    mistakes $\leq (R/\gamma)^2$
Levels: algorithm, implementation
"""

from __future__ import annotations

import numpy as np

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .clouds import draw_movement, learn_clouds, move_along
from .gates import check_gates, check_xor, draw_circuit_of_and
from .sets import check_bound


def run(
    points: int = 40, gap: float = 0.05, sets: int = 1000, seed: int = 0, quick: bool = False
) -> Result:
    """Show a neuron that learns from its mistakes, how many it makes, and when it never ends.

    Rosenblatt's rule (1958) adds y·x to the weights of a neuron that answers x wrongly, where y is
    the answer wanted, −1 or +1.  If a plane parts the two classes, it makes at most (R/γ)² mistakes
    (Novikoff 1962): R is the length of the longest pattern and γ the largest margin.  If none
    does, as for XOR, a mean of one class is a mean of the other, and the weights never rest.

    Parameters
    ----------
    points
        In the two clouds that are drawn, from 8 to 400, an even number.
    gap
        Least distance of each from the line between the clouds, from 0.01 to 0.5, where the clouds
        were drawn from a square of side 1 (arbitrary units).
    sets
        Random sets on which mistakes are counted, from 10 to 10000.
    seed
        Of the clouds and the sets.
    quick
        At most 100 sets.
    """
    result = Result("perceptron", locals(), seed)
    check_range("points", points, 8, 400)
    check_range("gap", gap, 0.01, 0.5)
    check_range("sets", sets, 10, 10_000)
    random = np.random.default_rng(seed)
    figure, axes = new_figure(2, 3, width="page", height=4.9)
    clouds = learn_clouds(result, random, points, gap)
    draw_movement(axes[0, 0], axes[0, 1], axes[0, 2], clouds)
    check_bound(result, axes[1, 0], random, min(sets, 100) if quick else sets)
    check_gates(result, axes[1, 1])
    check_xor(result, axes[1, 2])
    figure.suptitle(
        "Where a line parts the classes, mistakes come to an end; where none does, they never do"
        if result.holds
        else "Not all that is claimed of the rule holds"
    )
    result.figure("perceptron", figure)
    draw_circuit_of_and(result)
    move_along(result, clouds)
    return result
