"""Where the windows of a convolution or a pooling lie on an image."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Windows(NamedTuple):
    """The pixels of each window, all (rows out, columns out, window's height, width).

    Attributes
    ----------
    rows, columns : of each pixel; of one that lies outside, of the nearest inside
    inside : whether it lies within the image
    """

    rows: np.ndarray
    columns: np.ndarray
    inside: np.ndarray


def windows(
    image: tuple[int, ...], extent: tuple[int, int], strides: tuple[int, int], padding: str
) -> Windows:
    """Return the windows on an image (height, width, …), with Keras's padding."""
    places, within = [], []
    for length, size, stride in zip(image, extent, strides, strict=False):
        before, count = 0, (length - size) // stride + 1
        if padding == "same":  # an odd place of padding is at the end
            count = -(-length // stride)
            before = max((count - 1) * stride + size - length, 0) // 2
        at = np.arange(count)[:, None] * stride - before + np.arange(size)
        places.append(np.clip(at, 0, length - 1))
        within.append((at >= 0) & (at < length))
    shape = (len(places[0]), len(places[1]), *extent)
    rows, columns = places[0][:, None, :, None], places[1][None, :, None, :]
    inside = within[0][:, None, :, None] & within[1][None, :, None, :]
    return Windows(*(np.broadcast_to(part, shape) for part in (rows, columns, inside)))
