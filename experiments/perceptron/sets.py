"""Random sets that a plane parts: mistakes beside Novikoff's bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.learning import perceptron_rule
from neurosim.plotting import COLOURS
from neurosim.progress import progress
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INPUTS = (1, 12)  # from … to below
SAMPLES = (2, 30)  # in each class
GAPS = (0.01, 0.5)


def parted(
    random: np.random.Generator, samples: int, inputs: int, gap: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return points on both sides of a random plane, as many on each, none within a gap of it.

    They are drawn from a cube between 0 and 1, and then moved away from the plane by the gap.

    Returns
    -------
    Patterns (samples, inputs), labels −1 and +1 (samples,), and a margin γ that they have at least:
    that of the plane u·x + c = 0 is gap/√(1 + c²), where |u| = 1.
    """
    patterns = random.uniform(0, 1, (samples, inputs))
    across = random.standard_normal(inputs)
    across /= np.linalg.norm(across)
    heights = patterns @ across
    middle = float(np.median(heights))
    labels = np.where(heights > middle, 1, -1)
    patterns += gap * labels[:, None] * across
    return patterns, labels, gap / float(np.hypot(1, middle))


def check_bound(result: Result, ax: Axes, random: np.random.Generator, sets: int) -> None:
    """Count mistakes on many sets; draw them over the bound."""
    rows = []
    for _ in progress(sets, "sets"):
        inputs, half = int(random.integers(*INPUTS)), int(random.integers(*SAMPLES))
        gap = float(np.exp(random.uniform(*np.log(GAPS))))
        found_in = parted(random, 2 * half, inputs, gap)
        found = perceptron_rule(*found_in[:2])
        rows.append(
            (inputs, 2 * half, gap, found.radius, found.margin, found_in[2], found.bound,
             found.mistakes)
        )  # fmt: skip
    table = np.array(rows)
    bound, mistakes = table[:, 6], table[:, 7]
    share = float((mistakes / bound).max())
    result.claim(
        f"mistakes ≤ (R/γ)² on {sets} random sets that a plane parts: the largest share of it",
        share,
        at_most=1,
    )
    result.claim(
        "their γ is at least that of the plane they were drawn with: least ratio",
        (table[:, 4] / table[:, 5]).min(),
        at_least=1 - 1e-9,
    )
    result.table(
        "sets", ("inputs", "samples", "gap", "R", "gamma", "bound", "mistakes"),
        [(*row[:5], *row[6:]) for row in rows],
    )  # fmt: skip
    ends = np.array([1.0, bound.max() * 2])
    ax.plot(ends, ends, color="black", linewidth=0.8)
    ax.annotate(
        "$(R/\\gamma)^2$", (ends[1] ** 0.45, ends[1] ** 0.45), (-4, 3),
        textcoords="offset points", ha="right",
    )  # fmt: skip
    ax.plot(bound, mistakes, "o", color=COLOURS["blue"], markersize=1.6, alpha=0.5, mew=0)
    ax.set(xscale="log", yscale="log", xlabel="Novikoff's bound $(R/\\gamma)^2$")
    ax.set(ylabel="mistakes", xlim=ends, ylim=(0.8, ends[1]))
    ax.set_title(f"{sets:,} random sets: at most {share:.0%} of the bound")
