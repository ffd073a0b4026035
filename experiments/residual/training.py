"""The twins in training: the loss by step, from several starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks import Adam
from neurosim.plotting import COLOURS, FAINT
from neurosim.progress import progress
from neurosim.result import Result

from ..medians import Median
from ..ranks import smaller_by_chance
from .blocks import CLASSES, KINDS, LOOKS, Kind, digits, network
from .flow import RISK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BATCH, RATE = 32, 3e-3
IMAGES, EPOCHS = 384, 5
FEWER_IMAGES, FEWER_EPOCHS = 128, 6


def compare_training(result: Result, ax: Axes, starts: int, seed: int, quick: bool) -> None:
    """Train all from random starts; claim which is ahead, and draw the curves."""
    images, epochs = (FEWER_IMAGES, FEWER_EPOCHS) if quick else (IMAGES, EPOCHS)
    random = np.random.default_rng([seed, 1])
    x, y = digits(random, images)
    kinds = [kind for kind in KINDS if kind.normalized or not quick]
    seeds = random.integers(2**63, size=(len(kinds), starts))
    found: dict[Kind, list[list[float]]] = {kind: [] for kind in kinds}
    work = [(k, int(own)) for k, row in zip(kinds, seeds, strict=True) for own in row]
    for kind, own in progress(work, "training"):
        model = network(kind, own)
        model.compile(Adam(RATE), "sparse_categorical_crossentropy")
        found[kind].append(model.fit(x, y, BATCH, epochs, verbose=0).history["loss"])
    curves = {kind: np.array(rows) for kind, rows in found.items()}
    residual, plain = (curves[Kind(own, True)][:, -1] for own in (True, False))
    result.claim(
        f"after {epochs * images // BATCH} steps the normalized residual network's loss is "
        f"{Median.of(residual)}, the plain one's {Median.of(plain)}, medians of {starts} "
        "starts: probability of such ranks by chance (Mann & Whitney 1947)",
        smaller_by_chance(residual, plain), at_most=RISK,
    )  # fmt: skip
    result.table(
        "training", ("network", "start", "epoch", "loss"),
        [
            (kind.name, start, epoch, loss)
            for kind, rows in curves.items()
            for start, row in enumerate(rows)
            for epoch, loss in enumerate(row, start=1)
        ],
    )  # fmt: skip
    for kind, rows in curves.items():
        colour, dashes = LOOKS[kind]
        numbers = range(1, epochs + 1)
        ax.plot(numbers, np.median(rows, axis=0), dashes, color=COLOURS[colour], label=kind.name)
        ax.plot(numbers, rows.T, dashes, color=COLOURS[colour], linewidth=0.4, alpha=0.5)
    ax.axhline(np.log(CLASSES), color=FAINT, linestyle=":", linewidth=0.8)
    ax.annotate("guessing, ln 10", (epochs, np.log(CLASSES)), (0, 6), textcoords="offset points",
                color=FAINT, ha="right", va="bottom")  # fmt: skip
    ax.set(xlabel="epoch", ylabel="training loss (nats)", ylim=(0, 3), xticks=range(1, epochs + 1))
    ax.set_title("In training: the loss, thin lines single starts")
