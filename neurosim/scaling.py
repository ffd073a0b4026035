"""A population as its rule takes it: a binary one's parameters and weights as integers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .connections import Connection, Convolution, Sparse
from .exactness import EXACT_FLOAT64, common_divisor, decimals, integers
from .kernels import tables
from .populations import VETO, Population, Projection
from .sources import Source

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Scaled:
    """A population as its rule takes it; `bound` is the largest exact sum, None if not exact."""

    values: dict[str, np.ndarray]
    connections: list[tuple[int, Connection]]
    bound: float | None


def scaled(
    population: Population, arriving: Sequence[Projection], binary: np.ndarray, noisy: bool,
    learning: bool = False,
) -> Scaled:  # fmt: skip
    """Return a population's parameters and connections as its rule takes them.

    A noise-free binary population compares bias + E − S with θσ + θD, in integers if every
    sum of them stays exact.

    Parameters
    ----------
    arriving
        The projections that arrive at it.
    binary
        For each of the circuit's values whether it is always 0 or 1.
    noisy
        Whether it has noise in what is compiled.
    learning
        Whether weights that can learn do so in what is compiled: they do not stay whole numbers.
    """
    neurons = population.neurons
    assert neurons is not None
    # (engine channel, sign, connection)
    parts = [(_channel(p.channel), _sign(p.channel), p.connection) for p in arriving]
    values = {
        "bias": np.asarray(neurons.bias, dtype=float),
        "threshold": np.asarray(neurons.threshold, dtype=float),
        "sigma": np.asarray(neurons.semi_saturation, dtype=float),
    }
    learns = learning and any(p.connection.learning is not None for p in arriving)
    if not population.is_binary or noisy:
        signed = [(c, k.scaled(np.float64(s)) if s < 0 else k) for c, s, k in parts]
        return Scaled(values, signed, None)
    vetoes = [(c, k) for c, _, k in parts if c == tables.VETOES]
    split = None if learns else _split(parts, population.shape, binary)
    exact = None if split is None else _exact(population, values, split)
    if exact is not None:
        return replace(exact, connections=exact.connections + vetoes)
    loose = [(c, k.scaled(np.float64(s)) if s < 0 else k) for c, s, k in parts if c == tables.DRIVE]
    loose += [
        (c, _times(k, values["threshold"], population)) for c, _, k in parts if c == tables.POOL
    ]
    values["sigma"] = values["threshold"] * values["sigma"]
    return Scaled(values, loose + vetoes, None)


class _Held(NamedTuple):
    """What constants deliver to each neuron: whole numbers, in units of 10^−places."""

    sums: np.ndarray | float = 0.0
    places: int = 0


class _Split(NamedTuple):
    """A binary population's connections without those of constants, which are added up."""

    drives: list[tuple[float, Connection]]  # signs
    pools: list[Connection]
    drive: _Held
    pool: _Held


def _split(
    parts: Sequence[tuple[int, float, Connection]], shape: tuple[int, ...], binary: np.ndarray
) -> _Split | None:
    """Return the connections of sources that are 0 or 1, and what the constants deliver.

    None where there are other sources, or the constants' decimals are too long.
    """
    kept: dict[int, list[tuple[float, Connection]]] = {tables.DRIVE: [], tables.POOL: []}
    held: dict[int, list[tuple[float, csr_array, np.ndarray]]] = {c: [] for c in kept}
    for channel, sign, connection in parts:
        if channel == tables.VETOES:
            continue
        places = connection.source.index.ravel()
        is_binary = binary[places]
        if is_binary.all():
            kept[channel].append((sign, connection))
            continue
        circuit = connection.source.circuit
        values = circuit.constants_at(places)[~is_binary]
        if np.isnan(values).any():
            return None
        matrix = connection.matrix(shape)
        held[channel].append((sign, matrix[:, ~is_binary], values))
        if is_binary.any():
            source = Source(circuit, places[is_binary])
            kept[channel].append((sign, Sparse(source, matrix[:, is_binary], shape)))
    drive, pool = (_added(held[channel], shape) for channel in (tables.DRIVE, tables.POOL))
    if drive is None or pool is None:
        return None
    return _Split(kept[tables.DRIVE], [k for _, k in kept[tables.POOL]], drive, pool)


def _added(
    held: Sequence[tuple[float, csr_array, np.ndarray]], shape: tuple[int, ...]
) -> _Held | None:
    """Return what constants deliver, weights times values; None where it is not exact."""
    if not held:
        return _Held()
    of_weights = decimals([matrix.data for _, matrix, _ in held])
    of_values = decimals([values for _, _, values in held])
    if of_weights is None or of_values is None:
        return None
    sums = bound = np.zeros(math.prod(shape))
    for sign, matrix, values in held:
        whole = matrix.astype(np.float64)
        whole.data = integers(matrix.data, of_weights)
        factors = integers(values, of_values)
        sums = sums + sign * (whole @ factors)
        bound = bound + abs(whole) @ np.abs(factors)
    if bound.max(initial=0.0) >= EXACT_FLOAT64:
        return None
    return _Held(sums.reshape(shape), of_weights + of_values)


def _exact(population: Population, values: dict[str, np.ndarray], split: _Split) -> Scaled | None:
    """Return a population in whole numbers; None where its sums would not all be exact."""
    drives, pools = split.drives, split.pools
    of_weights = decimals([k.weights for _, k in drives] + [values["bias"]])
    of_threshold = decimals([values["threshold"]])
    of_pool = decimals([k.weights for k in pools] + [values["sigma"]])
    if of_weights is None or of_threshold is None or of_pool is None:
        return None
    # Everything in units of 10^−places: bias + E − S against θ times σ + D.
    places = max(of_weights, split.drive.places, of_threshold + max(of_pool, split.pool.places))
    lift = 10.0 ** (places - of_weights)
    rise = 10.0 ** (places - of_threshold - of_pool)
    theta = integers(values["threshold"], of_threshold)
    held = split.drive.sums * 10.0 ** (places - split.drive.places)
    shared = theta * split.pool.sums * 10.0 ** (places - of_threshold - split.pool.places)
    bias = integers(values["bias"], of_weights) * lift
    sigma = theta * integers(values["sigma"], of_pool) * rise
    driven = [k.with_weights(s * integers(k.weights, of_weights) * lift) for s, k in drives]
    pooled = [
        _times(k.with_weights(integers(k.weights, of_pool) * rise), theta, population)
        for k in pools
    ]
    bound = np.abs(bias) + np.abs(held) + np.abs(sigma) + np.abs(shared)
    for k in (*driven, *pooled):
        bound = bound + k.absolute_sums(population.shape).reshape(population.shape)
    if bound.max(initial=0.0) >= EXACT_FLOAT64:
        return None
    bias, sigma = bias + held, sigma + shared
    divisor = common_divisor([bias, sigma, *(k.weights for k in (*driven, *pooled))])
    shrunk = [(tables.DRIVE, k.with_weights(k.weights / divisor)) for k in driven]
    shrunk += [(tables.POOL, k.with_weights(k.weights / divisor)) for k in pooled]
    whole = {"bias": bias / divisor, "sigma": sigma / divisor}
    whole["threshold"] = values["threshold"]  # of which only the sign is used
    return Scaled(whole, shrunk, float(bound.max(initial=0.0)) / divisor)


def _times(connection: Connection, theta: np.ndarray, population: Population) -> Connection:
    """Return a connection with each target's weights multiplied by its threshold."""
    if theta.ndim == 0:
        return connection.scaled(np.float64(theta))
    if isinstance(connection, Convolution):  # its neurons share their weights: write them out
        matrix = connection.matrix(population.shape)
        connection = Sparse(connection.source.ravel(), matrix, population.shape)
    return connection.scaled(theta)


def _channel(channel: str) -> int:
    return {"divide": tables.POOL, VETO: tables.VETOES}.get(channel, tables.DRIVE)


def _sign(channel: str) -> float:
    return -1.0 if channel == "subtract" else 1.0
