"""One linear cell as a physiologist sees it: its tuning and its receptive field, drawn."""

from __future__ import annotations

import numpy as np

from circuits.retina import DifferenceOfGaussians
from neurosim.plotting import new_figure
from neurosim.result import Result

from .noise import Recovered, draw_recovered
from .tuning import ERROR, Curve, draw_curve


def draw_cell(
    result: Result, field: DifferenceOfGaussians, curves: dict[str, Curve], recovered: Recovered
) -> None:
    """Draw five tuning curves and the field that noise has found, each over its closed form."""
    figure, axes = new_figure(3, 2, width="page", height=6.2)
    for ax, (name, curve) in zip(axes.flat, curves.items(), strict=False):
        draw_curve(ax, name, curve)
    axes[0, 0].legend()
    draw_recovered(axes[2, 1], field, recovered)
    exact = all(
        np.abs(c.measured - c.expected).max()
        <= ERROR * np.abs(curves["spot" if name == "annulus" else name].expected).max()
        for name, c in curves.items()
    )
    figure.suptitle(
        "One linear cell answers as its receptive field predicts"
        if exact
        else "The cell's answers are not those that its receptive field predicts"
    )
    result.figure("tuning", figure)
