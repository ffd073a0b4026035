"""What pixels leave of what they show."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def passed(frequency: ArrayLike, orientation: ArrayLike, pixel: float) -> Any:
    """Return what is left of a grating's contrast where it is averaged over each pixel.

    Parameters
    ----------
    frequency
        Cycles per degree.
    orientation
        Degrees of the stripes: 90 is vertical.
    pixel
        Degrees a pixel.
    """
    turned = np.radians(np.subtract(orientation, 90))
    cycles = np.asarray(frequency) * pixel
    return np.sinc(cycles * np.cos(turned)) * np.sinc(cycles * np.sin(turned))
