"""How many digits of the slope differences of the error find, by the length of their step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks import Tensor
from neurosim.networks.operations import logistic
from neurosim.plotting import COLOURS, FAINT
from neurosim.result import Result

from .graphs import BACKWARD
from .neuron import EPSILON, Neuron

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS = np.geomspace(1e-13, 1, 53)  # h
LONG = 1e-2  # long enough for rounding to be nothing beside the curve
# The most that derivatives of (f(u) − t)² can be, from those of the logistic f: |f′| ≤ 1/4,
# |f″| ≤ 1/(6√3), |f‴| ≤ 1/8, |f⁗| ≤ 0.13, |f⁽⁵⁾| ≤ 1/4, and |f − t| ≤ 1.
SECOND = 2 / 16 + 2 / (6 * np.sqrt(3))
THIRD = 6 / 4 / (6 * np.sqrt(3)) + 2 / 8
FIFTH = 2 / 4 + 10 / 4 * 0.13 + 20 / (6 * np.sqrt(3)) / 8
LEAST = 1e-17  # no error is drawn below it


def compare_differences(result: Result, ax: Axes, neuron: Neuron) -> None:
    """Claim how far differences can be off, and draw how far they are."""
    exact = closed_form(neuron)
    recorded = slope_by_record(neuron)
    central, forward = measure(neuron)
    missed_centrally, missed_forward = np.abs(central - exact), np.abs(forward - exact)
    rounding = 4 * neuron.rounding + 4 * EPSILON * STEPS  # of a difference of two errors
    central_bound = THIRD * STEPS**2 / 6 + rounding / STEPS
    forward_bound = SECOND * STEPS / 2 + 2 * rounding / STEPS
    result.claim(
        "central differences of the simulated neuron's error, by b: off by no more than "
        "h²·max|E‴|/6 and rounding/h, at every step h; of that bound",
        float((missed_centrally / central_bound).max()), at_most=1.0,
    )  # fmt: skip
    result.claim(
        "forward differences: off by no more than h·max|E″|/2 and rounding/h; of that bound",
        float((missed_forward / forward_bound).max()), at_most=1.0,
    )  # fmt: skip
    at = int(np.abs(STEPS - LONG).argmin())
    h = STEPS[at]
    result.claim(
        f"central differences with h = {h:.2g} are off by h²E‴/6",
        float(central[at] - exact), float(h**2 * third_derivative(neuron) / 6),
        tolerance=float(FIFTH * h**4 / 120 + rounding[at] / h),
    )  # fmt: skip
    result.claim(
        "the record's slope by b is off by rounding alone",
        abs(recorded - exact), at_most=4 * neuron.rounding,
    )  # fmt: skip
    result.table(
        "differences",
        ("h", "central", "forward", "error of central", "error of forward"),
        zip(STEPS, central, forward, missed_centrally, missed_forward, strict=True),
    )

    # The slope as a float is as far off as half the distance to the next, and so is an error of 0.
    nearest = max(float(np.spacing(abs(exact))) / 2, LEAST)
    here = max(abs(recorded - exact), nearest)
    ax.plot(STEPS, forward_bound, "--", color=COLOURS["orange"], linewidth=0.8)
    ax.plot(STEPS, central_bound, "-", color=COLOURS["blue"], linewidth=0.8)
    ax.plot(STEPS, np.maximum(missed_forward, nearest), "^", color=COLOURS["orange"])
    ax.plot(STEPS, np.maximum(missed_centrally, nearest), "o", color=COLOURS["blue"])
    ax.axhline(here, color=BACKWARD, linewidth=1.2)
    ax.set(xscale="log", yscale="log", xlabel="step h", ylabel="error of ∂E/∂b")
    ax.set_ylim(LEAST / 10, 30)
    ax.annotate("forward", (2e-3, 1e-2), color=COLOURS["orange"], ha="right")
    ax.annotate("central", (2, 1e-11), color=COLOURS["blue"], ha="right")
    ax.annotate(
        "backpropagation", (2, here), (0, 2), textcoords="offset points", color=BACKWARD,
        ha="right", va="bottom",
    )  # fmt: skip
    ax.annotate("lines: bounds", (1e-12, 3), color=FAINT)
    ax.set_title("A difference has a best step")


def closed_form(neuron: Neuron) -> float:
    """Return ∂E/∂b = 2(y − t)·f′ by hand."""
    y, slope, _, _ = _derivatives(neuron)
    return 2 * (y - neuron.target) * slope


def third_derivative(neuron: Neuron) -> float:
    """Return E‴ = 6f′f″ + 2(y − t)f‴ by hand."""
    y, first, second, third = _derivatives(neuron)
    return 6 * first * second + 2 * (y - neuron.target) * third


def _derivatives(neuron: Neuron) -> tuple[float, float, float, float]:
    """Return the logistic and its first three derivatives where the neuron stands."""
    y = 1 / (1 + np.exp(-(float(neuron.weights @ neuron.inputs) + neuron.bias)))
    first = y * (1 - y)
    return y, first, first * (1 - 2 * y), first * (1 - 6 * first)


def slope_by_record(neuron: Neuron) -> float:
    """Return ∂E/∂b by the walk back over the record."""
    w, x = (Tensor(values, dtype="float64") for values in (neuron.weights, neuron.inputs))
    b = Tensor(neuron.bias, requires_grad=True, dtype="float64")
    error = (logistic(w @ x + b) - neuron.target) ** 2
    error.backward()
    assert b.grad is not None
    return float(b.grad)


def measure(neuron: Neuron) -> tuple[np.ndarray, np.ndarray]:
    """Return central and forward differences of the simulated neuron's error, each (steps,)."""
    after, here, before = neuron.bias + STEPS, neuron.bias + 0 * STEPS, neuron.bias - STEPS
    answers = neuron.answers(np.concatenate([after, here, before]))
    later, now, earlier = np.square(answers - neuron.target).reshape(3, -1)
    return (later - earlier) / (after - before), (later - now) / (after - here)
