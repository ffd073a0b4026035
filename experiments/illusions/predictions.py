"""What one cell says of each illusion at many sizes, drawn over the closed forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import mark_zero, new_figure, plot_curves

from .families import Family

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_predictions(
    knees: Family, grids: Sequence[Family], disks: Family, stripes: Family
) -> Figure:
    """Return what one cell answers to each illusion at many sizes, beside the closed forms."""
    figure, axes = new_figure(2, 2, width="page", height=4.6)
    panels: tuple[tuple[Sequence[Family], str, str], ...] = (
        ((knees,), "ramp (°)", "line's distance\nfrom the knee (°)"),
        (grids, "street (°)", "crossing − street\n(center gain)"),
        ((disks,), "disk's diameter (°)", "response to the\nbackground (center gain)"),
        ((stripes,), "stripe (°)", "patch in dark − in bright\nstripe (center gain)"),
    )
    for ax, (families, size, response) in zip(axes.flat, panels, strict=True):
        mark_zero(ax)
        sizes = np.linspace(families[0].sizes[0], families[0].sizes[-1], 121)
        curves = {family.label: family.expected(sizes) for family in families}
        lines = plot_curves(ax, sizes, curves, legend=len(families) > 1)
        for family, line in zip(families, lines, strict=True):
            ax.plot(family.sizes, family.measured, "o", color=line.get_color())
        ax.set(xlabel=size, ylabel=response)
        if len(families) > 1:  # room for the names
            low, high = ax.get_ylim()
            ax.set_ylim(low, high + 0.5 * (high - low))
    axes[0, 0].set_title("The wider the ramp, the nearer its lines are to its knees")
    axes[0, 1].set_title(_below("One crossing: smudges are predicted for", grids[0], "streets"))
    axes[1, 0].set_title(_below("A bright background darkens", disks, "disks"))
    axes[1, 1].set_title(_below("White's illusion comes out the wrong way for", stripes, "stripes"))
    figure.suptitle(
        "What the cells say of an illusion depends on its size "
        "(lines: closed forms, dots: simulated cells)"
    )
    return figure


def _below(what: str, family: Family, things: str) -> str:
    """Return for which sizes the responses are below 0, as a title."""
    sizes, values = family.sizes, family.measured
    below = values < 0
    if below.all():
        return f"{what} all {things} shown"
    if not below.any():
        return f"{what} none of the {things} shown"
    k = int(below.argmax())
    if k and below[k:].all():
        start = np.interp(0, [values[k], values[k - 1]], [sizes[k], sizes[k - 1]])
        return f"{what} {things} wider than {start:.2g}°"
    return f"{what} some of the {things} shown"
