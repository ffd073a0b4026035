"""A thousand rate neurons, every one connected to every one, a thousand steps of one trial.

τ·dy/dt = −y + tanh(W·y + b) in float32. Ours takes the exact exponential step; the peers' Euler
step is given the time constant that makes it the same step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim import Circuit

from . import generated
from .floors import read_rate
from .timing import Benchmark, Floor, Side, load

DT = 1e-3
TAU = 10e-3
STEP = -math.expm1(-DT / TAU)  # the share of the way to its target that y goes in a step
EULER_TAU = DT / STEP


@dataclass(frozen=True)
class Network:
    """What every side is given.

    Attributes
    ----------
    weights : (targets, sources), an array or a SciPy CSR array
    bias, initial : (neurons,), the activities to start from
    steps : how many
    """

    weights: Any
    bias: np.ndarray
    initial: np.ndarray
    steps: int

    @property
    def size(self) -> int:
        """How many neurons it has."""
        return len(self.bias)


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, smaller where `quick`."""
    size, steps = (200, 100) if quick else (1_000, 1_000)
    generator = np.random.default_rng(0)
    weights = 1.2 / math.sqrt(size) * generator.standard_normal((size, size))
    network = with_random_state(weights.astype(np.float32), steps, generator)
    return [
        Benchmark(
            f"{size:,} rate neurons, dense, {steps:,} steps",
            ours=lambda: our_side(network),
            peers={
                "NumPy": lambda: loop_side(network),
                "JAX": lambda: jax_dense(network),
                "PyTorch": lambda: torch_side(network, load("torch").from_numpy(network.weights)),
                "Brian2": lambda: generated.brian2_side(network, DT, EULER_TAU),
                "ANNarchy": lambda: generated.annarchy_side(network, DT, EULER_TAU, "dense"),
            },
            floor=lambda: floor(network),
        )
    ]


def with_random_state(weights: Any, steps: int, generator: np.random.Generator) -> Network:
    """Return a network with these weights, biases and first activities drawn at random."""
    bias, initial = (0.1 * generator.standard_normal((2, weights.shape[0]))).astype(np.float32)
    return Network(weights, bias, initial, steps)


def floor(network: Network) -> Floor:
    """Return the time in which the weights are read once a step, split over the cores."""
    nbytes = network.weights.nbytes
    rate = read_rate(nbytes)
    reason = f"{network.steps} × {nbytes / 1e6:.3g} MB read at {rate / 1e9:.0f} GB/s"
    return Floor(network.steps * nbytes / rate, reason)


def our_side(network: Network, dtype: str = "float32") -> Side:
    """Build the circuit, as a user would; answers what the activities are last, as `initial`."""
    circuit = Circuit("net")
    v = circuit.rate("v", shape=network.size, tau=TAU, bias=network.bias, transfer="tanh")
    circuit.connect(v, drive=network.weights @ v)
    circuit.output(v)

    def run() -> np.ndarray:
        record = circuit.simulate(
            steps=network.steps,
            dt=DT,
            initial={"v": network.initial},
            dtype=dtype,
            every=network.steps,
        )
        return record["v"][:, -1].reshape(network.initial.shape)

    return Side(run)


def loop_side(network: Network) -> Side:
    """Loop in Python over whole-array operations: NumPy's BLAS, or SciPy's sparse product."""

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


def torch_side(network: Network, weights: Any) -> Side:
    """Loop over eager operations, in place where they can be; `weights` is PyTorch's."""
    torch = load("torch")
    bias = torch.from_numpy(network.bias)

    def run() -> np.ndarray:
        with torch.inference_mode():
            y = torch.from_numpy(network.initial.copy())
            for _ in range(network.steps):
                target = torch.mv(weights, y).add_(bias).tanh_()
                y.add_(target.sub_(y), alpha=STEP)
            return np.asarray(y.numpy())

    return Side(run)


def jax_dense(network: Network) -> Side:
    """Scan with y·Wᵀ, the layout that XLA's code for CPUs is fastest with."""
    return jax_side(network, lambda y, transposed: y @ transposed, network.weights.T.copy())


def jax_side(network: Network, product: Callable[..., Any], *arrays: np.ndarray) -> Side:
    """Compile one scan over all steps; `product(y, *arrays)` is W·y."""
    jax = load("jax")
    given = [jax.numpy.asarray(array) for array in (network.initial, network.bias, *arrays)]

    @jax.jit
    def scan(y: Any, bias: Any, *arrays: Any) -> Any:
        def step(y: Any, _: None) -> tuple[Any, None]:
            target = jax.numpy.tanh(product(y, *arrays) + bias)
            return y + np.float32(STEP) * (target - y), None

        return jax.lax.scan(step, y, None, length=network.steps)[0]

    begin = time.perf_counter()
    compiled = scan.lower(*given).compile()
    compiling = time.perf_counter() - begin
    return Side(lambda: np.asarray(compiled(*given)), compiling)
