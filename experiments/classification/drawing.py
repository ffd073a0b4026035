"""The figures: how many are right in each case, and what the images of each look like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import COLOURS, FAINT, new_figure, show_image

from ..accuracy import SURE
from .cases import Case
from .claims import ALL, CONVOLUTIONAL, PERCEPTRON
from .rounds import Tried

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS = dict(
    zip(ALL, (("s", "vermillion"), ("^", "orange"), ("D", "sky"), ("o", "blue")), strict=True)
)
APART = 0.17  # between the machines of a case, where cases are 1 apart
SHEETS = 5  # of examples, side by side
ACROSS, DOWN = 4, 2  # images on a sheet
GAP = 1 / 12  # between them, of an image's side


def draw_accuracies(tried: Sequence[Tried]) -> Figure:
    """Draw how many of each case's images each machine tells right, as the lecture's Figure 2."""
    figure, ax = new_figure(width="page", height=3.4)
    for place, one in enumerate(tried):
        if place % 2:
            ax.axvspan(place - 0.5, place + 0.5, color="0.95", linewidth=0, zorder=0)
        chance = 100 * one.case.chance
        ax.plot((place - 0.42, place + 0.42), (chance, chance), ":", color=FAINT, linewidth=1.2)
    for number, (machine, (marker, colour)) in enumerate(LOOKS.items()):
        places = np.arange(len(tried)) + APART * (number - (len(LOOKS) - 1) / 2)
        parts = np.array([one.right(machine).mean() for one in tried])
        low, high = np.array([one.interval(machine) for one in tried]).T
        ax.errorbar(
            places, 100 * parts, yerr=100 * np.array([parts - low, high - parts]), fmt=marker,
            color=COLOURS[colour], markersize=3.5, linewidth=1.0, label=machine,
        )  # fmt: skip
    ax.plot([], [], ":", color=FAINT, linewidth=1.2, label="one answer for all")
    ax.set_xticks(range(len(tried)), [one.case.name for one in tried])
    ax.tick_params(axis="x", length=0, rotation=35)
    for label in ax.get_xticklabels():
        label.set(ha="right", rotation_mode="anchor")
    ax.set(ylabel="held-out images told right (%)", ylim=(0, 103), xlim=(-0.5, len(tried) - 0.5))
    ax.legend(ncols=5, loc="upper center", bbox_to_anchor=(0.5, 1.12), handletextpad=0.3)
    surely = [
        sum(one.behind_by_chance(*pair) <= SURE for one in tried)
        for pair in ((PERCEPTRON, CONVOLUTIONAL), (CONVOLUTIONAL, PERCEPTRON))
    ]
    figure.suptitle(
        f"In {surely[0]} of {len(tried)} cases the {CONVOLUTIONAL} is surely ahead of the "
        f"{PERCEPTRON}, in {surely[1] or 'none'} behind it"
    )
    return figure


def draw_examples(cases: Sequence[Case]) -> Figure:
    """Draw eight images of each case, a row a class where there are two."""
    figure, axes = new_figure(-(-len(cases) // SHEETS), SHEETS, width="page", height=3.4)
    for ax, case in zip(axes.flat, cases, strict=False):
        _draw_sheet(ax, case)
    for ax in axes.flat[len(cases) :]:
        ax.set_axis_off()
    figure.suptitle("What is to be told: the upper row from the lower, or of which class each is")
    return figure


def _draw_sheet(ax: Axes, case: Case) -> None:
    """Draw four images of each of two classes, or eight of more."""
    if len(case.classes) == DOWN:
        shown = [case.images[case.labels == label][:ACROSS] for label in range(DOWN)]
    else:
        spread = np.linspace(0, len(case.images) - 1, DOWN * ACROSS).round().astype(int)
        shown = [*case.images[spread].reshape(DOWN, ACROSS, *case.images.shape[1:])]
    rows, columns = case.images.shape[1:]
    gap = max(1, round(GAP * rows))
    sheet = np.full((DOWN * (rows + gap) - gap, ACROSS * (columns + gap) - gap), np.nan)
    for down, images in enumerate(shown):
        for right, image in enumerate(images):
            top, left = down * (rows + gap), right * (columns + gap)
            sheet[top : top + rows, left : left + columns] = image
    show_image(ax, sheet, case.name, limits=(0, 1), bar=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
