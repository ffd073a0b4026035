"""The cosine series of as many terms, and what Parseval's theorem says of its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss

from neurosim.result import Result

from .steps import POINTS, ROUNDING, SIZES
from .targets import Smooth, Target

FAR = 100_000  # terms that are summed; what is beyond is bounded
PANELS, ORDER = 200, 16  # of Gauss's quadrature, on each side of an edge


@dataclass(frozen=True, eq=False)
class Series:
    """Errors of partial sums by number of terms, each (sizes,)."""

    largest: np.ndarray
    mean_square: np.ndarray


def partial_sum(target: Target, terms: int, x: np.ndarray) -> np.ndarray:
    """Return a₀ + Σ a_k·cos(kπx) to that many terms, (points,)."""
    k = np.arange(1, terms + 1)
    return target.mean + np.cos(np.pi * np.outer(x, k)) @ target.coefficients(k)


def check_series(result: Result, target: Target) -> Series:
    """Claim Parseval's identity, and the bound of the largest error, at every N."""
    x, weights = quadrature(target)
    mean_square = np.array(
        [weights @ (target(x) - partial_sum(target, terms, x)) ** 2 for terms in SIZES]
    )
    squares = target.coefficients(np.arange(1, FAR + 1)) ** 2
    tails = np.array([squares[terms:].sum() / 2 for terms in SIZES])
    result.claim(
        f"cosine series of {', '.join(map(str, SIZES))} terms: the mean square error is half the "
        "sum of a² of all terms beyond (Parseval)",
        mean_square, tails, tolerance=target.beyond(FAR)[1] / 2 + ROUNDING,
    )  # fmt: skip
    largest = np.array(
        [np.abs(target(POINTS) - partial_sum(target, terms, POINTS)).max() for terms in SIZES]
    )
    most = np.array([target.beyond(terms)[0] for terms in SIZES])
    told = "and the largest error, at 0, is the sum of |a| of all terms beyond"
    if isinstance(target, Smooth):  # all terms are above 0, and add up at x = 0
        result.claim(told, largest, most, tolerance=ROUNDING)
    else:
        result.claim(
            "and the largest error is at most the sum of |a| of all terms beyond; of its bound",
            largest / most, at_most=1.0,
        )  # fmt: skip
    return Series(largest, mean_square)


def quadrature(target: Target) -> tuple[np.ndarray, np.ndarray]:
    """Return points and weights of a mean over [0, 1], for functions of √x with one edge."""
    at, weights = leggauss(ORDER)
    edge = np.sqrt(target.edge)
    ends = np.unique(np.concatenate([np.linspace(0, edge, PANELS), np.linspace(edge, 1, PANELS)]))
    half = np.diff(ends)[:, None] / 2
    t = (ends[:-1, None] + half + half * at).ravel()  # x = t²: a root is smooth in t
    return t**2, (half * weights).ravel() * 2 * t
