"""By construction: a network whose logistic cells are the steps of a staircase under f."""

from __future__ import annotations

import math

import numpy as np

from neurosim.networks import Dense, Input, Sequential
from neurosim.result import Result

from .targets import Target

SIZES = (2, 4, 8, 16, 32, 64, 128)
POINTS = np.linspace(0, 1, 4001)
ROUNDING = 1e-12


def staircase(target: Target, cells: int, steepness: float) -> Sequential:
    """Return f(0) + Σ (f(i/N) − f((i−1)/N))·φ(s·(N·x − i + ½)), i from 1 to N, as a network."""
    network = Sequential([Input((1,)), Dense(cells, "sigmoid"), Dense(1)], dtype="float64")
    heights = target(np.arange(cells + 1) / cells)
    network.set_weights(
        [
            np.full((1, cells), steepness * cells),
            -steepness * (np.arange(cells) + 0.5),
            np.diff(heights)[:, None],
            heights[:1],
        ]
    )
    return network


def bound(target: Target, cells: int, steepness: float) -> float:
    """Return how far it can be off: ω(f, 1/N)·(1 + 1/sinh(s/2)).

    Between two points the step there mixes f of both, each within ω; the tails of all other steps,
    (i − ½)/N and more away, are at most ω·e^{−s(i − ½)}, and sum to ω/sinh(s/2) on two sides.
    """
    return target.modulus(1 / cells) * (1 + 1 / math.sinh(steepness / 2))


def construct(
    result: Result, target: Target, epsilon: float, steepness: float
) -> tuple[int, np.ndarray]:
    """Claim that as many cells as the bound asks for come within ε; return how many, and F."""
    share = epsilon / (target.constant * (1 + 1 / math.sinh(steepness / 2)))
    cells = math.floor(share ** (-1 / target.exponent)) + 1
    answers = staircase(target, cells, steepness).predict(POINTS[:, None])[:, 0]
    result.claim(
        f"{cells} cells by construction: |F(x) − f(x)| < ε = {epsilon:g} at {len(POINTS)} points; "
        "the largest",
        float(np.abs(answers - target(POINTS)).max()), at_most=epsilon,
    )  # fmt: skip
    return cells, answers


def check_rates(result: Result, target: Target, steepness: float) -> np.ndarray:
    """Claim that the error keeps the bound at every N; return the errors, (sizes,)."""
    errors = np.array(
        [
            np.abs(
                staircase(target, cells, steepness).predict(POINTS[:, None])[:, 0] - target(POINTS)
            ).max()
            for cells in SIZES
        ]
    )
    bounds = np.array([bound(target, cells, steepness) for cells in SIZES])
    result.claim(
        f"{', '.join(map(str, SIZES))} cells: of the bound ω(f, 1/N)·(1 + 1/sinh(s/2))",
        errors / bounds, at_most=1 + ROUNDING,
    )  # fmt: skip
    return errors
