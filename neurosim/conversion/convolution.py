"""Convolutional layers: one kernel for all cells of a sheet."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ..networks.layers import Conv2D
from ..sources import Arithmetic, Source, convolve
from .cells import Cells, Construction, Flow
from .dense import with_activation
from .windows import windows

BORDERS = {"valid": "valid", "same": "zero"}


def conv2d(
    layer: Conv2D, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return sheets of cells that share their weights."""
    source = construction.neurons(heard[0])
    down, across = layer.strides

    def wired(kernel: np.ndarray) -> Arithmetic:
        if down == across:
            return convolve(source, kernel, border=BORDERS[layer.padding], stride=down)
        return _unequal(source, kernel, layer)

    cells = Cells(
        layer.name, shape, (source,), wired, layer.kernel.read().astype(np.float64),
        layer.bias.read().astype(np.float64) if layer.bias is not None else 0.0, separate=True,
    )  # fmt: skip
    return with_activation(cells, layer.activation, construction)


def _unequal(source: Source, kernel: np.ndarray, layer: Conv2D) -> Arithmetic:
    """Return a convolution whose strides differ, with each cell's weights written out."""
    found = windows(source.shape, layer.kernel_size, layer.strides, layer.padding)
    own = np.arange(source.size).reshape(source.shape)
    # axes: row out, column out, filter, row, column, channel
    pixels = own[found.rows, found.columns][:, :, None]
    data = np.moveaxis(kernel, 3, 0) * found.inside[:, :, None, ..., None]
    columns = np.broadcast_to(pixels, data.shape).reshape(-1)
    cells = data.size // kernel[..., 0].size
    pointers = np.arange(cells + 1) * kernel[..., 0].size
    matrix = sparse.csr_array((data.reshape(-1), columns, pointers), shape=(cells, source.size))
    matrix.eliminate_zeros()
    return matrix @ source
