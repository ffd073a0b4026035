"""Ten thousand rate neurons, each hearing a hundred others: a million synapses, 200 steps.

As `rate_network`, the weights sparse.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from scipy import sparse

from neurosim import Circuit

from .floors import gather_rate, read_rate
from .generated import annarchy_network
from .rate_network import DT, EULER_TAU, STEP, TAU, Network
from .timing import Benchmark, Floor, Side, load


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, smaller where `quick`."""
    size, heard, steps = (1_000, 10, 50) if quick else (10_000, 100, 200)
    network = random_network(size, heard, steps)
    return [
        Benchmark(
            f"{size:,} rate neurons, {size * heard:,} synapses, {steps} steps",
            ours=lambda: our_side(network),
            peers={
                "PyTorch CSR": lambda: torch_side(network),
                "JAX": lambda: jax_side(network),
                "SciPy CSR": lambda: scipy_side(network),
                "ANNarchy": lambda: annarchy_side(network),
            },
            floor=lambda: floor(network),
        )
    ]


def random_network(size: int, heard: int, steps: int) -> Network:
    """Return a network whose neurons each hear `heard` others, drawn at random."""
    generator = np.random.default_rng(0)
    columns = np.stack([generator.choice(size, heard, replace=False) for _ in range(size)])
    columns.sort(axis=1)
    data = (1.2 / np.sqrt(heard) * generator.standard_normal(size * heard)).astype(np.float32)
    pointers = np.arange(0, size * heard + 1, heard, dtype=np.int32)
    return Network(
        sparse.csr_array((data, columns.astype(np.int32).ravel(), pointers), shape=(size, size)),
        (0.1 * generator.standard_normal(size)).astype(np.float32),
        (0.1 * generator.standard_normal(size)).astype(np.float32),
        steps,
    )


def floor(network: Network) -> Floor:
    """Return the larger of two: reading weights and indices, and gathering what they weigh."""
    synapses = network.weights.nnz
    nbytes = synapses * (4 + np.min_scalar_type(network.size - 1).itemsize)
    reading, gathering = read_rate(nbytes), gather_rate(network.size)
    by_bytes, by_gathers = nbytes / reading, synapses / gathering
    if by_bytes > by_gathers:
        reason = f"{nbytes / 1e6:.3g} MB a step read at {reading / 1e9:.0f} GB/s"
    else:
        reason = f"{synapses:,} values a step gathered at {gathering / 1e9:.1f} a nanosecond"
    return Floor(network.steps * max(by_bytes, by_gathers), f"{network.steps} × {reason}")


def our_side(network: Network) -> Side:
    """Build the circuit, as a user would."""
    circuit = Circuit("net")
    v = circuit.rate("v", shape=network.size, tau=TAU, bias=network.bias, transfer="tanh")
    circuit.connect(v, drive=network.weights @ v)
    circuit.output(v)

    def run() -> np.ndarray:
        record = circuit.simulate(
            steps=network.steps, dt=DT, initial={"v": network.initial}, dtype="float32",
            every=network.steps,
        )  # fmt: skip
        return record["v"][0, -1]

    return Side(run)


def scipy_side(network: Network) -> Side:
    """A loop in Python around SciPy's product, which takes one core."""

    def run() -> np.ndarray:
        y = network.initial.copy()
        for _ in range(network.steps):
            drive = network.weights @ y
            drive += network.bias
            np.tanh(drive, out=drive)
            drive -= y
            drive *= np.float32(STEP)
            y += drive
        return y

    return Side(run)


def torch_side(network: Network) -> Side:
    """A loop of eager operations; indices of 32 bits, for which PyTorch calls MKL."""
    torch = load("torch")
    torch.sparse.check_sparse_tensor_invariants.disable()
    parts = (network.weights.indptr, network.weights.indices, network.weights.data)
    weights = torch.sparse_csr_tensor(*map(torch.from_numpy, parts), size=network.weights.shape)
    bias = torch.from_numpy(network.bias)

    def run() -> np.ndarray:
        with torch.inference_mode():
            y = torch.from_numpy(network.initial.copy())
            for _ in range(network.steps):
                target = torch.mv(weights, y).add_(bias).tanh_()
                y.add_(target.sub_(y), alpha=STEP)
            return np.asarray(y.numpy())

    return Side(run)


def jax_side(network: Network) -> Side:
    """One compiled scan that gathers (neurons, heard) values and sums the rows.

    All rows are equally long, which is JAX's best case: its segment_sum takes 7 times as long
    here, its BCOO product 7 times, its BCSR product 30 times.
    """
    jax = load("jax")
    table = (network.size, -1)
    weights, sources, bias, initial = map(
        jax.numpy.asarray,
        (
            network.weights.data.reshape(table),
            network.weights.indices.reshape(table),
            network.bias,
            network.initial,
        ),
    )

    @jax.jit
    def scan(weights: Any, sources: Any, bias: Any, y: Any) -> Any:
        def step(y: Any, _: None) -> tuple[Any, None]:
            heard = y.at[sources].get(mode="promise_in_bounds")
            target = jax.numpy.tanh((weights * heard).sum(axis=1) + bias)
            return y + np.float32(STEP) * (target - y), None

        return jax.lax.scan(step, y, None, length=network.steps)[0]

    begin = time.perf_counter()
    compiled = scan.lower(weights, sources, bias, initial).compile()
    compiling = time.perf_counter() - begin
    return Side(lambda: np.asarray(compiled(weights, sources, bias, initial)), compiling)


def annarchy_side(network: Network) -> Side:
    """Generated C++ on all cores; "lil" is the fastest of its layouts here."""
    return annarchy_network(
        network.weights, network.bias, network.initial, network.steps, DT, EULER_TAU,
        storage="lil",
    )  # fmt: skip
