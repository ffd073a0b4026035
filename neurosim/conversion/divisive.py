"""Divisive normalization: cells that a pool of all around them divides."""

from __future__ import annotations

import math

import numpy as np
from scipy import sparse

from ..networks.layers import DivisiveNormalization
from ..neurons import power
from ..sources import Arithmetic, Source, convolve
from .cells import Construction, Flow


def divisive_normalization(
    layer: DivisiveNormalization,
    heard: list[Flow],
    shape: tuple[int, ...],
    construction: Construction,
) -> Flow:
    """Return cells with [x]₊ⁿ as excitation, divided by σⁿ and by one pool cell a place."""
    circuit, source = construction.circuit, construction.neurons(heard[0])
    raised = circuit.rate(
        construction.free_name(f"{layer.name} drive"), excite=source,
        transfer="threshold-linear" if layer.exponent == 1 else power(layer.exponent),
    )  # fmt: skip
    pool = circuit.rate(
        construction.free_name(f"{layer.name} pool"), excite=_around(raised, layer),
        shape=(*shape[:-1], 1),
    )  # fmt: skip
    return circuit.rate(
        construction.free_name(layer.name), transfer="identity", excite=raised,
        divide=Source(circuit, np.broadcast_to(pool.index, shape)),
        semi_saturation=layer.semi_saturation.read().astype(np.float64) ** layer.exponent,
    )  # fmt: skip


def _around(raised: Source, layer: DivisiveNormalization) -> Arithmetic:
    """Return the drive of the pool cells: of all channels at a place, or in a neighbourhood."""
    *places, channels = raised.shape
    weight = layer.pool_weight
    if layer.pool is not None:
        kernel = np.full((*layer.pool, channels, 1), weight)
        return convolve(raised, kernel, border="reflect")
    rows = sparse.eye_array(math.prod(places))
    return sparse.kron(rows, np.full((1, channels), weight), "csr") @ raised
