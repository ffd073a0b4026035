"""What detectors answer to drifting gratings, and what the closed form says."""

from __future__ import annotations

import numpy as np

from circuits import stimuli
from circuits.motion import Correlator, motion_detectors

from ..pixels import passed
from .trials import at_once

APART = 4  # pixels from one receptor to the other
COLUMNS = 3 * APART  # of the row of pixels that a grating crosses
STEPS = 100  # a time constant: they cost 1/200 of a response
SETTLED = 16  # time constants after which 10⁻⁷ of the onset is left
ERROR = 0.01  # of the largest response, from steps and, at ωτ = 10, from few of them a cycle


def screen_for(correlator: Correlator) -> stimuli.Screen:
    """Return a row of pixels, a frame each step."""
    return stimuli.Screen((1, COLUMNS), correlator.spacing / APART, correlator.tau / STEPS)


def grating_answers(
    correlator: Correlator, contrast: float, wavelengths: np.ndarray, turns: np.ndarray,
    directions: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return what detectors answer to gratings, and what the closed form says.

    `turns` are ωτ, wavelengths degrees across the stripes, directions degrees.  A pixel averages
    the sine over itself, and so takes a sinc of its contrast along either side.
    """
    screen = screen_for(correlator)
    frequencies = turns * correlator.best_frequency
    shown = [
        stimuli.drifting_grating(
            screen, 1 / wavelength, frequency, orientation=90 + direction, contrast=contrast
        )
        for wavelength, frequency, direction in zip(
            wavelengths, frequencies, directions, strict=True
        )
    ]
    circuit = motion_detectors(screen.shape, correlator, pixel=screen.pixel)
    steps = SETTLED * STEPS
    record = circuit.simulate(
        at_once(shown), steps=steps, dt=screen.frame, every=steps
    )  # the answer is constant, its last sample is all of it
    seen = contrast * passed(1 / wavelengths, 90 + directions, screen.pixel)
    along = np.cos(np.radians(directions))
    with np.errstate(divide="ignore"):  # along the stripes the wave is endless
        expected = correlator.response(wavelengths / along, frequencies, seen)
    return record["motion"][:, -1, 0].mean(axis=-1), expected
