"""A convolution and its gradients on a card: patches are written out, and products are BLAS's.

Chellapilla, Puri & Simard (2006).  Patches take as many times the room of the images as a kernel
has taps: so as many images go together as have patches of `PATCH_BYTES`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kernels import cuda_activations, cuda_patches, rules
from .availability import arrays
from .launches import launch
from .network_kernels import activate
from .parts import room_for_parts
from .products import matmul

if TYPE_CHECKING:
    from ..networks.operations.windows import Windows

PATCH_BYTES = 2**28  # or those of one image, where that has more


def forward(windows: Windows, x: Any, kernel: Any, bias: Any, code: int) -> Any:
    """Return f(x ⋆ kernel + bias), all C-contiguous; bias may be None."""
    xp = arrays()
    neurons = kernel.shape[3]
    y = xp.empty((len(x), *windows.count, neurons), x.dtype)
    answers, weights = y.reshape(-1, neurons), kernel.reshape(-1, neurons)
    for rows, patches in _patches(windows, x, len(weights)):
        matmul(patches, weights, out=answers[rows])
    if bias is not None or code != rules.IDENTITY:
        activate(code, answers, xp.zeros(neurons, x.dtype) if bias is None else bias)
    return y


def backward(
    windows: Windows, x: Any, kernel: Any, g: Any, y: Any, code: int
) -> tuple[Callable[[], Any], ...]:
    """Return what finds the gradients of the images, of the kernel and of the bias."""
    neurons = kernel.shape[3]
    slopes = cotangents = g.reshape(-1, neurons)
    parts = slopes
    if code != rules.IDENTITY:
        slopes, parts = np.empty_like(cotangents), room_for_parts(cotangents)
        launch(
            cuda_activations.activation_slopes, parts.size, code, y.reshape(-1, neurons),
            cotangents, slopes, parts,
        )  # fmt: skip
    return (
        lambda: _backward_to_images(windows, kernel, slopes, x.shape),
        lambda: _backward_to_kernel(windows, x, kernel.shape, slopes),
        lambda: parts.sum(axis=0),
    )


def _backward_to_images(windows: Windows, kernel: Any, slopes: Any, shape: tuple[int, ...]) -> Any:
    """Return the gradient of images of some shape."""
    weights = kernel.reshape(-1, kernel.shape[3]).T
    if _are_pixels(windows):
        return matmul(slopes, weights).reshape(shape)
    found = arrays().empty(shape, slopes.dtype)
    for images, rows, patches in _pieces(windows, len(found), len(weights.T), found.dtype):
        matmul(slopes[rows], weights, out=patches)
        piece = found[images]
        launch(
            cuda_patches.add_patches, piece.size, patches.reshape(-1), piece.shape,
            windows.numbers, piece.reshape(-1),
        )  # fmt: skip
    return found


def _backward_to_kernel(windows: Windows, x: Any, shape: tuple[int, ...], slopes: Any) -> Any:
    """Return the gradient of a kernel of some shape."""
    taps = math.prod(shape[:3])
    parts = [matmul(patches.T, slopes[rows]) for rows, patches in _patches(windows, x, taps)]
    return reduce(np.add, parts).reshape(shape) if parts else arrays().zeros(shape, x.dtype)


def _patches(windows: Windows, x: Any, taps: int) -> Iterator[tuple[slice, Any]]:
    """Write patches piece by piece; give their rows among all of them, and (rows, taps)."""
    if _are_pixels(windows):
        yield slice(None), x.reshape(-1, taps)
        return
    for images, rows, patches in _pieces(windows, len(x), taps, x.dtype):
        piece = x[images]
        launch(
            cuda_patches.write_patches, patches.size, piece.reshape(-1), piece.shape,
            windows.numbers, patches.reshape(-1),
        )  # fmt: skip
        yield rows, patches


def _pieces(
    windows: Windows, images: int, taps: int, dtype: np.dtype
) -> Iterator[tuple[slice, slice, Any]]:
    """Give which images go together, the rows of their patches, and room for these, each time."""
    most = min(images, max(1, PATCH_BYTES // (windows.number * taps * dtype.itemsize)))
    room = arrays().empty((most * windows.number, taps), dtype)
    for first in range(0, images, max(1, most)):
        last = min(first + most, images)
        rows = slice(first * windows.number, last * windows.number)
        yield slice(first, last), rows, room[: rows.stop - rows.start]


def _are_pixels(windows: Windows) -> bool:
    """Return whether each pixel is a patch, so that none need be written."""
    return windows.size == windows.strides == (1, 1)
