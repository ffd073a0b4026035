"""A plane through a million points, ten predictors, beside SciPy's least squares."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.linalg import lstsq

from neurosim.learning import least_squares

from .timing import Benchmark, Side

PREDICTORS = 10


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer rows where `quick`."""
    rows = 10_000 if quick else 1_000_000
    random = np.random.default_rng(0)
    x = random.standard_normal((rows, PREDICTORS))
    y = x @ np.arange(PREDICTORS) + random.standard_normal(rows)
    return [
        Benchmark(
            f"Least squares, {rows:,} × {PREDICTORS}",
            ours=partial(our_side, x, y),
            peers={"scipy.linalg.lstsq": partial(scipy_side, x, y)},
            tolerance=1e-9,
            rounds=7,
            builds=False,
        )
    ]


def our_side(x: np.ndarray, y: np.ndarray) -> Side:
    """Fit with an intercept, with standard errors and residuals."""

    def run() -> np.ndarray:
        fit = least_squares(x, y)
        return np.array([fit.intercept, *fit.coefficients])

    return Side(run)


def scipy_side(x: np.ndarray, y: np.ndarray) -> Side:
    """Solve for the coefficients alone; a column of ones is the intercept's."""
    design = np.column_stack([np.ones_like(y), x])
    return Side(lambda: np.asarray(lstsq(design, y)[0]))
