"""AND and OR, which the rule learns, as circuits that are proved; and XOR, which it does not."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from circuits.perceptron import trained_perceptron
from neurosim.learning import perceptron_rule, separable
from neurosim.learning.separation import meeting
from neurosim.plotting import COLOURS
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TABLE = np.array(list(product((0, 1), repeat=2)))
# What each answers, Novikoff's bound, and the mistakes in the order of the table.
GATES = {
    "AND": (lambda x, y: x & y, 51, 18, "blue", "o-"),
    "OR": (lambda x, y: x | y, 27, 9, "vermillion", "s-"),
}
XOR = np.array([-1, 1, 1, -1])
PASSES = 100
SHOWN = 12  # changes of XOR's weights


def check_gates(result: Result, ax: Axes) -> None:
    """AND and OR: their mistakes, and the circuits."""
    rows = []
    for name, (gate, bound, mistakes, colour, look) in GATES.items():
        labels = [gate(x, y) for x, y in TABLE.tolist()]
        found = perceptron_rule(TABLE, labels)
        result.claim(f"{name}: mistakes", found.mistakes, mistakes)
        result.claim(f"{name}: the bound (R/γ)²", found.bound, bound, tolerance=1e-9)
        proof = trained_perceptron(found, inputs=("x", "y")).check(gate)
        result.claim(
            f"{name}: the trained neuron, a circuit, is proved on all 4 inputs", bool(proof)
        )
        literal = perceptron_rule(TABLE, labels, only_mistakes=False, passes=PASSES)
        result.claim(
            f"{name} by the literal Δw = XᵖYᵖ, right or wrong: rows answered rightly after "
            f"{PASSES} passes",
            int((literal(TABLE) == labels).sum()),
            3,
        )
        rows.append((name, *found.weights.tolist(), found.bias, found.mistakes, found.bound))
        total = np.append(0, found.mistakes_by_pass.cumsum())
        ax.plot(total, look, color=COLOURS[colour], label=name, markersize=3)
        ax.axhline(bound, color=COLOURS[colour], linestyle="--", linewidth=0.8)
        ax.annotate(
            f"bound of {name}: {bound}", (0, bound), (2, 2), textcoords="offset points",
            color=COLOURS[colour],
        )  # fmt: skip
        ax.annotate(
            f"{found.mistakes}", (len(total) - 1, total[-1]), (4, 0), textcoords="offset points",
            va="center", color=COLOURS[colour],
        )  # fmt: skip
    result.table("gates", ("gate", "w1", "w2", "bias", "mistakes", "bound"), rows)
    ax.set(xlabel="passes made", ylabel="mistakes in all", ylim=(-2, 62), xticks=range(0, 10, 3))
    ax.legend(loc="center right", bbox_to_anchor=(1, 0.62))
    ax.set_title("AND and OR: fewer mistakes than the bound")


def check_xor(result: Result, ax: Axes) -> None:
    """XOR: why no line parts it, and how its weights go round."""
    result.claim("XOR: a line parts its classes", separable(TABLE, XOR), False)
    met = meeting(TABLE.astype(float), XOR.astype(float))
    shares = np.zeros(4) if met is None else met.shares[np.argsort(met.rows)]
    result.claim(
        "XOR: the mean of its 1s is the mean of its 0s, which no line can part: the four shares",
        shares, [0.25] * 4, tolerance=1e-12,
    )  # fmt: skip
    found = perceptron_rule(TABLE, XOR, passes=PASSES)
    result.claim(f"XOR: mistakes in each of {PASSES} passes", found.mistakes_by_pass, [4] * PASSES)
    result.claim("XOR: the weights come back to 0 after every pass", not found.history[::4].any())
    looks = zip(
        ("$w_1$", "$w_2$", "$b$"), ("blue", "vermillion", "green"), ("o-", "s--", "^:"), strict=True
    )
    for values, (name, colour, look) in zip(found.history[: SHOWN + 1].T, looks, strict=True):
        ax.plot(values, look, color=COLOURS[colour], label=name, markersize=3.5)
    ax.set(xlabel="mistakes made", ylabel="weight", ylim=(-1.3, 2.1), xticks=range(0, SHOWN + 1, 4))
    ax.legend(loc="upper center", ncols=3)
    ax.set_title("XOR: the weights go in a circle, four mistakes a round")


def draw_circuit_of_and(result: Result) -> None:
    """The neuron that learned AND, as it is drawn everywhere here."""
    gate, *_ = GATES["AND"]
    found = perceptron_rule(TABLE, [gate(x, y) for x, y in TABLE.tolist()])
    result.figure("circuit", trained_perceptron(found, inputs=("x", "y")).draw())
