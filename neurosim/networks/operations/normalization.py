"""Batch normalization (Ioffe & Szegedy 2015): each channel brought to mean 0 and variance 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from ..engines import engine
from ..record import Vjp
from ..tensor import Tensor
from .declaration import operation


def batch_normalization(
    x: Any, scale: Any, offset: Any, *, epsilon: float = 1e-3
) -> tuple[Tensor, np.ndarray, np.ndarray]:
    """γ·(x − m)/√(v + ε) + β, m and v the mean and variance of each channel in this batch.

    Parameters
    ----------
    x
        (…, channels), one value or more in each channel.
    scale, offset
        γ and β, (channels,).
    epsilon
        ε > 0.

    Returns
    -------
    The tensor; m and v as arrays (channels,), v = Σ(x − m)²/n, for the averages that `normalize`
    takes.

    Raises
    ------
    InputError
        Shapes that do not fit; no values; another ε.
    """
    moments: list[np.ndarray] = []
    y = _batch_normalization(x, scale, offset, epsilon=epsilon, moments=moments)
    mean, variance = moments
    return y, mean, variance


@operation
def _batch_normalization(
    x: np.ndarray,
    scale: np.ndarray,
    offset: np.ndarray,
    /,
    epsilon: float,
    moments: list[np.ndarray],
) -> tuple[np.ndarray, Vjp]:
    name = "batch_normalization"
    rows, channels = _check(name, x, epsilon, scale=scale, offset=offset)
    if not rows * channels:
        raise InputError(
            f"{name}: there are no values in an array of shape {x.shape}; give one or more"
        )
    on = engine()
    flat = on.xp.ascontiguousarray(x).reshape(rows, channels)
    mean, error, variance = (on.xp.zeros(channels, x.dtype) for _ in range(3))
    on.kernels.find_moments(flat, mean, error, variance)
    moments += [mean + error, variance]
    root = 1 / np.sqrt(variance + x.dtype.type(epsilon))
    gain = scale * root
    y = np.empty_like(flat)
    on.kernels.scale_channels(flat, mean, gain, offset - error * gain, y)

    def vjp(g: np.ndarray) -> tuple:
        g = on.xp.ascontiguousarray(g).reshape(rows, channels)
        sums, products = (on.xp.zeros(channels, g.dtype) for _ in range(2))
        on.kernels.sum_slopes(flat, mean, g, sums, products)
        products -= error * sums

        def by_values() -> np.ndarray:
            # γ/√·(g − mean of g − x̂·mean of g·x̂), where x̂ = (x − mean − error)/√.
            slopes = np.empty_like(flat)
            pull = -gain * root * root * products / rows
            shift = -gain * sums / rows - pull * error
            on.kernels.combine_slopes(flat, mean, g, gain, pull, shift, slopes)
            return slopes.reshape(x.shape)

        return by_values, products * root, sums

    return y.reshape(x.shape), vjp


@operation
def normalize(
    x: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    scale: np.ndarray,
    offset: np.ndarray,
    /,
    epsilon: float = 1e-3,
) -> tuple[np.ndarray, Vjp]:
    """γ·(x − m)/√(v + ε) + β, where m and v are given: they have no gradient.

    Parameters
    ----------
    x
        (…, channels).
    mean, variance, scale, offset
        m, v ≥ 0, γ and β, (channels,).
    epsilon
        ε > 0.

    Raises
    ------
    InputError
        Shapes that do not fit; another ε.
    """
    given = {"mean": mean, "variance": variance, "scale": scale, "offset": offset}
    rows, channels = _check("normalize", x, epsilon, **given)
    on = engine()
    flat = on.xp.ascontiguousarray(x).reshape(rows, channels)
    center = on.xp.ascontiguousarray(mean)
    root = 1 / np.sqrt(variance + x.dtype.type(epsilon))
    gain = scale * root
    y = np.empty_like(flat)
    on.kernels.scale_channels(flat, center, gain, on.xp.ascontiguousarray(offset), y)

    def vjp(g: np.ndarray) -> tuple:
        g = on.xp.ascontiguousarray(g).reshape(rows, channels)
        sums, products = (on.xp.zeros(channels, g.dtype) for _ in range(2))
        on.kernels.sum_slopes(flat, center, g, sums, products)
        nothing = np.zeros_like(sums)
        return lambda: (g * gain).reshape(x.shape), nothing, nothing, products * root, sums

    return y.reshape(x.shape), vjp


def _check(name: str, x: np.ndarray, epsilon: float, **given: np.ndarray) -> tuple[int, int]:
    """Return rows and channels, or raise InputError where not each channel has its numbers."""
    if not x.ndim:
        raise InputError(f"{name}: one number has no channels; x is (…, channels)")
    number = isinstance(epsilon, int | float | np.number)
    if not number or not 0 < x.dtype.type(epsilon) < math.inf:
        raise InputError(
            f"{name}: epsilon must be finite and above 0 in {x.dtype} (got {epsilon!r})"
        )
    for role, array in given.items():
        if array.shape != x.shape[-1:]:
            raise InputError(
                f"{name}: {role} of shape {array.shape} does not fit values of shape {x.shape}; "
                f"it has one number a channel, {x.shape[-1:]}"
            )
    return math.prod(x.shape[:-1]), x.shape[-1]
