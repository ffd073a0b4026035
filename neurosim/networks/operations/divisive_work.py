"""Divisive normalization on the CPU: sums over a pool are matrix products."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...kernels import rules
from ...kernels.tables import REFLECT
from ..record import Vjp


def forward(
    x: np.ndarray,
    sigma: np.ndarray,
    exponent: float,
    weight: float,
    neighbourhood: tuple[int, int] | None,
) -> tuple[np.ndarray, Vjp]:
    """Return [x]₊ⁿ/(σⁿ + w·Σ[x]₊ⁿ), and what goes back; arguments as the operation's."""
    around = []
    if neighbourhood is not None:
        sides = zip(x.shape[1:3], neighbourhood, strict=True)
        around = [_window(n, size, x.dtype) for n, size in sides]
    rates = np.maximum(x, 0)
    drives = _power(rates, exponent)
    weights = np.full(x.shape[-1], weight, x.dtype)
    pool = drives @ weights
    if around:
        pool = around[0] @ pool @ around[1].T
    divisor = _power(sigma, exponent) + pool[..., None]
    y = drives / divisor

    def vjp(g: np.ndarray) -> tuple:
        direct = g / divisor
        divided = direct * y  # what a larger divisor takes away

        def by_x() -> np.ndarray:
            shared = divided @ weights
            if around:
                shared = around[0].T @ shared @ around[1]
            slopes = rates > 0 if exponent == 1 else exponent * _power(rates, exponent - 1)
            found: np.ndarray = (direct - shared[..., None]) * slopes
            return found

        def by_sigma() -> np.ndarray:
            slopes = exponent * _power(sigma, exponent - 1)
            found: np.ndarray = divided.reshape(-1, sigma.size).sum(axis=0) * -slopes
            return found

        return by_x, by_sigma

    return y, vjp


def _power(x: np.ndarray, n: float) -> np.ndarray:
    """Return xⁿ; a square and x itself take a tenth of another power."""
    if n == 1:
        return x
    raised: np.ndarray = x * x if n == 2 else x**n
    return raised


@lru_cache(maxsize=64)
def _window(n: int, size: int, dtype: np.dtype) -> np.ndarray:
    """Return the matrix that sums over a window around each of n places, (n, n)."""
    before = (size - 1) // 2
    window = np.zeros((n, n), dtype)
    for place in range(n):
        for at in range(place - before, place - before + size):
            window[place, rules.folded(at, n, REFLECT)] += 1
    window.flags.writeable = False
    return window
