"""How the graph of a computation is drawn: operations, and arrows both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Circle

from neurosim.plotting import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORWARD, BACKWARD = COLOURS["black"], COLOURS["green"]
RADIUS = 0.14  # inches, of an operation
GAP = 0.03  # inches, from there to an arrow
BESIDE = 0.03  # inches, from the middle of a way to each of its two arrows

Point = tuple[float, float]


def operation_at(ax: Axes, place: Point, sign: str) -> None:
    """Draw an operation: its sign in a circle."""
    ax.add_patch(
        Circle(place, RADIUS, facecolor="white", edgecolor="black", linewidth=0.8, zorder=3)
    )
    ax.annotate(sign, place, ha="center", va="center_baseline", fontsize=9, zorder=4)


def arrow(ax: Axes, *way: Point, colour: str = FORWARD, aside: float = 0.0) -> None:
    """Draw an arrow along a way that may turn corners, from beside its start to beside its end.

    Parameters
    ----------
    aside
        How far to the left of the way it runs, in inches.
    """
    points = np.array(way, dtype=float)
    steps = np.diff(points, axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    left = np.stack([-steps[:, 1], steps[:, 0]], axis=1)
    points[0] += (RADIUS + GAP) * steps[0]
    points[-1] -= (RADIUS + GAP) * steps[-1]
    points[0] += aside * left[0]
    points[-1] += aside * left[-1]
    points[1:-1] += aside * (left[:-1] + left[1:])  # corners are right angles
    dashes = "--" if colour == BACKWARD else "-"
    ax.plot(*points[:-1].T, color=colour, linewidth=0.9, linestyle=dashes)
    ax.annotate(
        "", tuple(points[-1]), tuple(points[-2]),
        arrowprops={
            "arrowstyle": "-|>", "color": colour, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0,
            "mutation_scale": 7, "linestyle": dashes,
        },
    )  # fmt: skip


def both_ways(ax: Axes, *way: Point) -> None:
    """Draw an arrow along a way and, dashed, one back."""
    arrow(ax, *way, colour=FORWARD, aside=BESIDE)
    arrow(ax, *way[::-1], colour=BACKWARD, aside=BESIDE)


def number(value: float) -> str:
    """Return a number as it is printed: two decimals, one digit of a small one, a true minus."""
    if abs(value) < 1e-4:
        return "0"
    return (f"{value:.2f}" if abs(value) >= 0.01 else f"{value:.1g}").replace("-", "−")
