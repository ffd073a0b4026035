"""The cells that see the illusions, and how far pixels can put them off."""

from __future__ import annotations

import math

from circuits.lgn import sheets
from circuits.retina import RADII, DifferenceOfGaussians
from neurosim import Circuit

from ..gaussians import gaussians

REACH = 3.2  # surround radii that one cell sees each way


def brightness_cells(shape: tuple[int, int], field: DifferenceOfGaussians, pixel: float) -> Circuit:
    """Return retina and LGN, and cells that take ON − OFF: an image in, a signed sheet out."""
    circuit = Circuit("brightness")
    on, off = sheets(shape, field, pixel=pixel)(circuit.inputs("image", shape=shape, real=True))
    circuit.output(circuit.rate("brightness", excite=on, subtract=off, transfer="identity"))
    return circuit


def error_of_pixels(field: DifferenceOfGaussians, pixel: float) -> float:
    """Return how far pixels can put a response off.

    A stimulus and weights averaged over pixels widen a Gaussian of radius g to √(g² + p²/3), by
    p²/6g² of itself, and no response here changes by more than its volume times that; and a
    kernel ends at three radii.
    """
    beyond = 1 - math.erf(RADII) ** 2
    return sum(gain * ((pixel / spread) ** 2 / 6 + beyond) for spread, gain, _ in gaussians(field))
