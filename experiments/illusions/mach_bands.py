"""Mach bands: lines at the ends of a ramp of brightness (Mach 1865)."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from circuits import stimuli
from circuits.retina import RADII, DifferenceOfGaussians, erf
from circuits.stimuli import Screen
from neurosim.measuring import peak
from neurosim.result import Result

from ..gaussians import gaussians
from .cells import brightness_cells, error_of_pixels
from .families import Family

RAMPS = np.linspace(0.5, 6.5, 13)  # center radii
RAMP = 4.8  # the one that is shown


def answer_mach_bands(result: Result, field: DifferenceOfGaussians, pixel: float) -> Family:
    """Where a row of cells answers most to ramps of many widths, from the ramps' knees."""
    golden = field == DifferenceOfGaussians(surround_gain=1.0)
    ramps = np.array([RAMP * field.center, *RAMPS * field.center, *([3.0, 1.0] if golden else [])])
    # Plateaus of more than three radii, even where the screen's mirror image begins.
    screen = Screen.reaching(ramps.max() / 2 + 3.5 * field.surround, 0, pixel=pixel)
    seen = np.array([stimuli.mach_bands(screen, ramp) for ramp in ramps])
    rows = brightness_cells(screen.shape, field, pixel)(seen)[:, 0]
    x = screen.x[0]
    error = error_of_pixels(field, pixel)
    result.claim(
        f"Mach bands, a ramp of {ramps[0]:.3g}°: largest distance from the closed form",
        np.abs(rows[0] - _ramp_response(field, ramps[0], x)).max(),
        at_most=error,
    )
    result.claim(
        "with A = B the plateaus and the middle of the ramp are not answered",
        rows[0][[0, x.size // 2, -1]],
        [0, 0, 0],
        tolerance=2 * (1 - math.erf(RADII) ** 2),
    )
    heads = np.array([_top(x, row) for row in rows])
    feet = np.array([-_top(-x[::-1], -row[::-1]) for row in rows])
    moved = heads - ramps / 2
    many = slice(1, 1 + len(RAMPS))
    family = Family(
        "Mach bands", "ramp", ramps[many], moved[many],
        lambda ramp: _extremum(field, ramp) - ramp / 2,
    )  # fmt: skip
    result.claim(
        "the bright line's distance from the ramp's knee (°), for ramps of "
        f"{family.sizes[0]:.2g}° to {family.sizes[-1]:.2g}°: largest distance from the closed form",
        family.error,
        at_most=pixel * pixel / field.center / 3,
    )
    result.claim(
        "the dark line lies as far from the ramp's foot: largest difference (°)",
        np.abs(feet + heads).max(),
        at_most=1e-6 * field.center,
    )
    if golden:
        result.claim(
            "a ramp of 3° has its lines at its knees, to 0.001°", moved[-2], 0, tolerance=0.001
        )
        result.claim("a ramp of 1° moves them by 0.2°", moved[-1], 0.2, tolerance=0.005)
    return family


def _ramp_response(field: DifferenceOfGaussians, ramp: float, x: np.ndarray) -> np.ndarray:
    """Return the response x from the middle of a ramp from −1 to 1, of a field with A = B.

    The mean of the responses to edges along the ramp: ∫ erf(t/g) dt = t·erf(t/g) + g·e^(−t²/g²)/√π.
    """

    def integral(t: np.ndarray, spread: float) -> np.ndarray:
        return t * erf(t / spread) + spread * np.exp(-np.square(t / spread)) / math.sqrt(math.pi)

    return sum(
        sign * gain * (integral(x + ramp / 2, g) - integral(x - ramp / 2, g)) / ramp
        for g, gain, sign in gaussians(field)
    )


def _extremum(field: DifferenceOfGaussians, ramp: float) -> float:
    """Return where the response to a ramp is largest: center and surround see as much of it."""

    def slope(x: float) -> float:
        return sum(
            sign * gain * (math.erf((x + ramp / 2) / g) - math.erf((x - ramp / 2) / g))
            for g, gain, sign in gaussians(field)
        )

    return float(brentq(slope, 0, ramp / 2 + 2 * field.surround))


def _top(x: np.ndarray, y: np.ndarray) -> float:
    """Return where a smooth curve through the points around the highest is highest."""
    highest = int(y.argmax())
    near = slice(highest - 5, highest + 6)
    return peak(x[near], y[near], degree=6)
