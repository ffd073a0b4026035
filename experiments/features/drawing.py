"""The cells of each layer and what excites them, how much they see, and how well they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Rectangle

from neurosim.networks import Sequential
from neurosim.plotting import COLOURS, FAINT, show_image

from .fields import best_patches
from .network import GREY, LAYERS, SIDE, Animals, responses

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN, PATCHES = 4, 4  # cells a layer, and patches a cell
GAP = 0.08  # between patches, of their side


def draw_cells(
    ax: Axes, model: Sequential, animals: Animals, layer: str, side: int, preferred: np.ndarray
) -> None:
    """Draw for each of the most active cells what it prefers, and which patches excite it most."""
    images = animals.images[animals.held_out]
    strength = responses(model, images)[layer].max(axis=(0, 1, 2))
    cells = strength.argsort()[::-1][:SHOWN]
    step = 1 + GAP
    for row, cell in enumerate(cells):
        patches = best_patches(model, images, layer, int(cell), PATCHES)
        for column, patch in enumerate([preferred[cell], *patches]):
            # what it prefers was found at one contrast; it is drawn at three times that
            reach = GREY if column else 3 * float(patch.std()) or 1.0
            left = column * step + (0.25 if column else 0)
            ax.imshow(patch, cmap="gray", vmin=-reach, vmax=reach, interpolation="nearest",
                      extent=(left, left + 1, -row * step - 1, -row * step))  # fmt: skip
    ax.set(xlim=(-0.05, 0.25 + (PATCHES + 1) * step), ylim=(-SHOWN * step, 0.05))
    ax.set(xticks=[0.5, 0.25 + step + 2 * step], xticklabels=["prefers", "excited most by"])
    ax.set(yticks=[], aspect="equal")
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_title(f"{layer.capitalize()}: {side} pixels a side")


def draw_fields(ax: Axes, animals: Animals, sides: dict[str, int]) -> None:
    """Draw how much of an animal a cell of each layer sees."""
    show_image(ax, animals.images[0, ..., 0] + GREY, limits=(0, 1), bar=False)
    looks = zip(LAYERS, ("sky", "orange", "vermillion"), ("-", "--", ":"), strict=True)
    for layer, colour, dashes in looks:
        side = sides[layer]
        least = (SIDE - side) / 2 - 0.5
        ax.add_patch(
            Rectangle((least, least), side, side, fill=False, edgecolor=COLOURS[colour],
                      linewidth=1.6, linestyle=dashes, label=f"{layer}: {side}")
        )  # fmt: skip
    ax.legend(loc="upper left", bbox_to_anchor=(0, 0), ncols=1, title="pixels a side")
    ax.set_title("What one cell sees of an animal")


def draw_selectivity(ax: Axes, trained: np.ndarray, naive: np.ndarray) -> None:
    """Draw how well a cell alone tells the animals, by layer, of each network."""
    places = np.arange(len(LAYERS))
    for rows, colour, marker, label in (
        (trained, COLOURS["blue"], "o", "learned"), (naive, FAINT, "s", "before")
    ):  # fmt: skip
        ax.plot(places, rows.T, color=colour, linewidth=0.4, alpha=0.6)
        ax.plot(places, rows.mean(axis=0), marker + "-", color=colour, label=label, markersize=4)
    ax.set(xticks=places, xticklabels=["1", "2", "3"], xlabel="layer", ylim=(0, 1))
    ax.set_ylabel("selectivity |2A − 1| of a cell\n(A: area under its ROC curve)")
    ax.legend(loc="upper left", title="bold: mean")
    ax.set_title("One cell alone tells cats from dogs")


def draw_accuracies(ax: Axes, networks: list[Sequential]) -> None:
    """Draw how many animals held out are told right, by epoch, of each network."""
    curves = 100 * np.array([model.history.history["val_accuracy"] for model in networks])
    epochs = np.arange(1, curves.shape[1] + 1)
    ax.plot(epochs, curves.T, color=COLOURS["blue"], linewidth=0.4, alpha=0.6)
    ax.plot(
        epochs, curves.mean(axis=0), "o-", color=COLOURS["blue"],
        label=f"mean of {len(networks)} networks",
    )  # fmt: skip
    ax.axhline(50, color=FAINT, linestyle=":", linewidth=0.8)
    ax.annotate("chance", (epochs[-1], 50), (0, 2), textcoords="offset points", color=FAINT,
                ha="right", va="bottom")  # fmt: skip
    ax.set(xlabel="epoch", ylabel="held-out animals told right (%)", ylim=(40, 102))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 0.2))  # below the curves of later epochs
    ax.set_title("From pixels and labels alone")
