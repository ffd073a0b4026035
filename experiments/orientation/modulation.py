"""How much cells follow a grating's stripes: F1/F0, above 1 in simple cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from circuits.cortex import Gabor, complex_cells, simple_cells
from circuits.stimuli import Screen, drifting_grating
from neurosim.measuring import Electrode, harmonics
from neurosim.plotting import COLOURS, FAINT, plot_curves
from neurosim.result import Result

from .gratings import ERROR, FRAME, FRAMES, HERTZ

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BOUNDARY = 1.0  # of F1/F0, between simple and complex cells


def measure_modulation(
    result: Result, ax: Axes, ratios: Axes, screen: Screen, field: Gabor, exponent: float,
    row_ratio: tuple[float, float],
) -> None:  # fmt: skip
    """Answers to a cycle of a drifting grating, and F1/F0 with the boundary at 1."""
    movie = drifting_grating(screen, 1.0, HERTZ, count=FRAMES)
    cells = {
        "simple, [g]₊": (simple_cells(screen, field, exponent=1.0)["simple"], 1.0),
        "simple, [g]₊²": (simple_cells(screen, field, exponent=2.0)["simple"], 2.0),
    }
    if exponent not in (1.0, 2.0):
        power_law = simple_cells(screen, field, exponent=exponent)
        cells[f"simple, n = {exponent:g}"] = (power_law["simple"], exponent)
    cells["complex, e² + o²"] = (complex_cells(screen, field)["complex"], 0.0)
    time = np.arange(FRAMES) * FRAME * 1000
    found, curves = {}, {}
    for name, (unit, n) in cells.items():
        curves[name] = Electrode(unit).responses(movie)
        mean, first, second = np.abs(harmonics(curves[name]))
        if n:
            expected = _f1_over_f0(n)
            result.claim(
                f"F1/F0 of a simple cell with [g]₊ⁿ, n = {n:g}", first / mean, expected,
                relative=ERROR,
            )  # fmt: skip
        else:
            expected = 0.0
            result.claim("F1/F0 of a complex cell", first / mean, 0.0, tolerance=1e-9)
            even, odd = (abs(field.shifted(p).grating(1.0)) ** 2 for p in (270, 0))
            result.claim(
                "what ripple it has, F2/F0, is the difference of its even and odd fields",
                second / mean, abs(odd - even) / (odd + even), tolerance=ERROR,
            )  # fmt: skip
        found[name] = (first / mean, expected)
    found["simple, LGN row"] = row_ratio
    result.claim("F1/F0 of Hubel and Wiesel's cell with a row of five", *row_ratio, relative=0.02)
    kinds = [name.split(",")[0] for name in found]
    result.claim(
        "by Skottun's boundary F1/F0 = 1 each is what it was built as",
        ["simple" if ratio > BOUNDARY else "complex" for ratio, _ in found.values()],
        kinds,
    )
    result.table(
        "modulation", ("cell", "F1/F0", "closed form"), [(n, *r) for n, r in found.items()]
    )
    plot_curves(ax, time, curves)
    ax.legend(loc="upper right")
    ax.set(
        xlabel="time (ms)",
        ylabel="response",
        ylim=(-0.03, 1.3 + 0.2 * len(curves)),
        yticks=(0, 0.5, 1),
    )
    steady = curves["complex, e² + o²"]
    ripple = 100 * np.ptp(steady) / steady.max()
    ax.set_title(f"While stripes drift by, the complex cell changes by {ripple:.1f}%")
    _draw_ratios(ratios, found)


def _f1_over_f0(n: float) -> float:
    """Return F1/F0 of [cos]₊ⁿ: π/2 for n = 1, 16/(3π) for n = 2."""
    mean = math.gamma((n + 1) / 2) / math.gamma(n / 2 + 1)
    first = math.gamma(n / 2 + 1) / math.gamma((n + 3) / 2)
    return 2 * first / mean


def _draw_ratios(ax: Axes, found: dict[str, tuple[float, float]]) -> None:
    """Draw each cell's F1/F0 on a line of its own, beside what it should be."""
    heights = np.arange(len(found))[::-1]
    measured, expected = np.array(list(found.values())).T
    ax.axvline(BOUNDARY, color=FAINT, linewidth=0.6, linestyle="--")
    ax.plot(expected, heights, "o", color=COLOURS["blue"], fillstyle="none", markersize=7,
            label="closed form")  # fmt: skip
    ax.plot(measured, heights, "o", color=COLOURS["vermillion"], label="simulated")
    ax.set_yticks(heights, labels=[name.replace(", ", "\n") for name in found])
    ax.set(xlim=(-0.4, 2.1), ylim=(-0.5, len(found) + 0.2), xlabel="F1/F0")
    ax.annotate("complex ←", (BOUNDARY, len(found) - 0.3), xytext=(-3, 0),
                textcoords="offset points", ha="right", color=FAINT)  # fmt: skip
    ax.annotate("→ simple", (BOUNDARY, len(found) - 0.3), xytext=(3, 0),
                textcoords="offset points", color=FAINT)  # fmt: skip
    ax.legend(
        loc="center left", bbox_to_anchor=(0, 0.64), handletextpad=0, handlelength=1.4,
        frameon=True, framealpha=1, borderaxespad=0.3,
    )  # fmt: skip
    simple = int((measured > BOUNDARY).sum())
    ax.set_title(f"F1/F0 is above 1 in {simple} of {len(found)} cells")
