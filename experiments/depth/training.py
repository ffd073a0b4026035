"""Shallow and deep networks of as many weights, taught the same sawtooth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks import Adam, Dense, Input, Sequential
from neurosim.plotting import COLOURS, FAINT
from neurosim.progress import progress
from neurosim.result import Result

from ..medians import Median
from ..ranks import smaller_by_chance
from .sawtooth import sawtooth

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHALLOW, DEEP = (56,), (8, 8, 8)  # 3·56 + 1 = 8 + 8 + 2·(64 + 8) + 8 + 1
FOLDS = 3  # of the sawtooth: 8 pieces
POINTS, BATCH, EPOCHS, RATE = 257, 32, 300, 0.01
FLAT = 1 / 12  # the mean squared error of the best constant answer, ½
RISK = 1e-2


def network(hidden: tuple[int, ...], seed: int) -> Sequential:
    """Return a network of layers of tanh cells and one linear output."""
    layers = [Dense(cells, activation="tanh", kernel_initializer="he_uniform") for cells in hidden]
    return Sequential([Input((1,)), *layers, Dense(1)], seed=seed)


def compare_training(result: Result, ax: Axes, starts: int, seed: int) -> None:
    """Train both from random starts; claim which is ahead, and draw the curves."""
    x = np.linspace(0, 1, POINTS)[:, None]
    y = sawtooth(x, FOLDS)
    seeds = np.random.default_rng(seed).integers(2**63, size=(2, starts))
    curves: dict[tuple[int, ...], list[list[float]]] = {SHALLOW: [], DEEP: []}
    counts = {}
    work = [(h, int(own)) for h, row in zip(curves, seeds, strict=True) for own in row]
    for hidden, own in progress(work, "starts"):
        model = network(hidden, own)
        model.compile(Adam(RATE), "mse")
        history = model.fit(2 * x - 1, y, BATCH, EPOCHS, verbose=0)
        curves[hidden].append(history.history["loss"])
        counts[hidden] = model.count_params()
    result.claim(
        "one layer of 56 cells and three of 8 have as many weights", counts[DEEP], counts[SHALLOW]
    )
    wide, deep = (np.array(curves[hidden]) for hidden in (SHALLOW, DEEP))
    ahead = float((deep[:, None, -1] < wide[None, :, -1]).mean())
    result.claim(
        f"after {EPOCHS} epochs three layers are ahead of one in {ahead:.0%} of pairs of starts, "
        f"by mean squared errors of {Median.of(deep[:, -1])} and {Median.of(wide[:, -1])}, medians "
        f"of {starts} starts: probability of such ranks by chance (Mann & Whitney 1947)",
        smaller_by_chance(deep[:, -1], wide[:, -1]), at_most=RISK,
    )  # fmt: skip
    result.table(
        "training", ("hidden cells", "start", "mean squared error"),
        [
            (" + ".join(map(str, hidden)), start, curve[-1])
            for hidden, found in curves.items()
            for start, curve in enumerate(found)
        ],
    )  # fmt: skip
    epochs = np.arange(1, EPOCHS + 1)
    for name, found, colour, dashes in (
        ("one layer of 56", wide, "blue", "--"), ("three layers of 8", deep, "green", "-")
    ):  # fmt: skip
        low, middle, high = np.quantile(found, (0.25, 0.5, 0.75), axis=0)
        ax.fill_between(epochs, low, high, color=COLOURS[colour], alpha=0.2, linewidth=0)
        ax.plot(epochs, middle, dashes, color=COLOURS[colour], label=name)
    ax.axhline(FLAT, color=FAINT, linestyle=":", linewidth=0.8)
    ax.annotate("½ everywhere", (EPOCHS, FLAT), (0, -2), textcoords="offset points", color=FAINT,
                ha="right", va="top")  # fmt: skip
    ax.set(xlabel="epoch", ylabel="mean squared error", ylim=(0, 0.18))
    ax.legend(title="median and quartiles of starts", loc="upper right")
    ax.set_title(f"{counts[DEEP]} weights each, taught a sawtooth of {2**FOLDS} pieces")
