"""Reconstructions beside what was shown, and how good they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import Colormap
from matplotlib.figure import Figure

from neurosim.plotting import COLOURS, FAINT, new_figure, signed_colours

from .cells import FIELDS, ORIENTATIONS, PLACES
from .decoders import DECODERS, GAN, LINEAR, NETWORK, Reconstructions
from .digits import Digits
from .tables import interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = (0, 2, 3, 5, 6, 8)  # digits
GAP = 0.08  # between images, of their side
ROWS = {"shown": "shown", "spikes": "spikes\n(darker: more)", **{key: key for key in DECODERS}}
LOOKS = {LINEAR: ("sky", "o"), NETWORK: ("blue", "s"), GAN: ("vermillion", "D")}


def draw_images(digits: Digits, found: Sequence[Reconstructions]) -> Figure:
    """Draw some digits held out, the spikes, and what each decoder makes of them."""
    figure, axes = new_figure(1, len(found), width="page", height=3.1)
    first = [int(np.argmax(digits.labels[digits.held_out] == digit)) for digit in SHOWN]
    spikes = {"LGN": _draw_sheets, "V1": _draw_orientations}
    named = {"LGN": "64 ON cells (orange), 64 OFF (blue)", "V1": "128 complex cells"}
    for ax, one in zip(axes, found, strict=True):
        images = {"shown": digits.images[digits.held_out], **one.made}
        for column, place in enumerate(first):
            for row, name in enumerate(ROWS):
                corner = (column * (1 + GAP), -row * (1 + GAP))
                if name == "spikes":
                    most = float(one.counts[first].max()) or 1.0
                    spikes[one.name](ax, one.counts[place], corner, most)
                else:
                    _draw_tile(ax, images[name][place], corner, "gray", (0, 1))
        step = 1 + GAP
        ax.set(xlim=(-GAP / 2, len(first) * step - GAP / 2), xticks=[], aspect="equal")
        ax.set(ylim=(1 - len(ROWS) * step + GAP / 2 - GAP, 1 + GAP / 2))
        ax.set(yticks=[0.5 - row * step for row in range(len(ROWS))])
        ax.set(yticklabels=ROWS.values() if ax is axes[0] else [])
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.set_title(f"{one.name}: {named[one.name]}")
    mean = np.mean([one.measured[GAN].correlation.mean() for one in found])
    figure.suptitle(
        "New digits read from the spikes of 128 cells: the GAN's images correlate by "
        f"{mean:.2f} with those shown"
    )
    return figure


def _draw_tile(
    ax: Axes, image: np.ndarray, corner: tuple[float, float], colours: str | Colormap,
    limits: tuple[float, float],
) -> None:  # fmt: skip
    left, bottom = corner
    ax.imshow(image, cmap=colours, vmin=limits[0], vmax=limits[1], interpolation="nearest",
              extent=(left, left + 1, bottom, bottom + 1))  # fmt: skip


def _draw_sheets(ax: Axes, counts: np.ndarray, corner: tuple[float, float], most: float) -> None:
    """Draw the spikes of ON cells less those of OFF cells, place by place."""
    on, off = counts.reshape(2, 8, 8)
    _draw_tile(ax, on - off, corner, signed_colours(), (-most, most))


def _draw_orientations(
    ax: Axes, counts: np.ndarray, corner: tuple[float, float], most: float
) -> None:
    """Draw a stroke for each complex cell, along its stripes, the darker the more spikes."""
    turns = np.radians([field.orientation for field in FIELDS])
    half = 0.45 / PLACES * np.array([np.cos(turns), np.sin(turns)])
    strokes, colours = [], []
    for place, cells in enumerate(counts.reshape(-1, ORIENTATIONS)):
        row, column = divmod(place, PLACES)
        middle = np.array([corner[0] + (column + 0.5) / PLACES,
                           corner[1] + 1 - (row + 0.5) / PLACES])  # fmt: skip
        for cell, count in enumerate(cells.tolist()):
            if count:
                strokes.append([middle - half[:, cell], middle + half[:, cell]])
                colours.append((0.0, 0.0, 0.0, 0.3 + 0.7 * count / most))
    ax.add_collection(LineCollection(strokes, colors=np.clip(colours, 0, 1), linewidths=1.1))


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
            mean, low, high = interval(scale * getattr(one.measured[decoder], measure))
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
