"""Saturation comes with the contrast, and tuning keeps its width at any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.measuring import fit
from neurosim.plotting import numbered_points_over_curve, plot_curves
from neurosim.result import Result

from .axes import percent
from .pool import CONTRASTS, ERROR, FIELD, Pool, grating

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AWAY = (0.0, 11.25, 22.5)  # degrees from the cell's own orientation


def control_gain(result: Result, saturating: Axes, tuned: Axes, pool: Pool, c50: float) -> None:
    """Saturation comes with the contrast, not with the response; tuning keeps its width."""
    own = FIELD.orientation
    fine = np.geomspace(CONTRASTS[0], 1, 201)
    fits = []
    for number, angle in enumerate(AWAY):
        images = np.array([grating(c, own + angle, 0.0) for c in CONTRASTS])
        responses = np.asarray(pool.cells(images))[:, 0]
        fits.append(fit("naka-rushton", CONTRASTS, responses))
        numbered_points_over_curve(
            saturating, number, (CONTRASTS, responses), (fine, fits[-1](fine)), f"{angle:g}°"
        )
    halves = [found["c50"] for found in fits]
    result.claim(
        f"gratings {', '.join(f'{a:g}°' for a in AWAY)} away saturate at the same contrast: "
        "fitted c50",
        halves,
        c50,
        relative=ERROR,
    )
    saturating.legend(loc="upper left", title="from the best")
    saturating.set(xscale="log", xlabel="contrast", ylabel="response (in $R_{max}$)")
    percent(saturating)
    moved = max(halves) / min(halves) - 1
    saturating.set_title(f"Away from the best, $R_{{max}}$ falls, $c_{{50}}$ moves by {moved:.1%}")
    angles = np.linspace(-60, 60, 81)
    curves = {}
    for contrast in (0.06, 0.12, 0.5):
        images = np.array([grating(contrast, own + angle, 0.0) for angle in angles])
        curves[f"{100 * contrast:g}%"] = np.asarray(pool.cells(images))[:, 0]
    scaled = np.array([curve / curve.max() for curve in curves.values()])
    result.claim(
        "the orientation tuning only scales with contrast: largest difference, peaks at 1",
        np.ptp(scaled, axis=0).max(),
        at_most=ERROR,
    )
    plot_curves(tuned, angles, curves, legend=False)
    tuned.legend(title="contrast", loc="upper right")
    tuned.set(xlim=(-66, 110))
    tuned.set(xlabel="orientation from the best (°)", ylabel="response (in $R_{max}$)")
    tuned.set(xticks=(-60, -30, 0, 30, 60))
    tuned.set_title("Contrast scales the tuning curve")
