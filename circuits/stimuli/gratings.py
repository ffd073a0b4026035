"""Gratings: still, drifting, in counterphase, and two as a plaid.

Each is a few still patterns, mixed anew for each frame.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from neurosim import InputError, Movie

from .screen import Screen, checked_contrast, number, on_screen, pair, point
from .shapes import disk, normal

USUAL_FREQUENCY = 4.0  # Hz, of what moves


@on_screen
def grating(
    screen: Screen, frequency: float, *, orientation: float = 90.0, phase: float = 0.0,
    diameter: float | None = None, at: tuple[float, float] = (0.0, 0.0), contrast: float = 1.0,
) -> np.ndarray:  # fmt: skip
    """Return cos(2πf·d − phase), d degrees across the stripes from a point: (rows, columns).

    Parameters
    ----------
    frequency
        Cycles per degree.
    orientation
        Degrees of the stripes: 90 is vertical, 0 horizontal.
    phase
        Degrees: the first bright stripe lies so much of a cycle to the right of (below
        horizontal ones) the point.
    diameter
        Degrees of the disk in which it is seen; left out, the whole screen.
    at
        Degrees right and up: the middle of the disk, and where phase is counted from.

    Raises
    ------
    InputError
        A negative frequency or one that the pixels cannot show, a disk larger than the screen, a
        contrast outside [0, 1].
    """
    even, odd = _pair(screen, frequency, orientation, diameter, at)
    turn = math.radians(number(phase, "phase", "degrees"))
    return screen.shown(math.cos(turn) * even + math.sin(turn) * odd, contrast)


@on_screen
def drifting_grating(
    screen: Screen, frequency: float, temporal_frequency: float = USUAL_FREQUENCY, *,
    orientation: float = 90.0, phase: float = 0.0, diameter: float | None = None,
    at: tuple[float, float] = (0.0, 0.0), contrast: float = 1.0, count: int | None = None,
) -> Movie:  # fmt: skip
    """Return a grating that moves across its stripes, to the right for 90°, down for 0°.

    Parameters
    ----------
    temporal_frequency
        Cycles a second; a negative one drifts the other way.
    phase
        Degrees, at the first frame.
    count
        Frames; left out, without end.

    Raises
    ------
    InputError
        As `grating`.
    """
    patterns = _pair(screen, frequency, orientation, diameter, at)
    start = math.radians(number(phase, "phase", "degrees"))
    turn = 2 * math.pi * number(temporal_frequency, "temporal_frequency") * screen.frame

    def mixed(frames: np.ndarray) -> np.ndarray:
        angle = start + turn * frames
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)

    return modulated(screen, np.stack(patterns), mixed, contrast, count)


@on_screen
def counterphase_grating(
    screen: Screen, frequency: float, temporal_frequency: float = USUAL_FREQUENCY, *,
    orientation: float = 90.0, phase: float = 0.0, diameter: float | None = None,
    at: tuple[float, float] = (0.0, 0.0), contrast: float = 1.0, count: int | None = None,
) -> Movie:  # fmt: skip
    """Return a still grating whose contrast goes up and down as cos(2πωt).

    Raises
    ------
    InputError
        As `grating`.
    """
    pattern = grating(
        Screen(screen.shape, screen.pixel), frequency, orientation=orientation, phase=phase,
        diameter=diameter, at=at,
    )  # fmt: skip
    turn = 2 * math.pi * number(temporal_frequency, "temporal_frequency") * screen.frame
    return modulated(screen, pattern[None], lambda n: np.cos(turn * n)[:, None], contrast, count)


@on_screen
def plaid(
    screen: Screen, frequency: float, temporal_frequency: float = USUAL_FREQUENCY, *,
    orientations: tuple[float, float] = (45.0, 135.0), contrasts: tuple[float, float] = (0.5, 0.5),
    phase: float = 0.0, diameter: float | None = None, at: tuple[float, float] = (0.0, 0.0),
    count: int | None = None,
) -> Movie:  # fmt: skip
    """Return two drifting gratings on one another, each with its orientation and contrast.

    Raises
    ------
    InputError
        As `grating`; contrasts that together are above 1.
    """
    first, second = map(checked_contrast, pair(contrasts, "contrasts", "each from 0 to 1"))
    orientations = pair(orientations, "orientations", "degrees")
    checked_contrast(first + second)
    still = Screen(screen.shape, screen.pixel, screen.frame)
    parts = [
        drifting_grating(
            still, frequency, temporal_frequency, orientation=orientation, phase=phase,
            diameter=diameter, at=at, contrast=contrast,
        )
        for orientation, contrast in zip(orientations, (first, second), strict=True)
    ]  # fmt: skip

    def make(start: int, frames: int) -> np.ndarray:
        return screen.shown(sum(part.frames(start, frames) for part in parts))

    return Movie(make, screen.shape, screen.frame, count)


def modulated(
    screen: Screen, patterns: np.ndarray, mixed: Callable[[np.ndarray], np.ndarray],
    contrast: float, count: int | None,
) -> Movie:  # fmt: skip
    """Return a movie of patterns (k, rows, columns), each frame their sum with its own weights.

    `mixed(frames)` returns the weights of so-numbered frames, (frames, k).
    """
    flat = checked_contrast(contrast) * patterns.reshape(len(patterns), -1)
    luminance = screen.luminance
    if luminance is not None:
        flat = luminance * flat

    def make(first: int, frames: int) -> np.ndarray:
        # Not a matrix product: BLAS rounds a frame by how many others are made with it.
        seen = np.einsum("fk,kp->fp", mixed(np.arange(first, first + frames)), flat)
        if luminance is not None:
            seen += luminance
        return seen.reshape(frames, *screen.shape)

    return Movie(make, screen.shape, screen.frame, count)


def _pair(
    screen: Screen, frequency: float, orientation: float, diameter: float | None,
    at: tuple[float, float],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return a grating's cosine and sine, averaged over each pixel, in their disk."""
    frequency = number(frequency, "frequency", "cycles per degree", least=0)
    steepest = max(map(abs, normal(orientation)))
    finest = 0.5 / (screen.pixel * steepest)
    if frequency > finest * (1 + 1e-12):
        raise InputError(
            f"a frequency of {frequency:g} cycles/° is too fine for pixels of {screen.pixel:g}°, "
            f"which show {finest:g} at most: take smaller ones"
        )
    if diameter is not None:
        diameter = screen.fits(diameter, "diameter")
    return _patterns(screen, frequency, float(orientation), diameter, point(at))


@lru_cache(maxsize=2)  # a tuning to phase or contrast shows the same again and again
def _patterns(
    screen: Screen, frequency: float, orientation: float, diameter: float | None,
    at: tuple[float, float],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    across_x, across_y = normal(orientation)
    x, y = screen.around(at)
    angle = 2 * math.pi * frequency * (across_x * x + across_y * y)
    averaged = np.sinc(frequency * across_x * screen.pixel)
    averaged *= np.sinc(frequency * across_y * screen.pixel)
    window = np.asarray(averaged)
    if diameter is not None:
        window = window * disk(screen, diameter, at)
    pair = np.cos(angle) * window, np.sin(angle) * window
    for pattern in pair:
        pattern.flags.writeable = False
    return pair
