"""The figure: the animals, those that were mistaken, how many were right, and what decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import COLOURS, FAINT, show_image

from ..accuracy import Accuracy
from ..proportions import CONFIDENCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIDE = 4  # images a side of a sheet
SHEET = SIDE * SIDE
GAP = 1 / 16  # between them, of an image's side
LONGEST = 8  # letters of a class's name, so that panels stay apart


def label_of(classes: Sequence[str], place: int) -> str:
    """Return how a class is called in a figure: by its name, shortened, if the font has it."""
    name = classes[place]
    if not name.isprintable() or max(name) >= "\u0530":  # beyond Latin, Greek and Cyrillic letters
        return f"class {place + 1}"
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
    return short.replace("$", r"\$")


def draw_sheet(ax: Axes, kinds: Sequence[np.ndarray], title: str) -> None:
    """Draw images on a sheet of four by four, white where there are no more.

    Parameters
    ----------
    kinds
        Images of each kind, (images, rows, columns) each: so many rows of the sheet.
    """
    rows, columns = kinds[0].shape[1:]
    gap = max(1, round(GAP * max(rows, columns)))
    sheet = np.ones((SIDE * (rows + gap) - gap, SIDE * (columns + gap) - gap))
    each = SHEET // len(kinds)
    for kind, images in enumerate(kinds):
        for place, image in enumerate(images[:each], start=kind * each):
            top, left = place // SIDE * (rows + gap), place % SIDE * (columns + gap)
            sheet[top : top + rows, left : left + columns] = image
    show_image(ax, sheet, title, limits=(0, 1), bar=False)
    for spine in ax.spines.values():
        spine.set_visible(False)


def draw_accuracies(ax: Axes, scores: dict[str, Accuracy], parts: dict[str, Accuracy]) -> None:
    """Draw what part is right by each view, and by the layers of the last, with intervals."""
    listed = [*scores.items(), *parts.items()]
    chance = next(iter(scores.values())).chance
    for place, (name, score) in enumerate(listed):
        low, high = score.interval
        whole = name in scores
        ax.errorbar(
            100 * score.part, place, xerr=[[100 * (score.part - low)], [100 * (high - score.part)]],
            fmt="o" if whole else "s", color=COLOURS["blue"] if whole else FAINT,
            markerfacecolor=COLOURS["blue"] if whole else "white", markersize=4, linewidth=1.0,
        )  # fmt: skip
    ax.axvline(100 * chance, color="black", linestyle="--", linewidth=0.8)
    ax.annotate(
        "chance", (100 * chance, len(listed) - 0.2), xytext=(3, 0), textcoords="offset points"
    )
    least = min(chance, *(score.interval[0] for _, score in listed))
    ax.set(
        xlim=(100 * max(0.0, least - 0.06), 102), ylim=(len(listed) - 0.05, -0.6),
        yticks=range(len(listed)), yticklabels=[name.split(", ")[-1] for name, _ in listed],
        xlabel="held-out images told right (%)",
    )  # fmt: skip
    ax.set_title(f"Right ({CONFIDENCE:.0%} intervals)")


def draw_slopes(ax: Axes, slopes: np.ndarray, title: str, classes: Sequence[str]) -> None:
    """Draw how a brighter pixel speaks, as a part of the pixel that speaks most."""
    reach = float(np.abs(slopes).max()) or 1.0
    drawn = show_image(ax, slopes / reach, title, signed=True, limits=(-1, 1))
    if drawn.colorbar is not None:
        first, second = (label_of(classes, place) for place in (0, 1))
        drawn.colorbar.set_ticks([-0.9, 0, 0.9], labels=[f"for\n{first}", "0", f"for\n{second}"])
