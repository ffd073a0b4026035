"""Divisive normalization on a card: pools of channels, and of neighbourhoods beside them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kernels import cuda_divisive, cuda_pooling
from ..kernels.tables import REFLECT
from .availability import arrays
from .launches import launch
from .network_kernels import extend_images, return_to_images
from .parts import room_for_parts

if TYPE_CHECKING:
    from ..networks.record import Vjp


def forward(
    x: Any, sigma: Any, exponent: float, weight: float, neighbourhood: tuple[int, int] | None
) -> tuple[Any, Vjp]:
    """Return [x]₊ⁿ/(σⁿ + w·Σ[x]₊ⁿ), and what goes back; arguments as the operation's."""
    xp, real = arrays(), x.dtype.type
    shape, channels = x.shape, x.shape[-1]
    x = xp.ascontiguousarray(x).reshape(math.prod(shape[:-1]), channels)
    sigma = xp.ascontiguousarray(sigma)
    around = None if neighbourhood is None else Around(shape[:3], neighbourhood)
    n = real(exponent)
    share = real(weight * (around.cells if around else 1))  # of a mean over the neighbourhood
    pools, y = xp.empty(len(x), x.dtype), np.empty_like(x)
    launch(cuda_divisive.sum_drives, x.size, x, n, share, pools)
    if around:
        pools = around.average(pools)
    launch(cuda_divisive.divide_drives, x.size, x, sigma, pools, n, y)

    def vjp(g: Any) -> tuple:
        g = xp.ascontiguousarray(g).reshape(x.shape)

        def by_x() -> Any:
            shared, found = np.empty_like(pools), np.empty_like(x)
            launch(cuda_divisive.sum_divided, x.size, x, sigma, g, pools, n, share, shared)
            if around:
                shared = around.give_back(shared)
            launch(cuda_divisive.drive_slopes, x.size, x, sigma, g, pools, shared, n, found)
            return found.reshape(shape)

        def by_sigma() -> Any:
            parts = room_for_parts(x)
            launch(cuda_divisive.semi_saturation_slopes, parts.size, x, sigma, g, pools, n, parts)
            return parts.sum(axis=0)

        return by_x, by_sigma

    return y.reshape(shape), vjp


class Around:
    """The mean over the neighbourhood of each place of images of one channel.

    Parameters
    ----------
    shape
        (images, height, width).
    neighbourhood
        Rows and columns; beyond the border the image is reflected.
    """

    def __init__(self, shape: tuple[int, ...], neighbourhood: tuple[int, int]) -> None:
        (rows, columns), (images, height, width) = neighbourhood, shape
        self.cells = rows * columns
        self._shape = (*shape, 1)
        self._whole = (images, height + rows - 1, width + columns - 1, 1)
        self._frame = ((rows - 1) // 2, (columns - 1) // 2, *self._whole[1:3])
        self._windows = (rows, columns, 1, 1, 0, 0, height, width)

    def average(self, values: Any) -> Any:
        """Return the mean around each place."""
        extended = arrays().empty(math.prod(self._whole), values.dtype)
        extend_images(values, self._shape, self._frame, REFLECT, extended)
        found = np.empty_like(values)
        launch(cuda_pooling.pool_mean, found.size, extended, self._whole, self._windows, found)
        return found

    def give_back(self, g: Any) -> Any:
        """Return the gradient of what `average` was given."""
        extended = arrays().empty(math.prod(self._whole), g.dtype)
        launch(cuda_pooling.return_to_mean, extended.size, g, self._whole, self._windows, extended)
        found = np.empty_like(g)
        return_to_images(extended, self._shape, self._frame, REFLECT, found)
        return found
