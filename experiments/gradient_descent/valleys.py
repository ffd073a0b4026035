"""A surface of several minima: where paths from many starts end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.learning import Descent, gradient_descent
from neurosim.plotting import COLOURS, FAINT
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TILTS = np.array([0.6, 0.3])  # what makes the four minima differ in height
REACH = 1.8  # the starts are so far out at most
# Within the reach a slope changes by at most 12·1.8² − 4 < 35 a unit; below 1/35 no step along an
# axis overtakes the ridge or the floor before it.
STEP = 0.02
NAMES = ("blue", "vermillion", "green", "orange")
MARKS = "os^D"


def surface(w: np.ndarray) -> float:
    """Return the sum over both axes of (w² − 1)² + tilt·w."""
    return float(np.sum((w**2 - 1) ** 2 + TILTS * w))


def slopes(w: np.ndarray) -> np.ndarray:
    """Return its gradient, (2,)."""
    return 4 * w * (w**2 - 1) + TILTS


def level_places() -> np.ndarray:
    """Return where 4w³ − 4w + tilt = 0 along each axis, (2, 3): floor, ridge, floor.

    Viète's formula for a cubic of three real roots.
    """
    angles = np.arccos(-TILTS * 3**1.5 / 8)[:, None] - 2 * np.pi * np.arange(3)
    return np.sort(2 / np.sqrt(3) * np.cos(angles / 3), axis=1)


def descend_valleys(result: Result, on_map: Axes, by_step: Axes, starts: int, seed: int) -> None:
    """Paths from random starts, each into the minimum of its own basin."""
    low, ridge, high = level_places().T
    random = np.random.default_rng(seed)
    places = random.uniform(-REACH, REACH, (starts, 2))
    paths = [
        gradient_descent(surface, place, slopes, step=STEP, steps=5000, tolerance=1e-9)
        for place in places
    ]
    ends = np.array([path.point for path in paths])
    right = places > ridge
    # The least curvature at a minimum is above 5, so a slope of 10⁻⁹ is this near.
    result.claim(
        "every path ends in the minimum of its own basin, a root of 4w³ − 4w + tilt: largest "
        "distance",
        np.abs(ends - np.where(right, high, low)).max(),
        at_most=1e-9,
    )
    result.claim(
        "every path falls at every step: largest rise, which is rounding",
        max(np.diff(path.values).max() for path in paths),
        at_most=4e-15,  # of terms up to 1 at the end
    )
    corners = np.array([[x, y] for x in (low[0], high[0]) for y in (low[1], high[1])])
    heights = [surface(corner) for corner in corners]
    basin = 2 * right[:, 0] + right[:, 1]
    result.claim(
        "the paths' errors at the end are those of four minima, of which one is lowest",
        [path.values[-1] for path in paths], [heights[k] for k in basin], tolerance=1e-12,
    )  # fmt: skip
    result.table(
        "starts",
        ("start w1", "start w2", "end w1", "end w2", "error", "lowest minimum"),
        [
            (*place, *end, path.values[-1], bool(k == 0))
            for place, end, path, k in zip(places, ends, paths, basin, strict=True)
        ],
    )
    _draw_map(on_map, paths, basin, corners, ridge)
    _draw_heights(by_step, paths, basin, heights)


def _draw_map(
    ax: Axes, paths: list[Descent], basin: np.ndarray, corners: np.ndarray, ridge: np.ndarray
) -> None:
    side = np.linspace(-REACH - 0.1, REACH + 0.1, 101)
    along = [(side**2 - 1) ** 2 + tilt * side for tilt in TILTS]
    ax.contour(
        side, side, along[0] + along[1][:, None], levels=16, colors="0.8", linewidths=0.5,
        linestyles="solid",
    )  # fmt: skip
    ax.axvline(ridge[0], color=FAINT, linestyle=":", linewidth=0.8)
    ax.axhline(ridge[1], color=FAINT, linestyle=":", linewidth=0.8)
    for path, k in zip(paths, basin, strict=True):
        ax.plot(*path.path.T, color=COLOURS[NAMES[k]], linewidth=0.9)
        ax.plot(*path.path[0], MARKS[k], color=COLOURS[NAMES[k]])
    for k, corner in enumerate(corners):
        ax.plot(*corner, "*" if k == 0 else "+", color="black", markersize=7)
    ax.set(xlabel="$w_1$", ylabel="$w_2$")
    ax.set_title("Each start falls into its own valley")


def _draw_heights(ax: Axes, paths: list[Descent], basin: np.ndarray, heights: list[float]) -> None:
    for path, k in zip(paths, basin, strict=True):
        ax.plot(path.values[:60], color=COLOURS[NAMES[k]], linewidth=0.9)
    for k, height in enumerate(heights):
        ax.plot([60], [height], MARKS[k], color=COLOURS[NAMES[k]], clip_on=False)
        if k and k not in basin:
            ax.annotate(
                "no start falls here", (60, height), (-5, 0), textcoords="offset points",
                ha="right", va="center",
            )  # fmt: skip
    ax.annotate(
        "lowest", (60, heights[0]), (-5, -3), textcoords="offset points", ha="right", va="top"
    )
    ax.set(xlabel="step", ylabel="error $E$ (arb. units)", xlim=(0, 60), ylim=(-1.6, 3))
    ax.set_title("Only one of the four minima is lowest")
