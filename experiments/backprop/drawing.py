"""The network drawn twice: with its activities and weights, with its signals and weight changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Circle

from neurosim.plotting import COLOURS, FAINT, signed_colours

from .example import UNITS, Example, Passed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

APART, HIGH, RADIUS = 1.3, 0.8, 0.26  # inches: between layers, between cells, of a cell
THIN, THICK = 0.3, 3.0  # points
PALE = 0.75  # of the darkest colours: black numbers are read on what is left


def draw_forward(ax: Axes, example: Example, passed: Passed) -> None:
    """Draw activities in the cells, weights along the edges."""
    _edges(ax, [kernel for kernel, _ in example.weights])
    _cells(ax, passed.activities, 0)
    _layers(ax)
    _direction(ax, "activity a", 1)
    _note(ax, f"lines: weights; target t = {_number(example.target)}, E = {passed.error:.3g}")
    ax.set_title("Feedforward activation")


def draw_backward(ax: Axes, example: Example, passed: Passed) -> None:
    """Draw error signals in the cells, how each weight is to change along the edges."""
    _edges(ax, [-kernel for kernel in passed.slopes[::2]])
    largest = max(float(np.abs(signal).max()) for signal in passed.signals)
    power = int(np.floor(np.log10(largest))) - 1 if largest else 0
    _cells(ax, [None, *passed.signals], power)
    _layers(ax)
    _direction(
        ax, f"error signal δ, in units of $10^{{{power}}}$" if power else "error signal δ", -1
    )
    _note(ax, "lines: changes of weights, −aδ")
    ax.set_title("Error backpropagation")


def _place(layer: int, unit: int) -> tuple[float, float]:
    return APART * layer, HIGH * ((UNITS[layer] - 1) / 2 - unit)


def _edges(ax: Axes, kernels: list[np.ndarray]) -> None:
    """Draw lines: vermillion and full above 0, blue and dashed below, thick where large."""
    largest = max(float(np.abs(kernel).max()) for kernel in kernels) or 1.0
    for layer, kernel in enumerate(kernels):
        for (i, j), weight in np.ndenumerate(kernel):
            (x, y), (u, v) = _place(layer, i), _place(layer + 1, j)
            ax.plot(
                [x, u], [y, v], linestyle="-" if weight > 0 else (0, (4, 1.5)), zorder=1,
                color=COLOURS["vermillion" if weight > 0 else "blue"],
                linewidth=THIN + (THICK - THIN) * abs(float(weight)) / largest,
            )  # fmt: skip


def _cells(ax: Axes, values: Sequence[np.ndarray | None], power: int) -> None:
    """Draw cells in their value's colour, with the number in that power of ten; or empty."""
    largest = max(float(np.abs(v).max()) for v in values if v is not None) or 1.0
    for layer, units in enumerate(UNITS):
        shown = values[layer]
        for unit in range(units):
            value = None if shown is None else float(shown[unit])
            # The root, or what is a tenth of the largest would look like nothing.
            shade = 0.0 if value is None else np.sign(value) * np.sqrt(abs(value) / largest)
            ax.add_patch(
                Circle(
                    _place(layer, unit), RADIUS, edgecolor="black", linewidth=0.8, zorder=3,
                    facecolor=signed_colours()(0.5 + 0.5 * (1 - PALE) * shade),
                )
            )  # fmt: skip
            if value is not None:
                ax.annotate(
                    _number(value / 10.0**power), _place(layer, unit), ha="center",
                    va="center_baseline", fontsize=7, zorder=4,
                )  # fmt: skip


def _layers(ax: Axes) -> None:
    """Write what the layers are, and frame the drawing."""
    low = -HIGH - RADIUS
    names = ("input", "hidden", "hidden", "output")
    for layer, name in enumerate(names):
        ax.annotate(
            name, (APART * layer, low - 0.06), ha="center", va="top", fontsize=7.5, color=FAINT
        )
    end = APART * (len(UNITS) - 1)
    ax.set(xlim=(-0.45, end + 0.45), ylim=(low - 0.55, HIGH + RADIUS + 0.4), aspect="equal")
    ax.set_axis_off()


def _direction(ax: Axes, told: str, way: int) -> None:
    """Draw an arrow above the network, the way that what is told goes."""
    height = HIGH + RADIUS + 0.12
    ends = [APART * 0.2, APART * 2.8][::way]
    ax.annotate(
        "",
        (ends[1], height),
        (ends[0], height),
        arrowprops={"arrowstyle": "-|>", "linewidth": 0.9, "color": "black"},
    )
    ax.annotate(told, (1.5 * APART, height + 0.04), ha="center", va="bottom")


def _note(ax: Axes, told: str) -> None:
    """Write below the network what its lines are."""
    ax.annotate(told, (1.5 * APART, -HIGH - RADIUS - 0.3), ha="center", va="top", fontsize=7.5)


def _number(value: float) -> str:
    """Return a number for a cell: two digits, no power of ten, a true minus."""
    if abs(value) < 0.005:
        return "0"
    return (f"{value:.0f}" if abs(value) >= 10 else f"{value:.2f}"[:5]).replace("-", "−")
