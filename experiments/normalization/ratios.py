"""Two cells keep the ratio of their responses in any crowd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from circuits.cortex import Normalization, normalization_pool
from neurosim.plotting import numbered_points_over_curve
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POOLS = 400


def keep_ratios(result: Result, ax: Axes, exponent: float, seed: int) -> None:
    """Two cells of fixed drives in random pools: their responses change, their ratio does not."""
    random = np.random.default_rng(seed)
    drives = random.uniform(0, 1, (POOLS, 8))
    drives[:, 2:] *= 10 ** random.uniform(-1, 1, (POOLS, 1))  # quiet crowds and loud ones
    drives[:, :2] = 1.0, 0.6
    circuit = normalization_pool(8, Normalization(1.0, 0.3, exponent))
    first, second = np.asarray(circuit(drives)).T[:2]
    result.claim(
        f"in {POOLS} random pools two cells' responses have the ratio (D₁/D₂)ⁿ: largest "
        "deviation, as a fraction",
        np.abs(first / second * 0.6**exponent - 1).max(),
        at_most=1e-12,
    )
    rest = np.sum(drives[:, 2:] ** exponent, axis=1)
    fine = np.geomspace(rest.min(), rest.max(), 101)
    others = 0.3**exponent + 1 + 0.6**exponent + fine
    shown = slice(None, None, 8)
    for number, (drive, responses) in enumerate(((1.0, first), (0.6, second))):
        numbered_points_over_curve(
            ax, number, (rest[shown], responses[shown]), (fine, drive**exponent / others),
            f"D = {drive:g}",
        )  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel="ΣDⁿ of the rest of the pool")
    ax.set_ylabel("response (in γ)")
    ax.legend(loc="lower left")
    ratios = first / second
    changed = ratios.max() / ratios.min() - 1
    ax.set_title(f"Crowds change the ratio of two cells by {changed:.1%}")
