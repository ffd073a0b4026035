"""The staircase within ε of f, and errors by number of cells or terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import COLOURS, FAINT

from .series import Series
from .steps import POINTS, SIZES
from .targets import Target
from .trained import Trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_fit(ax: Axes, target: Target, built: tuple[int, np.ndarray], epsilon: float) -> None:
    """Draw f with what is within ε of it, and the constructed network's answer."""
    cells, answers = built
    f = target(POINTS)
    ax.fill_between(
        POINTS, f - epsilon, f + epsilon, color=COLOURS["sky"], alpha=0.35, linewidth=0,
        label=f"within ε = {epsilon:g}",
    )  # fmt: skip
    ax.plot(POINTS, f, "--", color="black", linewidth=0.9, label="f(x)")
    ax.plot(POINTS, answers, color=COLOURS["vermillion"], label="F(x)")
    ax.set(xlabel="x", ylabel="f(x) and F(x)", xlim=(0, 1))
    low, high = float(f.min()) - epsilon, float(f.max()) + epsilon
    ax.set_ylim(low - 0.05 * (high - low), high + 0.45 * (high - low))
    ax.legend(loc="upper left", ncols=3, columnspacing=1.0, handlelength=1.6)
    ax.set_title(f"{cells} logistic cells as steps, {target.name}")


def draw_errors(
    ax: Axes, target: Target, stepped: np.ndarray, series: Series, trained: Trained
) -> None:
    """Draw the largest errors by N: constructed, trained with their spread, and of the series."""
    ax.plot(
        SIZES, [target.modulus(1 / n) for n in SIZES], "-", color=FAINT, linewidth=0.8,
        label="ω(f, 1/N)",
    )  # fmt: skip
    ax.plot(SIZES, stepped, "o-", color=COLOURS["vermillion"], label="constructed")
    ax.plot(
        SIZES, np.maximum(series.largest, 1e-12), "s--", color=COLOURS["blue"],
        label="cosine series",
    )  # fmt: skip
    middle = np.median(trained.largest, axis=1)
    reach = [middle - trained.largest.min(axis=1), trained.largest.max(axis=1) - middle]
    ax.errorbar(
        trained.sizes, middle, reach, fmt="^-.", color=COLOURS["green"], capsize=2, linewidth=1.2,
        elinewidth=0.8, markersize=3, label="trained, range",
    )  # fmt: skip
    ax.set_xscale("log", base=2)
    ax.set(yscale="log", xlabel="N, cells or terms", ylabel="largest error |F − f|")
    top = ax.get_ylim()[1]
    narrow = np.concatenate([stepped[:4], series.largest[:4], trained.largest.min(axis=1)[:4]])
    room = float(narrow.min()) ** 2 / top  # for the legend, below the few cells' errors
    ax.set_ylim(bottom=min(max(ax.get_ylim()[0], 1e-6), room))
    ax.set_xticks(SIZES, map(str, SIZES))
    ax.legend(loc="lower left", handlelength=2.2)
    ax.set_title(f"Largest errors; that of the series goes as {target.rate}")
