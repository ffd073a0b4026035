"""Neurons of 0 and 1: OR, AND, NOT · 有 0 與 1 的神經元：加法、乘法、減法 · lecture row 2"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from circuits import logic
from neurosim import Circuit
from neurosim.plotting import new_figure
from neurosim.result import Result

# The lecture's three gates: what they are called there, how to make them, what they compute.
GATES: dict[str, tuple[str, Callable[[], Circuit], Callable[..., Any]]] = {
    "OR": ("addition: a low threshold", lambda: logic.or_(), lambda x, y: x | y),
    "AND": ("multiplication: a high threshold", lambda: logic.and_(), lambda x, y: x & y),
    "NOT": ("subtraction: inhibition", lambda: logic.not_(), lambda x: 1 - x),
}


def run(seed: int = 0, quick: bool = False) -> Result:
    """Draw the lecture's gates, prove their truth tables, and measure the thresholds they allow.

    A neuron with two exciting inputs of weight 1 is OR where its threshold is low and AND where
    it is high; an inhibiting input makes NOT.
    """
    result = Result("logic-gates", locals(), seed)
    rows = []
    for name, (_, make, spec) in GATES.items():
        gate = make()
        proof = gate.check(spec)
        result.claim(f"{name} is proved on all its inputs", proof.holds and proof.exhaustive)
        rows += [(name, *_padded(row)) for row in gate.truth_table()]
        result.figure(name.lower(), gate.draw())
    result.table("truth-tables", ("gate", "X", "Y", "Z"), rows)
    for name, make, spec in (
        ("NAND", logic.nand, lambda x, y: 1 - (x & y)),
        ("NOR", logic.nor, lambda x, y: 1 - (x | y)),
        ("XOR", logic.xor, lambda x, y: x ^ y),
        ("XNOR", logic.xnor, lambda x, y: 1 - (x ^ y)),
    ):
        proof = make().check(spec)
        result.claim(f"{name} is proved on all its inputs", proof.holds and proof.exhaustive)
    _intervals(result)
    return result


def _padded(row: tuple) -> tuple:
    """Return x, y, z of a truth table's row; NOT has no y."""
    return row if len(row) == 3 else (row[0], "", row[1])


def _intervals(result: Result) -> None:
    """The thresholds for which one neuron with two inputs of weight 1 is OR, and is AND."""
    thresholds = np.round(np.arange(-0.5, 2.75, 0.05), 2)
    neurons = Circuit("every threshold")
    x, y = neurons.inputs("x", "y")
    neurons.output(neurons.binary("z", excite=x + y, threshold=thresholds))
    x, y = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    answers = neurons(x, y)  # (patterns, thresholds)
    figure, ax = new_figure(height=2.9)
    for row, (name, goal, interval, colour) in enumerate(
        (
            ("OR", x | y, (0, 1), "#0072B2"),
            ("AND", x & y, (1, 2), "#D55E00"),
        )
    ):
        works = (answers == goal[:, None]).all(axis=0)
        inside = (thresholds > interval[0]) & (thresholds <= interval[1])
        result.claim(
            f"of {len(thresholds)} thresholds exactly those in ({interval[0]}, {interval[1]}] "
            f"make {name}",
            bool((works == inside).all()),
        )
        margins = (logic.or_() if name == "OR" else logic.and_()).margins()
        found = margins.of("z")
        result.claim(
            f"the threshold of {name} may lie between", [found.low, found.high], list(interval)
        )
        ax.plot(thresholds[works], np.full(works.sum(), row), "o", markersize=5, color=colour)
        ax.plot(thresholds[~works], np.full((~works).sum(), row), "|", markersize=6, color="0.6")
        ax.annotate(
            f"{name} for {interval[0]} < θ ≤ {interval[1]}", (np.mean(interval), row + 0.18),
            ha="center", color=colour,
        )  # fmt: skip
    ax.set(
        xlabel="threshold θ (in units of one input's weight)",
        yticks=[0, 1],
        yticklabels=["OR", "AND"],
        ylim=(-0.5, 1.6),
    )
    ax.set_title("A low threshold adds, a high one multiplies")
    result.figure("thresholds", figure)
