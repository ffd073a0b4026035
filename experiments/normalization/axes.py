"""Axes of contrasts."""

from __future__ import annotations

from matplotlib.axes import Axes


def percent(ax: Axes) -> None:
    """Write a logarithmic axis of contrasts in percent."""
    ax.set_xticks([0.01, 0.1, 1], labels=["1%", "10%", "100%"])
