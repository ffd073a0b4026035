"""A thousand rate neurons, every one connected to every one, 64 trials at once.

The network of `rate_network`; its product of matrices is what the time goes into, and BLAS's
product alone, without the neurons, is the measure.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .floors import multiply_add_rate
from .rate_network import STEP, Network, jax_side, our_side
from .timing import Benchmark, Floor, Side, load


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, smaller where `quick`."""
    size, trials, steps = (200, 8, 20) if quick else (1_000, 64, 100)
    generator = np.random.default_rng(0)
    weights = 1.2 / math.sqrt(size) * generator.standard_normal((size, size))
    bias = 0.1 * generator.standard_normal(size)
    initial = 0.1 * generator.standard_normal((trials, size))
    given = [np.asarray(a, dtype=np.float32) for a in (weights, bias, initial)]
    network = Network(given[0], given[1], given[2], steps)
    return [
        Benchmark(
            f"{size:,} rate neurons, dense, {trials} trials, {steps} steps",
            ours=lambda: our_side(network),
            peers={
                "JAX": lambda: jax_side(
                    network, lambda y, transposed: y @ transposed, network.weights.T.copy()
                ),
                "PyTorch": lambda: torch_side(network),
                "NumPy": lambda: numpy_side(network, neurons),
                "BLAS, the products alone": lambda: numpy_side(network, None),
            },
            floor=lambda: floor(network),
            tolerance=1e-3,
        )
    ]


def floor(network: Network) -> Floor:
    """Return the time of the multiplications."""
    count = network.steps * network.weights.size * len(network.initial)
    rate = multiply_add_rate()
    return Floor(count / rate, f"{count / 1e9:.2g}·10⁹ multiply–adds at {rate / 1e9:.0f}/ns")


def neurons(drive: np.ndarray, y: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return the activities after a step, from the products."""
    drive += bias
    np.tanh(drive, out=drive)
    drive -= y
    drive *= np.float32(STEP)
    drive += y
    return drive


def numpy_side(network: Network, rule: Callable[..., np.ndarray] | None) -> Side:
    """Loop over BLAS's products; with no rule there is nothing else, and no answer."""
    weights = network.weights.T

    def run() -> np.ndarray | None:
        y = network.initial.copy()
        drive = np.empty_like(y)
        for _ in range(network.steps):
            np.matmul(y, weights, out=drive)
            if rule is not None:
                rule(drive, y, network.bias)
                y, drive = drive, y
        return y if rule is not None else None

    return Side(run)


def torch_side(network: Network) -> Side:
    """Loop over eager operations, in place where they can be."""
    torch = load("torch")
    bias, weights = torch.from_numpy(network.bias), torch.from_numpy(network.weights.T.copy())

    def run() -> np.ndarray:
        with torch.inference_mode():
            y: Any = torch.from_numpy(network.initial.copy())
            for _ in range(network.steps):
                target = torch.addmm(bias, y, weights).tanh_()
                y.add_(target.sub_(y), alpha=STEP)
            return np.asarray(y.numpy())

    return Side(run)
