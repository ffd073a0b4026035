"""The two Gaussians of a center–surround cell, and how much of one lies in a strip."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from circuits.retina import DifferenceOfGaussians, erf


def gaussians(field: DifferenceOfGaussians) -> tuple[tuple[float, float, int], ...]:
    """Return radius in degrees, volume and sign of the center and of the surround."""
    return (field.center, field.center_gain, 1), (field.surround, field.surround_gain, -1)


def share_of_strip(middle: ArrayLike, width: float, spread: float) -> np.ndarray:
    """Return how much of a Gaussian at 0 lies in strips of this width around their middles."""
    middle = np.asarray(middle)
    return (erf((middle + width / 2) / spread) - erf((middle - width / 2) / spread)) / 2
