"""Images turned by known angles: so that little but what they show tells it, or as they are."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from ..turning import through_a_round_window, turned, with_room

SMOOTH = 1.0  # pixels, the deviation of a Gaussian


class Turned(NamedTuple):
    """Images turned by known angles.

    Attributes
    ----------
    images : from 0 to 1, (originals, copies, rows, columns)
    degrees : by which each was turned, counterclockwise, (originals, copies)
    """

    images: np.ndarray
    degrees: np.ndarray

    def samples(self, originals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return all copies of some originals, (samples, rows, columns), and their degrees.

        First stand the first copies of all, then the second: those of one are never neighbours.
        """
        images = np.swapaxes(self.images[originals], 0, 1)
        return images.reshape(-1, *images.shape[2:]), self.degrees[originals].T.ravel()


def in_a_window(images: np.ndarray, degrees: np.ndarray) -> Turned:
    """Return images turned, of which little tells by how much but what they show.

    They are seen through the largest round window that no turn brings a border into.  Between
    pixels a turned image is a mean of neighbours: where these differ it is the flatter the farther
    from a pixel's middle, a pattern that tells the angle even of noise.  So the images are made
    smooth before they are turned, and the means are those of cubic splines.

    A trace is left: at the border a Gaussian has fewer pixels to be the mean of, so that noise
    varies more there, and the border turns.  Who fits the angle to all products of two pixels, of
    6000 images of noise, predicts it of others with a correlation of about 0.3; the network, of
    such images as there are here, finds none, as is claimed each time.

    Parameters
    ----------
    images
        (originals, side, side).
    degrees
        For each of their copies, counterclockwise, (originals, copies).
    """
    from scipy.ndimage import gaussian_filter  # a tenth of a second

    smooth = gaussian_filter(images, (0, SMOOTH, SMOOTH), mode="nearest")
    radius = (images.shape[1] - 1) / 2  # no pixel within was beyond the middles of the outermost
    return Turned(through_a_round_window(_copies(smooth, degrees, spline=3), radius), degrees)


def whole(images: np.ndarray, degrees: np.ndarray) -> Turned:
    """Return images turned with room for all of them, as one would who suspects nothing.

    Handwritten digits were cut out by upright boxes that they fill, and the box turns with them.
    Parameters as of `in_a_window`.
    """
    return Turned(_copies(with_room(images), degrees), degrees)


def _copies(images: np.ndarray, degrees: np.ndarray, spline: Literal[1, 3] = 1) -> np.ndarray:
    """Return each image turned by each of its angles: (originals, copies, rows, columns)."""
    copies = turned(np.repeat(images, degrees.shape[1], axis=0), degrees.ravel(), spline)
    return copies.reshape(*degrees.shape, *copies.shape[1:])
