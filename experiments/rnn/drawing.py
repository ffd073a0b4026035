"""What the network feels on its way along two reviews of the same words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import COLOURS, FAINT, show_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_answers(ax: Axes, answers: Sequence[np.ndarray], words: Sequence[Sequence[str]]) -> None:
    """Draw the answer after each word of two reviews, one's words above, the other's below."""
    for values, texts, colour, mark, height in zip(
        answers, words, ("blue", "vermillion"), ("o-", "s--"), (1.12, -0.12), strict=True
    ):
        steps = np.arange(1, len(values) + 1)
        ax.plot(steps, values, mark, color=COLOURS[colour], linewidth=1.0)
        for step, text in zip(steps, texts, strict=True):
            ax.annotate(
                text, (step, height), rotation=60, ha="center", color=COLOURS[colour],
                va="bottom" if height > 0 else "top",
                weight="bold" if text == "not" else "normal",
            )  # fmt: skip
    ax.axhline(0.5, color=FAINT, linestyle=":", linewidth=0.8)
    ax.set(
        ylim=(-0.62, 1.62), yticks=(0, 0.5, 1), xlabel="word", xticks=range(1, len(words[0]) + 1),
        xlim=(0.3, len(words[0]) + 0.7), ylabel="answer (1: favourable)",
    )  # fmt: skip


def draw_cells(
    ax: Axes, states: np.ndarray, words: Sequence[str], order: np.ndarray, bar: bool
) -> None:
    """Draw what each cell of the LSTM is after each word, (words, cells)."""
    show_image(ax, states.T[order], signed=True, limits=(-1, 1), bar=bar, label="activity h")
    ax.set_aspect("auto")
    ax.set_xticks(range(len(words)), words, rotation=60, ha="right", rotation_mode="anchor")
    ax.set_ylabel(f"{states.shape[1]} cells")
