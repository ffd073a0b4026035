"""Images that a network takes for another class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import show_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS, COLUMNS = 3, 4
ROOM = 0.45  # for the words above an image, of its side


def draw_mistakes(
    ax: Axes, images: np.ndarray, answers: np.ndarray, labels: np.ndarray, names: Sequence[str]
) -> None:
    """Draw up to twelve of the images that were mistaken, spread over all.

    Parameters
    ----------
    images
        From 0 to 1, (images, height, width, channels): one of ink, or red, green and blue.
    answers, labels
        What each was told to be, and is.
    names
        Of the classes.
    """
    wrong = np.flatnonzero(answers != labels)
    most = min(len(wrong), ROWS * COLUMNS)
    shown = wrong[np.linspace(0, len(wrong) - 1, most).round().astype(int)]
    ax.set_axis_off()
    ax.set(xlim=(0, COLUMNS * 1.2), ylim=(ROWS * (1 + ROOM), 0), aspect="equal")
    for place, number in enumerate(shown):
        left, top = place % COLUMNS * 1.2, place // COLUMNS * (1 + ROOM) + ROOM
        image = images[number]
        show_image(
            inset := ax.inset_axes((left, top, 1, 1), transform=ax.transData),
            image if image.shape[-1] == 3 else 1 - image[..., 0],
            limits=(0, 1),
            bar=False,
        )
        for spine in inset.spines.values():
            spine.set_visible(True)
        ax.annotate(
            f"{names[labels[number]]} as {names[answers[number]]}", (left + 0.5, top - 0.06),
            ha="center", va="bottom", fontsize=6.5,
        )  # fmt: skip
