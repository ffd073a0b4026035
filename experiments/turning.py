"""Images turned about their middles."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

WHOLE = 180.0  # degrees to either side: any angle


def with_room(images: np.ndarray) -> np.ndarray:
    """Return square images with so much 0 around them that no turn cuts anything off.

    Parameters
    ----------
    images
        (images, side, side).

    Returns
    -------
    (images, wider, wider), wider the diagonal or a pixel or two more, so that the middle stays.
    """
    side = images.shape[1]
    margin = math.ceil((math.sqrt(2) * side - side) / 2)
    return np.pad(images, ((0, 0), (margin, margin), (margin, margin)))


def turned(images: np.ndarray, degrees: np.ndarray, spline: Literal[1, 3] = 1) -> np.ndarray:
    """Return images, each turned by its own angle about its middle.

    What comes from outside is as the border is.

    Parameters
    ----------
    images
        (images, rows, columns).
    degrees
        Counterclockwise, (images,).
    spline
        Its degree, between pixels: 1 is linear, so that no value is beyond those there were; 3
        changes smooth images less.
    """
    from scipy.ndimage import rotate  # a tenth of a second

    return np.array(
        [
            rotate(image, angle, reshape=False, order=spline, mode="nearest")
            for image, angle in zip(images, degrees, strict=True)
        ]
    )


def through_a_round_window(images: np.ndarray, radius: float, outside: float = 0.0) -> np.ndarray:
    """Return images of which only what is in a circle about the middle is seen.

    Parameters
    ----------
    images
        (…, side, side).
    radius
        Pixels from the image's middle to the farthest pixel's that is seen.
    outside
        The value of all other pixels.
    """
    away = np.arange(images.shape[-1]) - (images.shape[-1] - 1) / 2
    return np.where(np.hypot(away[:, None], away) <= radius, images, outside)
