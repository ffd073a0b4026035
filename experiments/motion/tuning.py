"""A detector's tuning to temporal frequency, and to speed, for stripes of several widths."""

from __future__ import annotations

import numpy as np

from circuits.motion import Correlator
from neurosim.plotting import numbered_points_over_curve
from neurosim.result import Result

from ..pixels import passed
from .gratings import APART, ERROR, grating_answers

WAVELENGTHS = (3, 4, 8)  # spacings


def tune(result: Result, axes: np.ndarray, correlator: Correlator, contrast: float) -> None:
    """The same answers over temporal frequency and over speed."""
    turns = np.geomspace(0.1, 10, 13)
    lengths = np.repeat(WAVELENGTHS, len(turns)) * correlator.spacing
    all_turns = np.tile(turns, len(WAVELENGTHS))
    measured, expected = grating_answers(
        correlator, contrast, lengths, all_turns, np.zeros(len(all_turns))
    )
    result.claim(
        "answers follow C²·ωτ/(1 + ω²τ²)·sin(2πΔφ/λ): largest error over the largest response",
        np.abs(measured - expected).max() / np.abs(expected).max(),
        at_most=ERROR,
    )
    by_wave = measured.reshape(len(WAVELENGTHS), -1)
    result.claim(
        "the best temporal frequency is 1/2πτ whatever the wavelength: ωτ there",
        turns[by_wave.argmax(axis=1)],
        [1.0] * len(WAVELENGTHS),
        tolerance=1e-12,
    )
    doubled, _ = grating_answers(
        correlator, contrast / 2, lengths[:13], turns, np.zeros(len(turns))
    )
    result.claim(
        "half the contrast makes a quarter of the response: largest difference from 1/4",
        np.abs(doubled / by_wave[0] - 0.25).max(),
        at_most=1e-6,
    )
    result.table(
        "tuning",
        ("wavelength (deg)", "temporal frequency (Hz)", "speed (deg/s)", "measured", "closed form"),
        [
            (length, f, length * f, round(m, 9), round(e, 9))
            for length, f, m, e in zip(
                lengths, all_turns * correlator.best_frequency, measured, expected, strict=True
            )
        ],
    )
    _draw(axes, correlator, turns * correlator.best_frequency, by_wave / contrast**2)


def _draw(
    axes: np.ndarray, correlator: Correlator, frequencies: np.ndarray, by_wave: np.ndarray
) -> None:
    """Draw answers (wavelengths, frequencies) over both, beside their closed forms."""
    fine = np.geomspace(0.1, 10, 101) * correlator.best_frequency
    for number, waves in enumerate(WAVELENGTHS):
        length = waves * correlator.spacing
        seen = float(passed(1 / length, 90.0, correlator.spacing / APART))
        curve = correlator.response(length, fine, seen)
        for ax, scale in zip(axes, (1.0, length), strict=True):
            numbered_points_over_curve(
                ax, number, (frequencies * scale, by_wave[number]), (fine * scale, curve),
                f"{waves:g} Δφ", linewidth=1, linestyle=("-", "--", "-.")[number],
            )  # fmt: skip
    for ax in axes:
        ax.set(xscale="log", ylim=(0, 0.72), ylabel="response ($C^2$)")
        ax.legend(
            loc="upper center", ncols=3, columnspacing=0.8, handletextpad=0, title="wavelength λ",
            alignment="center",
        )  # fmt: skip
    axes[0].axvline(correlator.best_frequency, color="0.8", linewidth=0.6, zorder=0)
    axes[0].set_xlabel("temporal frequency (Hz)")
    axes[0].set_title(f"Best at ωτ = 1 for every λ, {correlator.best_frequency:.3g}\u00a0Hz")
    axes[1].set_xlabel("speed (°/s)")
    speeds = np.array(WAVELENGTHS) * correlator.spacing * correlator.best_frequency
    low, high = (f"{v:.3g}" for v in (speeds.min(), speeds.max()))
    axes[1].set_title(f"So the best speed grows with λ, {low} to {high}\u00a0°/s")
