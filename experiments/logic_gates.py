r"""Neurons of 0 and 1: OR, AND, NOT · 有 0 與 1 的神經元：加法、乘法、減法 · lecture row 2

Question: Which thresholds make one neuron an OR, an AND, or a NOT?
Equation: $z = 1 \;\Leftrightarrow\; E - S \geq \theta$
Levels: computation, implementation
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from circuits import logic
from neurosim import Circuit
from neurosim.plotting import COLOURS, new_figure
from neurosim.result import Result

# The lecture's three gates: what they are called there, how to make them, what they compute.
GATES: dict[str, tuple[str, Callable[[], Circuit], Callable[..., Any]]] = {
    "OR": ("addition, a low threshold", lambda: logic.or_(), lambda x, y: x | y),
    "AND": ("multiplication, a high threshold", lambda: logic.and_(), lambda x, y: x & y),
    "NOT": ("subtraction, inhibition", lambda: logic.not_(), lambda x: 1 - x),
}


def run(seed: int = 0, quick: bool = False) -> Result:
    """Draw the lecture's gates, prove their truth tables, and measure the thresholds they allow.

    A neuron with two exciting inputs of weight 1 is OR where its threshold is low and AND where
    it is high; a neuron that an input inhibits is NOT where its threshold is about 0.

    Parameters
    ----------
    seed
        Changes nothing: nothing is random.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("logic-gates", locals(), seed)
    rows = []
    for name, (words, make, spec) in GATES.items():
        gate = make()
        proof = gate.check(spec)
        result.claim(f"{name} is proved on all its inputs", proof.holds and proof.exhaustive)
        rows += [(name, *_padded(row)) for row in gate.truth_table()]
        result.figure(name.lower(), gate.draw(title=f"{name}: {words}"))
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
    """The thresholds for which one neuron with inputs of weight 1 is OR, is AND, and is NOT."""
    thresholds = np.round(np.arange(-1.5, 2.75, 0.05), 2)
    neurons = Circuit("every threshold")
    x, y = neurons.inputs("x", "y")
    neurons.output(neurons.binary("excited", excite=x + y, threshold=thresholds))
    neurons.output(neurons.binary("inhibited", subtract=x, threshold=thresholds))
    x, y = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    answers = neurons(x, y)  # each (patterns, thresholds)
    figure, ax = new_figure(height=2.5)
    rows = (
        ("OR", answers.excited, x | y, (0, 1), COLOURS["blue"]),
        ("AND", answers.excited, x & y, (1, 2), COLOURS["vermillion"]),
        ("NOT", answers.inhibited, 1 - x, (-1, 0), COLOURS["green"]),
    )
    for row, (name, answer, goal, (low, high), colour) in enumerate(rows):
        works = (answer == goal[:, None]).all(axis=0)
        inside = (thresholds > low) & (thresholds <= high)
        result.claim(
            f"of {len(thresholds)} thresholds exactly those in ({low}, {high}] make {name}",
            bool((works == inside).all()),
        )
        found = GATES[name][1]().margins().of("z")
        result.claim(
            f"the thresholds that make {name}, as margins() gives them",
            str(found),
            f"({low}, {high}]",
        )
        first = row == 0  # one entry in the legend
        ax.plot(
            thresholds[works], np.full(works.sum(), row), "o", color=colour,
            label="is the gate" if first else None,
        )  # fmt: skip
        ax.plot(
            thresholds[~works], np.full((~works).sum(), row), "|", markersize=4, color="0.6",
            label="is not" if first else None,
        )  # fmt: skip
        ax.annotate(
            f"{low} < θ ≤ {high}".replace("-", "−"), ((low + high) / 2, row + 0.16),
            ha="center", color=colour,
        )  # fmt: skip
    ax.set(
        xlabel="threshold θ (in weights of one input)",
        ylabel="gate wanted",
        yticks=range(len(rows)),
        yticklabels=[name for name, *_ in rows],
        ylim=(-0.4, len(rows) + 0.1),
    )
    ax.legend(loc="upper left", ncols=2, handletextpad=0.3, columnspacing=1.0, borderpad=0.0)
    ax.set_title("One neuron is OR, AND or NOT, each in an interval of thresholds of its own")
    result.figure("thresholds", figure)
