"""Pooling of images: of each window one value, channel by channel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import kernels
from ...kernels.crew import share
from ..record import Vjp
from ..tensor import Tensor
from .declaration import operation
from .windows import Windows, check_images, down_and_across, windows_on

FEW = 50_000  # values for which no other thread is called


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
    x = np.ascontiguousarray(x)
    y = np.empty((len(x), *windows.count, x.shape[3]), x.dtype)
    shape, flat = x.shape, _flat(windows)
    taken = np.zeros(1, np.int64)
    share(
        lambda: kernels.pool_largest(x.reshape(-1), shape, flat, y.reshape(-1), taken), _pieces(x)
    )

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        found = np.empty_like(x)
        taken = np.zeros(1, np.int64)
        cotangent = np.ascontiguousarray(g).reshape(-1)

        def work() -> None:
            kernels.return_to_largest(
                x.reshape(-1), y.reshape(-1), cotangent, shape, flat, found.reshape(-1),
                np.empty(shape[3], x.dtype), taken,
            )  # fmt: skip

        share(work, _pieces(x))
        return (found,)

    return y, vjp


@operation
def _average_pool2d(
    x: np.ndarray, /, size: tuple[int, int], strides: tuple[int, int], padding: str
) -> tuple[np.ndarray, Vjp]:
    check_images("average_pool2d", x)
    windows = windows_on("average_pool2d", x.shape[1:3], size, strides, padding)
    x = np.ascontiguousarray(x)
    y = np.empty((len(x), *windows.count, x.shape[3]), x.dtype)
    shape, flat, pieces = x.shape, _flat(windows), _pieces(x)
    taken = np.zeros(1, np.int64)
    share(lambda: kernels.pool_mean(x.reshape(-1), shape, flat, y.reshape(-1), taken), pieces)

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        found = np.empty(shape, g.dtype)
        taken = np.zeros(1, np.int64)
        cotangent = np.ascontiguousarray(g).reshape(-1)
        share(
            lambda: kernels.return_to_mean(cotangent, shape, flat, found.reshape(-1), taken), pieces
        )
        return (found,)

    return y, vjp


def _flat(windows: Windows) -> tuple[int, ...]:
    """Return windows as the kernels take them."""
    return (*windows.size, *windows.strides, *windows.before, *windows.count)


def _pieces(x: np.ndarray) -> int:
    """Return into how many pieces the work on images is cut for threads."""
    return len(x) if x.size > FEW else 1
