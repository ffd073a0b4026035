"""A linear neuron that learns by the delta rule, beside scikit-learn's and a NumPy loop."""

from __future__ import annotations

from functools import partial

import numpy as np

from neurosim.learning import delta_rule

from .timing import Benchmark, Side, load

SAMPLES, FEATURES = 1000, 20
RATE = 1e-3


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer passes where `quick`."""
    passes = 5 if quick else 100
    random = np.random.default_rng(0)
    x = random.standard_normal((SAMPLES, FEATURES))
    y = x @ random.standard_normal(FEATURES) + random.standard_normal(SAMPLES)
    return [
        Benchmark(
            f"Delta rule, {SAMPLES:,} samples × {FEATURES} features, {passes} passes",
            ours=partial(our_side, x, y, passes),
            peers={
                "scikit-learn SGDRegressor": partial(sklearn_side, x, y, passes),
                "NumPy loop": partial(numpy_side, x, y, passes),
            },
            tolerance=1e-9,
            builds=False,
        )
    ]


def our_side(x: np.ndarray, y: np.ndarray, passes: int) -> Side:
    """Learn sample by sample in their order, through all passes, and keep each pass's weights."""

    def run() -> np.ndarray:
        found = delta_rule(x, y, rate=RATE, passes=passes, tolerance=0)
        return np.array([*found.weights, found.bias])

    return Side(run)


def sklearn_side(x: np.ndarray, y: np.ndarray, passes: int) -> Side:
    """Learn the same in scikit-learn's compiled loop."""
    learner = load("sklearn.linear_model").SGDRegressor(
        penalty=None, learning_rate="constant", eta0=RATE, shuffle=False, max_iter=passes, tol=None
    )

    def run() -> np.ndarray:
        learner.fit(x, y)
        return np.array([*learner.coef_, *learner.intercept_])

    return Side(run)


def numpy_side(x: np.ndarray, y: np.ndarray, passes: int) -> Side:
    """Learn the same in a Python loop of vector operations."""
    heard = np.column_stack([x, np.ones(len(x))])

    def run() -> np.ndarray:
        weights = np.zeros(heard.shape[1])
        for _ in range(passes):
            for pattern, wanted in zip(heard, y, strict=True):
                weights += RATE * (wanted - weights @ pattern) * pattern
        return weights

    return Side(run)
