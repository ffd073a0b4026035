"""How large the error signal δ is, block by block back from the output, before any training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks import Layer, Tensor, gradients
from neurosim.networks.operations import sparse_categorical_cross_entropy
from neurosim.plotting import COLOURS
from neurosim.progress import progress
from neurosim.result import Result

from ..medians import Median
from ..ranks import smaller_by_chance
from .blocks import BLOCKS, KINDS, LOOKS, Kind, digits, network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 64  # digits a start
RISK = 1e-2
ROUNDING = 1e-4  # of float32, over 16 blocks


def deltas(kind: Kind, seed: int, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return ‖∂loss/∂activity‖ of what goes into the first block and out of each, (blocks + 1,)."""
    model = network(kind, seed)
    seen: list[Tensor] = []

    def watch(layer: Layer, activity: Tensor) -> None:
        if layer.name.startswith("block_"):
            seen.append(activity)

    answers, _ = model.run([Tensor(images)], training=True, watch=watch)
    slopes = gradients(sparse_categorical_cross_entropy(answers, labels), seen)
    return np.array([float(np.linalg.norm(slope)) for slope in slopes])


def compare_flow(result: Result, ax: Axes, starts: int, seed: int) -> None:
    """Measure δ by block from random starts; claim whose is even, and draw them."""
    random = np.random.default_rng([seed, 0])
    seeds = random.integers(2**63, size=(len(KINDS), starts))
    images, labels = digits(random, SHOWN)
    found: dict[Kind, list[np.ndarray]] = {kind: [] for kind in KINDS}
    work = [(k, int(own)) for k, row in zip(KINDS, seeds, strict=True) for own in row]
    for kind, own in progress(work, "error signals"):
        found[kind].append(deltas(kind, own, images, labels))
    norms = {kind: np.array(rows) for kind, rows in found.items()}
    spread = {kind: rows.max(axis=1) / rows.min(axis=1) for kind, rows in norms.items()}
    for normalized in (True, False):
        own, twin = spread[Kind(True, normalized)], spread[Kind(False, normalized)]
        result.claim(
            f"{Kind(True, normalized).name}: δ varies over the blocks by a factor of "
            f"{Median.of(own)}, plain by {Median.of(twin)}, medians of {starts} starts: "
            "probability of such ranks by chance (Mann & Whitney 1947)",
            smaller_by_chance(own, twin), at_most=RISK,
        )  # fmt: skip
    even = norms[Kind(True, False)][:, :-1]
    result.claim(
        "residual, its branches beginning at 0: all blocks pass δ on as it is, but the last, whose "
        "silent cells do not: largest over least before it",
        even.max(axis=1) / even.min(axis=1), 1.0, tolerance=ROUNDING,
    )  # fmt: skip
    result.table(
        "error-signals", ("network", "start", "block", "norm of delta"),
        [
            (kind.name, start, block, norm)
            for kind, rows in norms.items()
            for start, row in enumerate(rows)
            for block, norm in enumerate(row)
        ],
    )  # fmt: skip
    for kind, rows in norms.items():
        colour, dashes = LOOKS[kind]
        relative = rows / rows[:, -1:]
        middle = np.exp(np.log(np.maximum(relative, np.finfo(float).tiny)).mean(axis=0))
        ax.plot(range(BLOCKS + 1), middle, dashes, color=COLOURS[colour], label=kind.name)
        ax.plot(range(BLOCKS + 1), relative.T, dashes, color=COLOURS[colour], linewidth=0.4,
                alpha=0.5)  # fmt: skip
    ax.set(yscale="log", xlabel="block, from the input", ylabel="δ, relative to the last block's")
    ax.set_ylim(top=100 * ax.get_ylim()[1])  # room for the legend
    ax.legend(loc="upper right", ncols=2)
    ax.set_title("Before training: δ by block")
