"""Ten thousand rate neurons, each hearing a hundred others: a million synapses, 200 steps.

The network of `rate_network`, with sparse weights.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from scipy import sparse

from . import generated
from .floors import gather_rate, read_rate
from .rate_network import (
    DT,
    EULER_TAU,
    Network,
    jax_side,
    loop_side,
    our_side,
    torch_side,
    with_random_state,
)
from .timing import Benchmark, Floor, Side, load


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, smaller where `quick`."""
    size, heard, steps = (1_000, 10, 50) if quick else (10_000, 100, 200)
    generator = np.random.default_rng(0)
    network = with_random_state(random_weights(size, heard, generator), steps, generator)
    return [
        Benchmark(
            f"{size:,} rate neurons, {size * heard:,} synapses, {steps} steps",
            ours=lambda: our_side(network),
            peers={
                "PyTorch CSR": lambda: torch_side(network, torch_weights(network)),
                "JAX": lambda: jax_gathering(network),
                "SciPy CSR": lambda: loop_side(network),
                "ANNarchy": lambda: generated.annarchy_side(network, DT, EULER_TAU, "lil"),
            },
            floor=lambda: floor(network),
        )
    ]


def random_weights(size: int, heard: int, generator: np.random.Generator) -> sparse.csr_array:
    """Return (size, size) weights in float32, `heard` of each row at random places."""
    places = np.stack([generator.choice(size, heard, replace=False) for _ in range(size)])
    places.sort(axis=1)
    values = 1.2 / math.sqrt(heard) * generator.standard_normal(size * heard)
    pointers = np.arange(0, size * heard + 1, heard, dtype=np.int32)
    return sparse.csr_array(
        (values.astype(np.float32), places.astype(np.int32).ravel(), pointers),
        shape=(size, size),
    )


def floor(network: Network) -> Floor:
    """Return the longer of two: reading weights and indices, and gathering what they weigh."""
    synapses = network.weights.nnz
    nbytes = synapses * (4 + np.min_scalar_type(network.size - 1).itemsize)
    reading, gathering = read_rate(nbytes), gather_rate(network.size)
    reason = f"{nbytes / 1e6:.3g} MB read at {reading / 1e9:.0f} GB/s"
    seconds = nbytes / reading
    if synapses / gathering > seconds:
        reason = f"{synapses:,} values gathered at {gathering / 1e9:.1f}/ns"
        seconds = synapses / gathering
    return Floor(network.steps * seconds, f"{network.steps} × {reason}")


def torch_weights(network: Network) -> Any:
    """Return the weights as PyTorch's CSR, indices of 32 bits: for these it calls MKL."""
    torch = load("torch")
    warnings.filterwarnings("ignore", "Sparse")  # that these tensors are new
    weights = network.weights
    parts = (weights.indptr, weights.indices, weights.data)
    return torch.sparse_csr_tensor(*map(torch.from_numpy, parts), size=weights.shape)


def jax_gathering(network: Network) -> Side:
    """Gather a table (neurons, heard) and sum its rows: the fastest way found in JAX.

    That all rows are equally long is its best case.  Beside it, segment_sum and the BCOO product
    take 7 times as long, the BCSR product 30 times.
    """

    def product(y: Any, weights: Any, places: Any) -> Any:
        return (weights * y.at[places].get(mode="promise_in_bounds")).sum(axis=1)

    table = (network.size, -1)
    weights = network.weights
    return jax_side(network, product, weights.data.reshape(table), weights.indices.reshape(table))
