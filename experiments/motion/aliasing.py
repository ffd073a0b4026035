"""Stripes so fine that they seem to go backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from circuits.motion import Correlator
from neurosim.plotting import FAINT, mark_zero, points_over_curve
from neurosim.result import Result

from ..pixels import passed
from .gratings import APART, ERROR, grating_answers

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def make_finer(result: Result, ax: Axes, correlator: Correlator, contrast: float) -> None:
    """Finer and finer stripes: below two spacings they seem to go backwards (Götz 1964)."""
    cycles = np.linspace(0.05, 1.0, 20)  # a spacing
    measured, expected = grating_answers(
        correlator, contrast, correlator.spacing / cycles, np.ones(len(cycles)),
        np.zeros(len(cycles)),
    )  # fmt: skip
    unit = contrast**2
    result.claim(
        "stripes of every width: largest error over the largest response",
        np.abs(measured - expected).max() / np.abs(expected).max(),
        at_most=ERROR,
    )
    between = (cycles > 0.51) & (cycles < 0.99)
    result.claim(
        "stripes of Δφ < λ < 2Δφ are seen to go backwards: largest answer to them in C²",
        measured[between].max() / unit,
        at_most=0,
    )
    fine = np.linspace(0, 1, 201)
    curve = passed(fine, 90.0, 1 / APART) ** 2 / 2 * np.sin(2 * np.pi * fine)
    ax.axvspan(0.5, 1, color="0.94", linewidth=0, zorder=0)
    mark_zero(ax)
    points_over_curve(ax, (cycles, measured / unit), (fine, curve))
    ax.annotate("backwards", (0.75, 0.53), ha="center", color=FAINT)
    ax.set(xlim=(0, 1.02), ylim=(-0.62, 0.62))
    ax.set(xlabel="spatial frequency (cycles/Δφ)", ylabel="response ($C^2$)")
    ax.set_title("Stripes finer than 2\u00a0Δφ seem to go backwards")
    ax.legend(loc="lower left", handlelength=1.2, handletextpad=0.4)
