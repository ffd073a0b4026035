"""A hundred passes of the perceptron's rule, beside scikit-learn's and a loop over NumPy rows."""

from __future__ import annotations

from functools import partial

import numpy as np

from neurosim.learning import perceptron_rule

from .timing import Benchmark, Side

INPUTS, PASSES = 20, 100


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer samples where `quick`; no plane parts the classes."""
    samples = 200 if quick else 1000
    random = np.random.default_rng(0)
    patterns = random.standard_normal((samples, INPUTS))
    drive = patterns @ random.standard_normal(INPUTS) + random.standard_normal(samples)
    labels = np.where(drive > 0, 1, -1)
    return [
        Benchmark(
            f"Perceptron rule, {samples:,} × {INPUTS}, {PASSES} passes",
            ours=partial(our_side, patterns, labels),
            peers={
                "scikit-learn Perceptron": partial(sklearn_side, patterns, labels),
                "NumPy loop": partial(numpy_side, patterns, labels),
            },
            tolerance=1e-9,
            rounds=7,
            builds=False,
        )
    ]


def our_side(patterns: np.ndarray, labels: np.ndarray) -> Side:
    """Learn, and keep the mistakes."""

    def run() -> np.ndarray:
        found = perceptron_rule(patterns, labels, passes=PASSES)
        return np.array([*found.weights, found.bias])

    return Side(run)


def sklearn_side(patterns: np.ndarray, labels: np.ndarray) -> Side:
    """Make the same updates: it, too, learns where y·(w·x + b) ≤ 0, in the order given."""
    from sklearn.linear_model import Perceptron

    def run() -> np.ndarray:
        fitted = Perceptron(max_iter=PASSES, tol=None, shuffle=False).fit(patterns, labels)
        return np.array([*fitted.coef_[0], *fitted.intercept_])

    return Side(run)


def numpy_side(patterns: np.ndarray, labels: np.ndarray) -> Side:
    """Go over the patterns in Python, each a product of NumPy's."""
    folded = np.column_stack([patterns, np.ones(len(patterns))])

    def run() -> np.ndarray:
        w = np.zeros(INPUTS + 1)
        for _ in range(PASSES):
            for x, y in zip(folded, labels, strict=True):
                if y * (x @ w) <= 0:
                    w += y * x
        return w

    return Side(run)
