"""What was measured beside what theory says: points over a curve."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .style import COLOURS

MARKERS = "os^D"  # of points that curves of several numbers go through

Line = tuple[ArrayLike, ArrayLike]  # x and y, each (points,)


def mark_zero(ax: Axes) -> None:
    """Draw a faint line at 0, behind what is drawn later."""
    ax.axhline(0, color="0.8", linewidth=0.6)


def points_over_curve(
    ax: Axes, points: Line, curve: Line, *, measured: str = "simulated",
    expected: str = "closed form",
) -> None:  # fmt: skip
    """Plot measured points over the one curve that is expected of them.

    Parameters
    ----------
    points, curve
        x and y of each.
    measured, expected
        What the legend calls them; the legend itself is not drawn.
    """
    ax.plot(*curve, color=COLOURS["blue"], label=expected)
    ax.plot(*points, "o", color=COLOURS["vermillion"], label=measured)


def numbered_points_over_curve(
    ax: Axes, number: int, points: Line, curve: Line, label: str, **line: Any
) -> None:
    """Plot one of up to four sets of points, each over its curve, told apart by colour and marker.

    Parameters
    ----------
    number
        Which of them, from 0: its place among the house's colours and markers.
    points, curve
        x and y of each.
    label
        What the legend calls both; the legend itself is not drawn.
    line
        Of the curve, as `Axes.plot` takes it: linestyle, linewidth …
    """
    colour = list(COLOURS.values())[number]
    ax.plot(*curve, color=colour, **line)
    ax.plot(*points, MARKERS[number], color=colour, label=label)
