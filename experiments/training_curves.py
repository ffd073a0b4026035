"""How a network's training went, epoch by epoch, drawn and tabulated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import COLOURS, FAINT
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.networks import History


def draw_training(
    ax: Axes, histories: Sequence[History], value: str, label: str, best: bool = True
) -> None:
    """Draw what came out of each epoch: one bold network, the others faint behind it.

    Parameters
    ----------
    histories
        One a network; the first is bold.
    value
        Which value; that of the validation is drawn beside it.
    label
        What it is, with its unit.
    best
        Whether the epoch of the first network's least loss is marked.
    """
    for number, told in reversed(list(enumerate(histories))):
        for name, colour, line, word in (
            (value, "blue", "-", "learned from"),
            (f"val_{value}", "vermillion", "--", "validation"),
        ):
            values = told.history[name]
            ax.plot(
                np.arange(1, len(values) + 1), values, line, color=COLOURS[colour],
                linewidth=0.6 if number else 1.3, alpha=0.3 if number else 1.0,
                label=None if number else word,
            )  # fmt: skip
    if best:
        epoch = 1 + int(np.argmin(histories[0].history["val_loss"]))
        ax.axvline(epoch, color=FAINT, linestyle=":", linewidth=1.0, label="best epoch")
    longest = max(len(told.epoch) for told in histories)
    ax.set(xlabel="epoch", ylabel=label, xlim=(0, longest + 1))
    ax.legend(frameon=True, facecolor="white", edgecolor="none", framealpha=0.9)


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
