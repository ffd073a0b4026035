"""One step of gradient descent: how far E falls, to first order and beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks import SGD
from neurosim.plotting import COLOURS, FAINT
from neurosim.result import Result

from .example import EPSILON, TERMS, Example, Passed
from .majorants import majorize

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATES = np.geomspace(1e-4, 1, 13)
LEAST = 1e-17  # no remainder is drawn below it


@dataclass(frozen=True, eq=False)
class Steps:
    """Of steps of several rates: the first order η‖∇E‖², what is left of the fall, its bound."""

    rates: np.ndarray
    first_order: np.ndarray
    rest: np.ndarray
    bounds: np.ndarray


def descend(result: Result, example: Example, passed: Passed, rate: float) -> Steps:
    """Claim how the weights change by a step, and how far E falls; the network stays as it was."""
    network, before = example.network, example.network.get_weights()
    squared = sum(float(np.sum(slope**2)) for slope in passed.slopes)
    steepest = max(float(np.abs(slope).max()) for slope in passed.slopes)
    rates = np.unique(np.append(RATES, rate))
    rest, bounds = [], []
    for eta in rates:
        network.compile(SGD(float(eta)), "mse")
        network.train_on_batch(example.x, [[example.target]])
        after = network.get_weights()
        network.set_weights(before)
        if eta == rate:
            missed = max(
                float(np.abs(w - (v - eta * slope)).max())
                for w, v, slope in zip(after, before, passed.slopes, strict=True)
            )
            largest = max(float(np.abs(v).max()) for v in before)
            result.claim(
                f"a step of rate {rate:g} changes each weight by −ηaδ, each bias by −ηδ; off by",
                missed, at_most=TERMS * EPSILON * (largest + steepest),
            )  # fmt: skip
        steep, bent, _ = majorize(example, passed.slopes, float(eta))
        rest.append(passed.error - example.errors(after) - eta * squared)
        bounds.append(eta**2 * bent / 2 + TERMS * EPSILON * max(1.0, eta * steep))
    steps = Steps(rates, rates * squared, np.array(rest), np.array(bounds))
    result.claim(
        "at every rate E falls by η‖∇E‖², but for η²·max|E″|/2 along the gradient and rounding; "
        "of that bound",
        np.abs(steps.rest) / steps.bounds, at_most=1.0,
    )  # fmt: skip
    result.table(
        "steps",
        ("rate", "first order", "fall of E less first order", "bound of that"),
        zip(steps.rates, steps.first_order, steps.rest, steps.bounds, strict=True),
    )
    return steps


def draw_steps(ax: Axes, steps: Steps, rate: float) -> None:
    """Draw the first order, the rest, and the rest's bound against the rate."""
    rest = np.maximum(np.abs(steps.rest), LEAST)
    ax.plot(steps.rates, steps.first_order, "-", color=COLOURS["blue"], label="η‖∇E‖²")
    ax.plot(steps.rates, steps.bounds, "--", color=FAINT, label="bound of the rest")
    ax.plot(steps.rates, rest, "^", color=COLOURS["vermillion"], label="|fall of E − η‖∇E‖²|")
    ax.axvline(rate, color=FAINT, linewidth=0.6, linestyle=":")
    ax.set(xscale="log", yscale="log", xlabel="learning rate η", ylabel="fall of E")
    ax.set_ylim(top=100 * float(steps.first_order.max()))  # room for the note
    side, apart = ("right", -3) if rate > np.sqrt(RATES[0] * RATES[-1]) else ("left", 3)
    ax.annotate(
        f"given: η = {rate:g}", (rate, 1), (apart, 0), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha=side, va="top", color=FAINT,
    )  # fmt: skip
    ax.legend(
        loc="lower right", handlelength=1.6,
        frameon=True, facecolor="white", edgecolor="none", framealpha=1.0,
    )  # fmt: skip
    ax.set_title("What the first order leaves is of order η²")
