"""Simultaneous contrast: a grey disk looks darker on a bright background."""

from __future__ import annotations

import math

import numpy as np

from circuits import stimuli
from circuits.retina import DifferenceOfGaussians, ganglion_cell
from circuits.stimuli import Screen
from neurosim.result import Result

from ..gaussians import gaussians
from .cells import REACH, error_of_pixels
from .families import Family, claim_family

DISKS = np.linspace(0.3, 8.0, 14)  # center radii across
DISK = 3.2  # the one that is shown


def answer_disks(result: Result, field: DifferenceOfGaussians, pixel: float) -> Family:
    """How a cell in the middle of a grey disk answers to the light around it."""
    diameters = DISKS * field.center
    screen = Screen.reaching(max(REACH * field.surround, diameters[-1] / 2), pixel=pixel)
    cell = ganglion_cell(screen.shape, field, pixel=pixel)
    # A field of light 1 with a hole of 0: the response is the slope, as the cell is linear.
    measured = np.array([cell(1 + stimuli.spot(screen, d, dark=True)) for d in diameters])

    def slope(diameter: float) -> float:
        return sum(
            sign * gain * math.exp(-((diameter / (2 * spread)) ** 2))
            for spread, gain, sign in gaussians(field)
        )

    error = error_of_pixels(field, pixel)
    family = Family("simultaneous contrast", "disk", diameters, measured, slope)
    claim_family(result, family, "a disk's response to its background", error)
    shown = DISK * field.center
    contrasts = np.array([-1.0, -0.5, 0.5, 1.0])
    around = [cell(c * (1 + stimuli.spot(screen, shown, dark=True))) for c in contrasts]
    result.claim(
        f"a grey disk of {shown:.3g}° is answered by so much more a unit of the background's "
        "contrast, at any contrast",
        np.diff(around) / np.diff(contrasts),
        [slope(shown)] * 3,
        tolerance=error,
    )
    return family
