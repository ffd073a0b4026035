"""Each cell's error signal beside a central difference of the error, by its bias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import COLOURS, FAINT
from neurosim.result import Result

from .example import EPSILON, TERMS, UNITS, Example, Passed
from .majorants import majorize, toward_bias

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEP = 1e-3  # of a bias
LEAST = 1e-17  # no difference is drawn below it


@dataclass(frozen=True, eq=False)
class Compared:
    """Of every cell, layer by layer: its name, its δ, how far the difference is off, the bound."""

    names: list[str]
    signals: np.ndarray
    off: np.ndarray
    bounds: np.ndarray


def compare_differences(result: Result, example: Example, passed: Passed) -> Compared:
    """Claim that differences of E differ from δ by no more than their curvature and rounding."""
    names, signals, off, bounds = [], [], [], []
    here = example.network.get_weights()
    for layer in range(len(UNITS) - 1):
        for unit in range(UNITS[layer + 1]):
            way = toward_bias(example, layer, unit)
            up, down = ([w + s * d for w, d in zip(here, way, strict=True)] for s in (STEP, -STEP))
            apart = float(up[2 * layer + 1][unit] - down[2 * layer + 1][unit])
            slope = (example.errors(up) - example.errors(down)) / apart
            steep, _, bent = majorize(example, way, STEP)
            names.append(f"$h^{{({layer + 1})}}_{unit + 1}$")
            signals.append(float(passed.signals[layer][unit]))
            off.append(abs(slope - signals[-1]))
            rounding = TERMS * EPSILON * max(1.0, steep)
            bounds.append(STEP**2 * bent / 6 + rounding / STEP)
    result.claim(
        f"central differences of E by each cell's bias, step {STEP:g}: off from δ by no more than "
        "max|E‴|/6 times the step's square, and rounding; of that bound",
        np.divide(off, bounds), at_most=1.0,
    )  # fmt: skip
    result.table(
        "differences",
        ("cell", "delta", "central difference off by", "bound"),
        [(name.strip("$"), *row) for name, *row in zip(names, signals, off, bounds, strict=True)],
    )
    return Compared(names, np.array(signals), np.array(off), np.array(bounds))


def draw_differences(ax: Axes, compared: Compared) -> None:
    """Draw each cell's |δ|, how far its difference is off, and how far that could be."""
    at = np.arange(len(compared.names))
    for values, look, colour, name in (
        (np.abs(compared.signals), "o", COLOURS["blue"], "|δ|"),
        (compared.bounds, "_", FAINT, "bound"),
        (compared.off, "^", COLOURS["vermillion"], "difference off by"),
    ):
        ax.plot(at, np.maximum(values, LEAST), look, color=colour, label=name, markersize=5)
    ax.set(yscale="log", xlabel="net input of cell", ylabel="slope of E")
    ax.set_xticks(at, compared.names)
    ax.set_ylim(top=1e3 * float(max(compared.bounds.max(), np.abs(compared.signals).max())))
    ax.legend(loc="upper left", ncols=3, columnspacing=1.0, handletextpad=0.2)
    ax.set_title("Central differences of E beside δ")
