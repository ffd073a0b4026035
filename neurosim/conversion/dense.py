"""Dense layers: a matrix of weights."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy import sparse

from ..networks.layers import Dense
from ..sources import Arithmetic, Source
from .activation import activated
from .cells import Cells, Construction, Flow


def dense(
    layer: Dense, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return cells that each hear all in the last axis of what flows."""
    cells = hearing_all(
        layer.name, construction.neurons(heard[0]), layer.kernel.read(),
        layer.bias.read() if layer.bias is not None else np.zeros(()), shape,
    )  # fmt: skip
    return with_activation(cells, layer.activation, construction)


def hearing_all(
    name: str, source: Source, weights: np.ndarray, bias: np.ndarray, shape: tuple[int, ...]
) -> Cells:
    """Return cells that each hear all in the last axis of a source by weights (inputs, units)."""
    rows = math.prod(shape[:-1])

    def wired(weights: np.ndarray) -> Arithmetic:
        if rows == 1:
            return weights.T @ source
        return sparse.kron(sparse.eye_array(rows), weights.T, "csr") @ source

    return Cells(
        name, shape, (source,), wired, weights.astype(np.float64), bias.astype(np.float64),
        separate=True,
    )  # fmt: skip


def with_activation(cells: Cells, name: str, construction: Construction) -> Flow:
    """Return cells with their own layer's activation; of softmax they are only the drive."""
    driving = replace(cells, name=f"{cells.name} drive") if name == "softmax" else cells
    return activated(driving, name, cells.name, construction)
