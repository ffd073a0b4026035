"""The receptive field, recovered from one cell's answers to white noise."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from circuits import stimuli
from circuits.retina import DifferenceOfGaussians, ganglion_cell
from neurosim.plotting import mark_zero, points_over_curve
from neurosim.progress import progress
from neurosim.result import Result

from ..gaussians import gaussians, share_of_strip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOISE_SIDE = 15  # pixels a side of the white noise
LEAST_FRAMES = NOISE_SIDE**2  # of it: as many as there are weights to find
PIECE = 5_000  # frames of it that are made at a time
MANY = 100_000  # frames beyond which progress is shown
MOST_FRAMES = 10**9
CLOSE = 0.99  # correlation of a recovered field with the true one


class Recovered(NamedTuple):
    """The weights that noise has found, (side, side), beside the true ones; degrees a pixel."""

    estimate: np.ndarray
    true: np.ndarray
    pixel: float


def recovered_field(
    result: Result, field: DifferenceOfGaussians, frames: int, seed: int
) -> Recovered:
    """The response-weighted average of white noise, beside the weights it estimates."""
    shape = (NOISE_SIDE, NOISE_SIDE)
    pixel = min(5 * field.surround / NOISE_SIDE, field.center)
    cell = ganglion_cell(shape, field, pixel=pixel)
    movie = stimuli.white_noise(stimuli.Screen(shape, pixel), seed=seed)
    total = np.zeros(shape)
    firsts: Iterable[int] = range(0, frames, PIECE)
    for first in progress(firsts, "white noise") if frames > MANY else firsts:
        noise = movie.frames(first, min(PIECE, frames - first))
        total += np.tensordot(cell(noise), noise, axes=1)
    estimate = total / frames
    center, surround = field.kernels(pixel, NOISE_SIDE // 2)
    true = center - surround
    predicted = _predicted_correlation(true, frames)
    found = float(np.corrcoef(estimate.ravel(), true.ravel())[0, 1])
    tolerance = 4 * (1 - predicted**2) / math.sqrt(true.size)  # standard errors
    result.claim(
        f"the field recovered from {frames:,} frames of noise correlates with the true one as "
        f"closely as so many frames allow, about 1/√(1 + {true.size}/frames)",
        found,
        predicted,
        tolerance=tolerance,
    )
    if predicted - tolerance > CLOSE:
        result.claim(
            f"so many frames are enough for a correlation above {CLOSE:g}", found, at_least=CLOSE
        )
    return Recovered(estimate, true, pixel)


def _predicted_correlation(true: np.ndarray, frames: int) -> float:
    """Return how weights correlate with what ±1 noise says of them, on average.

    Of a linear cell's response r = Σ wⱼsⱼ, the mean of r·sᵢ over T frames is wᵢ and an error of
    variance Σⱼ≠ᵢ wⱼ²/T, so that ρ = 1/√(1 + error/signal), 1/√(1 + N/T) where the mean weight is
    small.
    """
    signal = np.square(true - true.mean()).sum()
    error = true.size * np.square(true).sum() / frames
    return 1 / math.sqrt(1 + error / signal)


def draw_recovered(ax: Axes, field: DifferenceOfGaussians, recovered: Recovered) -> None:
    """Draw the weights in the middle row over the field's integral across a pixel."""
    estimate, true, pixel = recovered
    middle = NOISE_SIDE // 2
    x = (np.arange(NOISE_SIDE) - middle) * pixel
    fine = np.linspace(x[0], x[-1], 301)
    mark_zero(ax)
    points_over_curve(
        ax, (x, estimate[middle]), (fine, _across_pixels(field, fine, pixel)),
        measured="from white noise", expected="true",
    )  # fmt: skip
    ax.set(xlabel="x (°)", ylabel="weight a pixel (center gain)")
    ax.set_title(_noise_finding(estimate, true))
    ax.legend()


def _noise_finding(estimate: np.ndarray, true: np.ndarray) -> str:
    """Return how well noise has recovered the field, as a title: r² is what they share."""
    r = float(np.corrcoef(estimate.ravel(), true.ravel())[0, 1])
    how = "recovers the field" if r > 0.95 else "recovers the field roughly"
    return f"White noise {how if r > 0.7 else 'does not recover the field'}: r = {r:.2f}"


def _across_pixels(field: DifferenceOfGaussians, x: np.ndarray, pixel: float) -> np.ndarray:
    """Return the field's integral over a pixel whose middle is at x, in the row through 0."""
    return sum(
        sign * gain * share_of_strip(x, pixel, spread) * share_of_strip(0.0, pixel, spread)
        for spread, gain, sign in gaussians(field)
    )
