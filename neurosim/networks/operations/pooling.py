"""Pooling of images: of each window one value, channel by channel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engines import engine
from ..record import Vjp
from ..tensor import Tensor
from .declaration import operation
from .windows import check_images, down_and_across, windows_on


def max_pool2d(
    x: Any,
    size: int | tuple[int, int] = (2, 2),
    strides: int | tuple[int, int] | None = None,
    padding: str = "valid",
) -> Tensor:
    """The largest value of each window; of several, the first has the gradient.

    Parameters
    ----------
    x
        Images, (batch, height, width, channels).
    size
        Of a window, down and across; one number stands for both.
    strides
        From one window to the next; left out, its size: they lie side by side.
    padding
        "valid": only windows within the image.  "same": ⌈n/stride⌉ windows along n pixels, and
        what one has beyond the image does not count.

    Returns
    -------
    (batch, windows down, windows across, channels).

    Raises
    ------
    InputError
        No images, windows larger than they where padding is "valid", sizes or strides that are not
        whole numbers from 1 on, another padding.
    """
    return _max_pool2d(x, *_sizes("max_pool2d", size, strides), padding)


def average_pool2d(
    x: Any,
    size: int | tuple[int, int] = (2, 2),
    strides: int | tuple[int, int] | None = None,
    padding: str = "valid",
) -> Tensor:
    """The mean of each window's values within the image; as `max_pool2d` otherwise."""
    return _average_pool2d(x, *_sizes("average_pool2d", size, strides), padding)


def _sizes(name: str, size: Any, strides: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    sized = down_and_across(name, "size", size)
    return sized, sized if strides is None else down_and_across(name, "strides", strides)


@operation
def _max_pool2d(
    x: np.ndarray, /, size: tuple[int, int], strides: tuple[int, int], padding: str
) -> tuple[np.ndarray, Vjp]:
    check_images("max_pool2d", x)
    windows = windows_on("max_pool2d", x.shape[1:3], size, strides, padding)
    on = engine()
    x = on.xp.ascontiguousarray(x)
    y = on.xp.empty((len(x), *windows.count, x.shape[3]), x.dtype)
    on.pooling.pool_largest(windows, x, y)

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        found = np.empty_like(x)
        on.pooling.return_to_largest(windows, x, y, on.xp.ascontiguousarray(g), found)
        return (found,)

    return y, vjp


@operation
def _average_pool2d(
    x: np.ndarray, /, size: tuple[int, int], strides: tuple[int, int], padding: str
) -> tuple[np.ndarray, Vjp]:
    check_images("average_pool2d", x)
    windows = windows_on("average_pool2d", x.shape[1:3], size, strides, padding)
    on = engine()
    x = on.xp.ascontiguousarray(x)
    shape = x.shape
    y = on.xp.empty((len(x), *windows.count, shape[3]), x.dtype)
    on.pooling.pool_mean(windows, x, y)

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        found = on.xp.empty(shape, g.dtype)
        on.pooling.return_to_mean(windows, on.xp.ascontiguousarray(g), found)
        return (found,)

    return y, vjp
