"""Chains of single cells: the slope of the last by the first is a product of w·f′."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks import Model
from neurosim.networks.initializers import Constant
from neurosim.plotting import FAINT, plot_curves
from neurosim.result import Result

from .signals import follow, plain, residual

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EPSILON = float(np.finfo(float).eps)
START = {"sigmoid": 0.0, "tanh": 0.2, "relu": 1.0, "residual, sigmoid": 0.0}  # x
# Mean and most of f′: the most that a cell of the chain multiplies δ by, where w is 1.
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}


def check_golden(result: Result) -> None:
    """Claim the known value of ten logistic cells of weight 1 without input."""
    slopes = slope_by_depth(chain("sigmoid", 1.0, 10), 0.0, "sigmoid", 1.0)
    result.claim(
        "10 logistic cells, w = 1, x = 0: the slope of the last by the input",
        float(slopes[0]), 3.88e-7, tolerance=5e-10,
    )  # fmt: skip


def check_chains(result: Result, weight: float, length: int) -> dict[str, np.ndarray]:
    """Claim each chain's closed form and bound; return |slope| by depth of the input and cells."""
    found = {}
    for name, x in START.items():
        kind = name.split()[-1]
        carried = name.startswith("residual")
        slopes = slope_by_depth(chain(name, weight, length), x, name, weight)
        by_hand = product(kind, carried, weight, length, x)
        result.claim(
            f"{name}: the slope of the last of {length} cells by the input is "
            + ("∏(1 + w·f′(x))" if carried else "∏ w·f′(h)"),
            float(slopes[0]), by_hand, relative=64 * length * (1 + weight) * EPSILON,
        )  # fmt: skip
        most = (1 + weight / 4) ** length if carried else (weight * STEEPEST[kind]) ** length
        told = "(1 + w/4)" if carried else "(w/4)" if kind == "sigmoid" else "w"
        result.claim(
            f"{name}: of its bound, {told} to the power of {length}",
            abs(float(slopes[0])) / most, at_most=1 + 64 * length * EPSILON,
        )  # fmt: skip
        if carried:
            result.claim(f"{name}: and it is 1 or more", float(slopes[0]), at_least=1.0)
        found[name] = np.abs(slopes)
    result.table(
        "chains",
        ("cells before the output", *found),
        [(length - k, *(slopes[k] for slopes in found.values())) for k in range(length)],
    )
    return found


def chain(name: str, weight: float, length: int) -> Model:
    """Return a chain of single cells of that weight, without biases."""
    make = residual if name.startswith("residual") else plain
    return make(name.split()[-1], length, 1, Constant(weight), 0)


def slope_by_depth(network: Model, x: float, name: str, weight: float) -> np.ndarray:
    """Return the slopes of what goes out by what comes into each cell, first to last."""
    found = np.array([delta[0, 0] for delta in follow(network, np.array([[x]]), np.ones((1, 1)))])
    if name.startswith("residual"):  # there the net input is what comes out of a layer
        slope = 1 + weight * _slope("sigmoid", x)
        return np.concatenate([[found[0] * slope], found[:-1]])
    return weight * found


def product(kind: str, carried: bool, weight: float, length: int, x: float) -> float:
    """Return the product of the cells' factors, by the chain rule."""
    total = 1.0
    for _ in range(length):
        if carried:
            total *= 1 + weight * _slope(kind, x)
            x += weight / (1 + np.exp(-x))
        else:
            total *= weight * _slope(kind, weight * x)
            x = _answer(kind, weight * x)
    return float(total)


def _answer(kind: str, h: float) -> float:
    return float({"sigmoid": 1 / (1 + np.exp(-h)), "tanh": np.tanh(h), "relu": max(h, 0.0)}[kind])


def _slope(kind: str, h: float) -> float:
    y = _answer(kind, h)
    return float({"sigmoid": y * (1 - y), "tanh": 1 - y * y, "relu": float(h > 0)}[kind])


def draw_chains(ax: Axes, found: dict[str, np.ndarray], weight: float) -> None:
    """Draw the slope by how many cells lie between, and the logistic chain's bound."""
    length = len(next(iter(found.values())))
    between = np.arange(length, 0, -1)
    plot_curves(ax, between, found, legend=False, marker="o", markersize=2)
    ax.plot(between, (weight / 4.0) ** between, color=FAINT, linewidth=0.8, label="$(w/4)^L$")
    ax.set(yscale="log", xlabel="cells L before the output", ylabel="slope of the output")
    ax.set_title(f"Chains of single cells, w = {weight:g}")
    ax.legend(handlelength=1.8)
