"""A thousand rate neurons, every one connected to every one, a thousand steps of one trial.

τ·dy/dt = −y + tanh(W·y + b) in float32. Ours takes the exact exponential step; the peers' Euler
step is given the time constant that makes it the same step.
"""

from __future__ import annotations

import math
import tempfile
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim import Circuit

from .floors import read_rate
from .generated import annarchy_network, quiet_brian2
from .timing import Benchmark, Floor, Side, load

DT = 1e-3
TAU = 10e-3
STEP = -math.expm1(-DT / TAU)  # the share of the way to its target that y goes in a step
EULER_TAU = DT / STEP


@dataclass(frozen=True)
class Network:
    """What every side is given: weights (n, n), biases (n,), activities to start from (n,)."""

    weights: np.ndarray
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
    network = Network(
        (1.2 / np.sqrt(size) * generator.standard_normal((size, size))).astype(np.float32),
        (0.1 * generator.standard_normal(size)).astype(np.float32),
        (0.1 * generator.standard_normal(size)).astype(np.float32),
        steps,
    )

    def floor() -> Floor:
        rate = read_rate(network.weights.nbytes)
        megabytes = network.weights.nbytes / 1e6
        reason = f"{steps} × {megabytes:.3g} MB of weights read at {rate / 1e9:.0f} GB/s"
        return Floor(steps * network.weights.nbytes / rate, reason)

    sides = {
        "NumPy": numpy_side,
        "JAX": jax_side,
        "PyTorch": torch_side,
        "Brian2": brian2_side,
        "ANNarchy": annarchy_side,
    }
    return [
        Benchmark(
            f"{size:,} rate neurons, dense, {steps:,} steps",
            ours=lambda: our_side(network),
            peers={name: lambda side=side: side(network) for name, side in sides.items()},
            floor=floor,
        )
    ]


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


def numpy_side(network: Network) -> Side:
    """A loop in Python, arrays reused; BLAS does the product on all cores."""

    def run() -> np.ndarray:
        y, drive = network.initial.copy(), np.empty_like(network.initial)
        for _ in range(network.steps):
            np.matmul(network.weights, y, out=drive)
            drive += network.bias
            np.tanh(drive, out=drive)
            drive -= y
            drive *= np.float32(STEP)
            y += drive
        return y

    return Side(run)


def jax_side(network: Network) -> Side:
    """One compiled scan; y·Wᵀ is the layout that XLA's CPU code is fastest with."""
    jax = load("jax")
    weights, bias, initial = map(
        jax.numpy.asarray, (network.weights.T.copy(), network.bias, network.initial)
    )

    @jax.jit
    def scan(weights: Any, bias: Any, y: Any) -> Any:
        def step(y: Any, _: None) -> tuple[Any, None]:
            return y + np.float32(STEP) * (jax.numpy.tanh(y @ weights + bias) - y), None

        return jax.lax.scan(step, y, None, length=network.steps)[0]

    begin = time.perf_counter()
    compiled = scan.lower(weights, bias, initial).compile()
    compiling = time.perf_counter() - begin
    return Side(lambda: np.asarray(compiled(weights, bias, initial)), compiling)


def torch_side(network: Network) -> Side:
    """A loop of eager operations, in place."""
    torch = load("torch")
    weights, bias = torch.from_numpy(network.weights), torch.from_numpy(network.bias)

    def run() -> np.ndarray:
        with torch.inference_mode():
            y = torch.from_numpy(network.initial.copy())
            for _ in range(network.steps):
                target = torch.addmv(bias, weights, y).tanh_()
                y.add_(target.sub_(y), alpha=STEP)
            return np.asarray(y.numpy())

    return Side(run)


def brian2_side(network: Network) -> Side:
    """Generated C++ as a program of its own, the fastest of Brian2's targets here.

    Sums over synapses stay on one thread whatever its OpenMP setting. The program's own clock
    is read: its loop alone, not its start.
    """
    brian2 = quiet_brian2()
    folder = tempfile.TemporaryDirectory(prefix="brian2")
    brian2.prefs.core.default_float_dtype = np.float32
    brian2.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O3", "-ffast-math", "-march=native"]
    brian2.set_device("cpp_standalone", directory=folder.name, build_on_run=False)
    brian2.defaultclock.dt = DT * brian2.second
    neurons = brian2.NeuronGroup(
        network.size,
        "dv/dt = (tanh(total + bias) - v) / tau : 1\n total : 1\n bias : 1",
        method="euler",
        namespace={"tau": EULER_TAU * brian2.second},
    )
    neurons.v = network.initial
    neurons.bias = network.bias
    synapses = brian2.Synapses(neurons, neurons, "w : 1\n total_post = w * v_pre : 1 (summed)")
    # Ordered by source: neighbours then add to different targets, four times faster.
    sources, targets = np.divmod(np.arange(network.size**2), network.size)
    synapses.connect(i=sources, j=targets)
    synapses.w = network.weights.T.ravel()
    simulation = brian2.Network(neurons, synapses)
    simulation.run(network.steps * DT * brian2.second)
    begin = time.perf_counter()
    brian2.device.build(compile=True, run=False)
    compiling = time.perf_counter() - begin

    def run() -> np.ndarray:
        brian2.device.run(folder.name, with_output=False)
        return np.array(neurons.v[:])

    return Side(run, compiling, measured=lambda: float(brian2.device._last_run_time))


def annarchy_side(network: Network) -> Side:
    """Generated C++ on all cores."""
    return annarchy_network(
        network.weights, network.bias, network.initial, network.steps, DT, EULER_TAU,
        storage="dense",
    )  # fmt: skip
