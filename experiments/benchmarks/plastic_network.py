"""Rate neurons whose synapses learn as they run, beside the same run without learning."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from neurosim import Circuit, Delta, Hebb, Oja, Source, plastic

from .timing import Benchmark, Side

SIZE, DENSITY = 1_000, 0.1
RATE = 1e-9  # so little that the two runs answer alike; learning takes as long
RULES: dict[str, Callable[[Source], Any]] = {
    "Hebb": lambda _: Hebb(RATE), "Oja": lambda _: Oja(RATE), "Delta": partial(Delta, RATE),
}  # fmt: skip


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return a benchmark for each rule and kind of weights, of fewer steps where `quick`."""
    steps = 10 if quick else 300
    random = np.random.default_rng(0)
    dense = random.standard_normal((SIZE, SIZE)) / SIZE**0.5
    few = sparse.random_array((SIZE, SIZE), density=DENSITY, rng=random, format="csr")
    kinds = {"dense": dense, f"{DENSITY:.0%} of all synapses": few}
    return [
        Benchmark(
            f"{SIZE:,} rate neurons, {kind}, {rule}, {steps} steps",
            ours=partial(side, weights, steps, rule),
            peers={"without learning": partial(side, weights, steps, None)},
            tolerance=1e-5,
        )
        for kind, weights in kinds.items()
        for rule in RULES
    ]


def side(weights: Any, steps: int, rule: str | None) -> Side:
    """Run one trial, each step of which shows the same values."""
    shown = {"x": np.random.default_rng(1).standard_normal(SIZE), "wanted": np.zeros(SIZE)}

    circuit = Circuit("net")
    x, wanted = circuit.inputs("x", "wanted", shape=(SIZE,), real=True)
    drive = weights @ x
    if rule is not None:
        drive = plastic(drive, RULES[rule](wanted))
    circuit.output(circuit.rate("z", drive=drive, tau=0.01, transfer="tanh"))
    return Side(lambda: circuit.simulate(shown, steps=steps, every=steps)["z"])
