"""Pictures of what was shown, of the spikes, and of what the decoders make of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import Colormap
from matplotlib.figure import Figure

from neurosim.plotting import new_figure, signed_colours

from .cells import FIELDS, ORIENTATIONS, PLACES, STEP
from .decoders import DECODERS, GAN, Reconstructions
from .digits import SIDE, Digits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = (0, 2, 3, 5, 6, 8)  # digits
GAP = 0.08  # between images, of their side
ROWS = {"shown": "shown", "spikes": "spikes\n(darker: more)", **{key: key for key in DECODERS}}


def draw_images(digits: Digits, found: Sequence[Reconstructions]) -> Figure:
    """Draw some digits held out, the spikes, and what each decoder makes of them."""
    figure, axes = new_figure(1, len(found), width="page", height=3.1)
    first = [int(np.argmax(digits.labels[digits.held_out] == digit)) for digit in SHOWN]
    spikes = {"LGN": _draw_sheets, "V1": _draw_orientations}
    named = {"LGN": "64 ON cells (orange), 64 OFF (blue)", "V1": "128 complex cells"}
    for ax, one in zip(axes, found, strict=True):
        most = float(one.counts[first].max()) or 1.0
        images = {"shown": digits.images[digits.held_out], **one.made}
        for column, place in enumerate(first):
            for row, name in enumerate(ROWS):
                corner = (column * (1 + GAP), -row * (1 + GAP))
                if name == "spikes":
                    spikes[one.name](ax, one.counts[place], corner, most)
                else:
                    _draw_tile(ax, images[name][place], corner, "gray", (0, 1))
        step = 1 + GAP
        ax.set(xlim=(-GAP / 2, len(first) * step - GAP / 2), xticks=[], aspect="equal")
        ax.set(ylim=(1 - len(ROWS) * step + GAP / 2, 1 + GAP / 2))
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
    on, off = counts.reshape(2, SIDE // STEP, SIDE // STEP)
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
                colours.append((0.0, 0.0, 0.0, 0.3 + 0.7 * min(count / most, 1.0)))
    ax.add_collection(LineCollection(strokes, colors=colours, linewidths=1.1))
