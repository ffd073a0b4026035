"""How good reconstructions are by decoder, and how the GAN's training went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from neurosim.plotting import COLOURS, FAINT, new_figure

from .decoders import DECODERS, GAN, LINEAR, NETWORK, Reconstructions
from .tables import MOST, interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOOKS = {LINEAR: ("sky", "o"), NETWORK: ("blue", "s"), GAN: ("vermillion", "D")}


def draw_measures(found: Sequence[Reconstructions]) -> Figure:
    """Draw four measures by decoder, and the losses in training."""
    figure, axes = new_figure(2, 3, width="page", height=4.4)
    _draw_measure(axes[0, 0], found, "correlation", "Pearson's correlation")
    axes[0, 0].set_title("Alike, pixel by pixel")
    _draw_measure(axes[0, 1], found, "similarity", "structural similarity")
    axes[0, 1].set_title("Alike in structure")
    _draw_measure(axes[0, 2], found, "identified", "right of two images (%)", 100)
    axes[0, 2].set_title("Which of two images it was")
    _draw_measure(axes[1, 0], found, "sharpness", "mean slope, over the image's")
    axes[1, 0].axhline(1, color=FAINT, linewidth=0.8)
    axes[1, 0].set_title("How sharp (line: as true)")
    axes[0, 0].legend(loc="center", handletextpad=0.2)
    for ax, one in zip(axes[1, 1:], found, strict=True):
        _draw_losses(ax, one)
    figure.suptitle(_finding(found))
    return figure


def _finding(found: Sequence[Reconstructions]) -> str:
    """Return what the adversary brings and costs, as measured."""

    def mean(measure: str, decoder: str) -> float:
        return float(np.mean([getattr(one.measured[decoder], measure) for one in found]))

    return (
        f"With its adversary a network's images are {mean('sharpness', GAN):.0%} as sharp as true "
        f"ones, without {mean('sharpness', NETWORK):.0%}; they correlate by "
        f"{mean('correlation', GAN):.3f}, without by {mean('correlation', NETWORK):.3f}"
    )


def _draw_measure(
    ax: Axes, found: Sequence[Reconstructions], measure: str, label: str, scale: float = 1.0
) -> None:
    """Draw the mean over images held out and its interval, by population and decoder."""
    apart = 0.22
    for number, decoder in enumerate(DECODERS):
        colour, marker = LOOKS[decoder]
        for place, one in enumerate(found):
            values = scale * getattr(one.measured[decoder], measure)
            mean, low, high = interval(values, scale * MOST.get(measure, np.inf))
            ax.errorbar(
                place + (number - 1) * apart, mean, [[mean - low], [high - mean]], fmt=marker,
                color=COLOURS[colour], capsize=2, elinewidth=1, markersize=4,
                label=decoder if not place else None,
            )  # fmt: skip
    usual = scale * float(getattr(found[0].usual, measure).mean())
    ax.axhline(usual, color=FAINT, linestyle=":", linewidth=0.8)
    ax.annotate("mean image", (-0.45, usual), (0, 2), textcoords="offset points", color=FAINT,
                va="bottom", ha="left")  # fmt: skip
    ax.set(xticks=range(len(found)), xticklabels=[one.name for one in found])
    ax.set(xlim=(-0.5, len(found) - 0.5), ylabel=label)


def _draw_losses(ax: Axes, found: Reconstructions) -> None:
    """Draw the two losses of the contest by epoch, and at the right the pixels'."""
    course = np.array(found.courses[GAN])
    epochs = np.arange(1, len(course) + 1)
    for column, colour, dashes, label in (
        (1, "vermillion", "-", "decoder, −ln D(G(r))"), (2, "black", "--", "critic")
    ):  # fmt: skip
        ax.plot(epochs, course[:, column], dashes, color=COLOURS[colour], label=label)
    ax.axhline(np.log(2), color=FAINT, linestyle=":", linewidth=0.8)
    ax.annotate("a toss, ln 2", (epochs[-1], np.log(2)), (0, 2), textcoords="offset points",
                color=FAINT, ha="right", va="bottom")  # fmt: skip
    ax.set(xlabel="epoch", ylabel="cross-entropy (nats)", ylim=(0, None))
    ax.legend(loc="lower right")
    ax.set_title(f"{found.name}: the GAN in training")
