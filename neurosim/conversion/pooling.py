"""Pooling layers: the largest by subtraction and rectification, the mean by equal weights."""

from __future__ import annotations

import math

import numpy as np
from scipy import sparse

from ..networks.layers import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from ..sources import Source
from .cells import Cells, Construction, Flow
from .largest import largest
from .windows import windows


def max_pooling(
    layer: MaxPooling2D, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return cells that answer as the largest of their window: b + [a − b]₊, pair by pair."""
    source = construction.neurons(heard[0])
    found = windows(source.shape, layer.pool_size, layer.strides, layer.padding)
    # A pixel outside is the nearest inside, which is in the window too.
    pixels = np.moveaxis(source.index[found.rows, found.columns], -1, 2)
    values = Source(construction.circuit, pixels.reshape(*shape, -1))
    return construction.circuit.rate(
        construction.free_name(layer.name), transfer="identity",
        excite=largest(values, layer.name, construction), shape=shape,
    )  # fmt: skip


def average_pooling(
    layer: AveragePooling2D, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return cells excited by all of their window alike."""
    source = construction.neurons(heard[0])
    found = windows(source.shape, layer.pool_size, layer.strides, layer.padding)
    share = found.inside / found.inside.sum(axis=(2, 3), keepdims=True)
    own = np.arange(source.size).reshape(source.shape)
    pixels = np.moveaxis(own[found.rows, found.columns], -1, 2).reshape(*shape, -1)
    shares = np.broadcast_to(share.reshape(*shape[:2], 1, -1), pixels.shape)
    return _mean(layer.name, source, pixels, shares, shape)


def global_average_pooling(
    layer: GlobalAveragePooling2D,
    heard: list[Flow],
    shape: tuple[int, ...],
    construction: Construction,
) -> Flow:
    """Return a cell a channel, excited by all of it alike."""
    source = construction.neurons(heard[0])
    pixels = np.arange(source.size).reshape(-1, *shape).T
    shares = np.broadcast_to(1 / pixels.shape[-1], pixels.shape)
    return _mean(layer.name, source, pixels, shares, shape)


def _mean(
    name: str, source: Source, pixels: np.ndarray, shares: np.ndarray, shape: tuple[int, ...]
) -> Cells:
    """Return cells that hear so many pixels each, (*shape, pixels), by these shares."""
    count = math.prod(shape)
    rows = np.repeat(np.arange(count), pixels.shape[-1])
    matrix = sparse.csr_array(
        sparse.coo_array((shares.ravel(), (rows, pixels.ravel())), shape=(count, source.size))
    )
    matrix.eliminate_zeros()
    return Cells(
        name, shape, (source,),
        lambda weights: np.broadcast_to(weights, shape).ravel() * (matrix @ source), np.ones(()),
    )  # fmt: skip
