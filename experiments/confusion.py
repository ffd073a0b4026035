"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import show_image
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DARK = 0.6  # of the darkest: white letters are read on it


def confusion(answers: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return how many cases of each class are taken for each, (true classes, told classes)."""
    table = np.zeros((classes, classes), dtype=int)
    np.add.at(table, (labels, answers), 1)
    return table


def draw_confusion(ax: Axes, table: np.ndarray, names: Sequence[str]) -> None:
    """Draw the counts; the shade is the part of its class, so that mistakes are seen too."""
    parts = np.sqrt(table / np.maximum(table.sum(axis=1, keepdims=True), 1))
    show_image(ax, parts, limits=(0, 1), bar=False, colours="Greys")
    for (true, told), count in np.ndenumerate(table):
        if count:
            ax.annotate(
                str(count), (told, true), ha="center", va="center", fontsize=6,
                color="white" if parts[true, told] > DARK else "black",
            )  # fmt: skip
    places = range(len(names))
    ax.set_xticks(places, names)
    ax.set_yticks(places, names)
    ax.set(xlabel="told", ylabel="true")
    ax.tick_params(length=0)


def tabulate_confusion(result: Result, table: np.ndarray, names: Sequence[str]) -> None:
    """List how many cases of each class are taken for each."""
    result.table("confusion", ("true", *names), [(names[n], *row) for n, row in enumerate(table)])
