"""How a network's training went, epoch by epoch, drawn and tabulated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import COLOURS
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.networks import History


def draw_training(
    ax: Axes, histories: Sequence[History], value: str, label: str, best: bool = True
) -> None:
    """Draw what came out of each epoch: each network thin, their median bold.

    The median ends where the first network stops: of those left over it would jump.

    Parameters
    ----------
    histories
        One a network.
    value
        Which value; that of the validation is drawn beside it.
    label
        What it is, with its unit.
    best
        Whether each network's epoch of least loss is marked.
    """
    lengths = [len(told.epoch) for told in histories]
    shortest, longest = min(lengths), max(lengths)
    several = len(histories) > 1
    for name, colour, line, word in (
        (value, "blue", "-", "learned from"),
        (f"val_{value}", "vermillion", "--", "validation"),
    ):
        curves = [told.history[name] for told in histories]
        for curve in curves if several else []:
            epochs = np.arange(1, len(curve) + 1)
            ax.plot(epochs, curve, line, color=COLOURS[colour], linewidth=0.6, alpha=0.3)
        median = np.median([curve[:shortest] for curve in curves], axis=0)
        ax.plot(
            np.arange(1, shortest + 1), median, line, color=COLOURS[colour], linewidth=1.3,
            label=word,
        )  # fmt: skip
    if best:
        at = [int(np.argmin(told.history["val_loss"])) for told in histories]
        reached = [one.history[f"val_{value}"][k] for one, k in zip(histories, at, strict=True)]
        ax.plot(
            np.add(at, 1), reached, "o", color=COLOURS["vermillion"], markersize=3,
            markeredgecolor="white", markeredgewidth=0.5, label="best epoch",
        )  # fmt: skip
        low, high = ax.get_ylim()
        ax.set_ylim(top=high + 0.3 * (high - low))  # room for the legend, which must hide no mark
    ax.set(xlabel="epoch", ylabel=label, xlim=(0, longest + 1))
    title = "bold: median" + (",\nwhile all learn" if shortest < longest else "")
    ax.legend(
        title=title if several else None, frameon=True, facecolor="white", edgecolor="none",
        framealpha=0.9,
    )  # fmt: skip


def claim_restored(result: Result, histories: Sequence[History], restored: Sequence[float]) -> None:
    """Claim that early stopping gave the weights of the best epoch back.

    Parameters
    ----------
    restored
        Each network's loss on the validation, with the weights that it ended with.
    """
    result.claim(
        "early stopping gives the weights of the best epoch back: loss of the validation",
        list(restored),
        [min(told.history["val_loss"]) for told in histories],
        relative=1e-5,  # sums of float32 in another order
    )


def tabulate_training(result: Result, histories: Sequence[History]) -> None:
    """List each network's values by epoch."""
    names = list(histories[0].history)
    result.table(
        "training",
        ("network", "epoch", *names),
        [
            (network, epoch + 1, *(told.history[name][at] for name in names))
            for network, told in enumerate(histories, start=1)
            for at, epoch in enumerate(told.epoch)
        ],
    )
