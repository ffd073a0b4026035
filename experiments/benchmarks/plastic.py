"""Weights that learn in every step of a run, beside the same run without, and NumPy's."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from neurosim import Circuit, Delta, Hebb, Oja, plastic
from neurosim.sources import Drive, Source

from .timing import Benchmark, Side

RATE = 1e-6
Change = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]

# By how much of η weights w change where x is heard, y answered and t wanted.
CHANGES: dict[str, Change] = {
    "Hebb": lambda w, x, y, t: np.outer(y, x),
    "Oja": lambda w, x, y, t: y[:, None] * (x - y[:, None] * w),
    "delta": lambda w, x, y, t: np.outer(t - y, x),
}


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return a benchmark a rule, of fewer neurons where `quick`."""
    size, steps = (100, 50) if quick else (1_000, 200)
    generator = np.random.default_rng(0)
    weights = generator.standard_normal((size, size)) / math.sqrt(size)
    shown = generator.standard_normal((2, steps, size))
    return [
        Benchmark(
            f"{size:,} × {size:,} weights that learn by {rule}, {steps} steps",
            ours=partial(our_side, weights, shown, rule),
            peers={
                "the same without learning": partial(our_side, weights, shown, None),
                "NumPy": partial(numpy_side, weights, shown, change),
            },
            tolerance=1e-9,
        )
        for rule, change in CHANGES.items()
    ]


def our_side(weights: np.ndarray, shown: np.ndarray, rule: str | None) -> Side:
    """Run linear neurons, the weights learning where a rule is given, and keep their last step."""
    circuit = Circuit("linear layer")
    x, wanted = circuit.inputs("x", "wanted", shape=weights.shape[:1], real=True)
    drive = _learning(weights @ x, rule, wanted) if rule else weights @ x
    circuit.output(circuit.rate("y", drive=drive, transfer="identity"))
    steps = shown.shape[1]

    def run() -> np.ndarray | None:
        record = circuit.simulate(tuple(shown), steps=steps, every=steps)
        return np.asarray(record["y"][0, 0]) if rule else None

    return Side(run)


def _learning(drive: Drive, rule: str, wanted: Source) -> Drive:
    rules = {"Hebb": Hebb(RATE), "Oja": Oja(RATE), "delta": Delta(RATE, wanted)}
    return plastic(drive, rules[rule])


def numpy_side(weights: np.ndarray, shown: np.ndarray, change: Change) -> Side:
    """Do the same step by step in array operations."""

    def run() -> np.ndarray:
        w = weights.copy()
        for x, wanted in zip(*shown, strict=True):
            y = w @ x
            w += RATE * change(w, x, y, wanted)
        return y

    return Side(run)
