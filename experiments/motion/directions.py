"""Every direction of motion: along the receptors' line it excites, against it inhibits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from circuits.motion import Correlator
from neurosim.plotting import mark_zero, points_over_curve
from neurosim.result import Result

from ..pixels import passed
from .gratings import APART, ERROR, grating_answers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DEGREES = np.arange(-180, 181, 15)


def turn_all_ways(result: Result, ax: Axes, correlator: Correlator, contrast: float) -> None:
    """Every direction: what is along the receptors' line excites, against it inhibits."""
    waves = 4.0
    lengths = np.full(len(DEGREES), waves * correlator.spacing)
    measured, expected = grating_answers(
        correlator, contrast, lengths, np.ones(len(DEGREES)), DEGREES.astype(float)
    )
    unit = contrast**2
    result.claim(
        "a grating in any direction is answered by sin(2πΔφ·cos α/λ): largest error over the "
        "largest response",
        np.abs(measured - expected).max() / np.abs(expected).max(),
        at_most=ERROR,
    )
    opposite = np.interp((DEGREES + 360) % 360 - 180, DEGREES, measured)
    result.claim(
        "the opposite direction has the opposite answer: largest sum of the two",
        np.abs(measured + opposite).max() / np.abs(measured).max(),
        at_most=1e-6,
    )
    fine = np.linspace(-180, 180, 181)
    seen = passed(1 / waves, 90 + fine, 1 / APART)
    curve = seen**2 / 2 * np.sin(2 * np.pi * np.cos(np.radians(fine)) / waves)
    mark_zero(ax)
    points_over_curve(ax, (DEGREES, measured / unit), (fine, curve))
    ax.set(xticks=(-180, -90, 0, 90, 180), ylim=(-0.62, 0.62))
    ax.set(xlabel="direction of motion (°), 0 is right", ylabel="response ($C^2$)")
    ax.set_title("Motion one way excites, the other way inhibits")
