"""A population as its rule takes it: a binary one's parameters and weights as integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .connections import Connection, Convolution, Sparse
from .exactness import EXACT_FLOAT64, common_divisor, decimals, integers
from .kernels import tables
from .populations import VETO, Population, Projection


@dataclass(frozen=True, eq=False)
class Scaled:
    """A population as its rule takes it; `bound` is the largest exact sum, None if not exact."""

    values: dict[str, np.ndarray]
    connections: list[tuple[int, Connection]]
    bound: float | None


def scaled(
    population: Population, arriving: Sequence[Projection], binary: np.ndarray, noisy: bool
) -> Scaled:
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
    if not population.is_binary or noisy:
        signed = [(c, k.scaled(np.float64(s)) if s < 0 else k) for c, s, k in parts]
        return Scaled(values, signed, None)
    pools = [k for c, _, k in parts if c == tables.POOL]
    drives = [(s, k) for c, s, k in parts if c == tables.DRIVE]
    vetoes = [(c, k) for c, _, k in parts if c == tables.VETOES]
    all_binary = all(
        binary[k.source.index.ravel()].all() for c, _, k in parts if c != tables.VETOES
    )
    of_weights = decimals([k.weights for _, k in drives] + [values["bias"]])
    of_threshold = decimals([values["threshold"]])
    of_pool = decimals([k.weights for k in pools] + [values["sigma"]])
    if all_binary and of_weights is not None and of_threshold is not None and of_pool is not None:
        places = max(of_weights, of_threshold + of_pool)
        theta = integers(values["threshold"], of_threshold)
        rise = 10.0 ** (places - of_threshold - of_pool)
        lift = 10.0 ** (places - of_weights)
        sigma = theta * integers(values["sigma"], of_pool) * rise
        bias = integers(values["bias"], of_weights) * lift
        driven = [k.with_weights(s * integers(k.weights, of_weights) * lift) for s, k in drives]
        pooled = [
            _times(k.with_weights(integers(k.weights, of_pool) * rise), theta, population)
            for k in pools
        ]
        bound = np.abs(bias) + np.abs(sigma)
        for k in (*driven, *pooled):
            bound = bound + k.absolute_sums(population.shape).reshape(population.shape)
        if bound.max(initial=0.0) < EXACT_FLOAT64:
            divisor = common_divisor([bias, sigma, *(k.weights for k in (*driven, *pooled))])
            shrunk = [(tables.DRIVE, k.with_weights(k.weights / divisor)) for k in driven]
            shrunk += [(tables.POOL, k.with_weights(k.weights / divisor)) for k in pooled]
            whole = {"bias": bias / divisor, "sigma": sigma / divisor}
            whole["threshold"] = values["threshold"]  # of which only the sign is used
            return Scaled(whole, shrunk + vetoes, float(bound.max(initial=0.0)) / divisor)
    loose = [(tables.DRIVE, k.scaled(np.float64(s)) if s < 0 else k) for s, k in drives]
    loose += [(tables.POOL, _times(k, values["threshold"], population)) for k in pools]
    values["sigma"] = values["threshold"] * values["sigma"]
    return Scaled(values, loose + vetoes, None)


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
