"""The rule with f′: neurons that are not linear learn what no plane answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import lstsq

from neurosim import Circuit
from neurosim.learning import DeltaLearning, delta_rule, largest_rate
from neurosim.neurons import SLOPED
from neurosim.plotting import COLOURS, FAINT
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIDE = np.linspace(-2, 2, 5)
PATTERNS = np.array([(a, b) for a in SIDE for b in SIDE])
TEACHER = np.array([2.0, -1.0, 0.5])  # its two weights and its bias
PLACE = np.array([0.37, -0.61, 0.23])  # where slopes are compared; no pattern is near a kink
APART = 1e-5  # of the differences: rounding and curvature put them off by 10⁻¹⁰
PASSES = 3000
ROUNDING = 1e-24  # squared errors below it are rounding, and not drawn


def neuron(w: np.ndarray, transfer: str) -> Circuit:
    """Return a neuron with two weights and, last, a bias."""
    circuit = Circuit("neuron")
    x = circuit.inputs("x", shape=2, real=True)
    circuit.output(circuit.rate("y", drive=w[:2] @ x, bias=w[2], transfer=transfer))
    return circuit


def compare_forms(result: Result, ax: Axes) -> None:
    """Teach a linear and a logistic neuron what a logistic one answers."""
    t = np.asarray(neuron(TEACHER, "logistic")(PATTERNS))
    off = max(_slope_error(transfer, t) for transfer in SLOPED)
    result.claim(
        "a batch moves the weights down the slope of half the mean squared error, for every f: "
        "largest difference from finite differences",
        off, at_most=1e-8,
    )  # fmt: skip
    rate = largest_rate(PATTERNS)
    linear = delta_rule(PATTERNS, t, rate=rate / 2, passes=PASSES, batch=True, tolerance=0)
    # Its slope is at most ¼, so the curvature is a sixteenth at most, and the rate may be larger.
    curved = delta_rule(
        PATTERNS, t, rate=4 * rate, passes=PASSES, batch=True, transfer="logistic", tolerance=0
    )
    design = np.column_stack([PATTERNS, np.ones(len(t))])
    best = lstsq(design, t)[0]
    least = float(np.mean((t - design @ best) ** 2))
    result.claim(
        "without f′, taught by a logistic neuron: it stops at the best plane's error",
        linear.errors[-1], least, relative=1e-10,
    )  # fmt: skip
    result.claim(
        "with f′: it finds the teacher's weights, largest difference",
        np.abs(curved.path[-1] - TEACHER).max(), at_most=1e-8,
    )  # fmt: skip
    _draw(ax, {"linear": linear, "logistic, with $f'$": curved}, least)


def _slope_error(transfer: str, t: np.ndarray) -> float:
    """Return how far a small batch step is from the slope found by differences, at most."""
    start = delta_rule(PATTERNS, t, rate=1.0, passes=1, batch=True, start=PLACE, transfer=transfer)
    slope = PLACE - start.path[1]
    ahead, behind = (
        np.array([_half_error(transfer, PLACE + step * axis, t) for axis in np.eye(3)])
        for step in (APART, -APART)
    )
    differences = (ahead - behind) / (2 * APART)
    return float(np.abs(slope - differences).max())


def _half_error(transfer: str, w: np.ndarray, t: np.ndarray) -> float:
    return float(np.mean((t - neuron(w, transfer)(PATTERNS)) ** 2)) / 2


def _draw(ax: Axes, learned: dict[str, DeltaLearning], least: float) -> None:
    looks = (("blue", "-"), ("vermillion", "--"))
    for (name, found), (colour, dashes) in zip(learned.items(), looks, strict=True):
        told = found.errors[found.errors > ROUNDING]
        ax.plot(np.arange(1, len(told) + 1), told, dashes, color=COLOURS[colour], label=name)
    ax.axhline(least, color=FAINT, linewidth=0.8, linestyle=":")
    ax.annotate(
        "the best plane", (PASSES, least), (0, 3), textcoords="offset points", ha="right",
        va="bottom", color=FAINT,
    )  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel="pass", ylabel="mean squared error")
    ax.set(xticks=10.0 ** np.arange(4), ylim=(ROUNDING, 30))
    ax.legend(loc="lower left")
    ax.set_title("With f′ a curved neuron learns what no plane answers")
