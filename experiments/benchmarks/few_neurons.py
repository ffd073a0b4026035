"""Three neurons that drive one another: what a step costs beside its work, in nanoseconds."""

from __future__ import annotations

import time

import numpy as np

from .rate_network import STEP, Network, jax_side, our_side
from .timing import Benchmark, Side

NEURONS = 3


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, shorter where `quick`."""
    steps = 1_000 if quick else 1_000_000
    generator = np.random.default_rng(0)
    weights = 0.5 * generator.standard_normal((NEURONS, NEURONS))  # they settle
    bias, initial = 0.1 * generator.standard_normal((2, NEURONS))
    given = [np.asarray(a, dtype=np.float32) for a in (weights, bias, initial)]
    network = Network(given[0], given[1], given[2], steps)
    return [
        Benchmark(
            f"{NEURONS} rate neurons, a step of {steps:,}",
            ours=lambda: our_side(network, dtype="float64"),
            peers={
                "JAX": lambda: jax_side(network, lambda y, weights: weights @ y, network.weights),
                "NumPy": lambda: numpy_side(network),
            },
            rounds=5,
            unit="ns",
            scale=1e9 / steps,
            tolerance=1e-3,
        )
    ]


def numpy_side(network: Network) -> Side:
    """Loop in Python over a hundredth of the steps, and count them a hundredfold."""
    share = 100
    last = [0.0]

    def run() -> None:
        y = network.initial.astype(float)
        weights, bias = network.weights.astype(float), network.bias.astype(float)
        begin = time.perf_counter()
        for _ in range(network.steps // share):
            y += STEP * (np.tanh(weights @ y + bias) - y)
        last[0] = share * (time.perf_counter() - begin)

    return Side(run, measured=lambda: last[0])
