"""Sums, means, maxima and variances over axes, all axes where none is named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.exceptions import AxisError
from numpy.lib.array_utils import normalize_axis_tuple

from ...errors import InputError
from ..record import Vjp
from .declaration import operation

Axes: TypeAlias = int | Sequence[int] | None


@operation
def sum(x: np.ndarray, /, axis: Axes = None, keepdims: bool = False) -> tuple[np.ndarray, Vjp]:
    """Σx; of no values it is 0.

    Parameters
    ----------
    axis
        Over which axis, or axes; left out, all.
    keepdims
        Whether those stay, of length 1.

    Raises
    ------
    InputError
        An axis that there is not, or one named twice.
    """
    axes = check_axes("sum", x.shape, axis)
    return x.sum(axis=axes, keepdims=keepdims), lambda g: (_spread(g, x.shape, axes),)


@operation
def mean(x: np.ndarray, /, axis: Axes = None, keepdims: bool = False) -> tuple[np.ndarray, Vjp]:
    """Σx/n; parameters as `sum`.

    Raises
    ------
    InputError
        As `sum`; or there are no values to take it of.
    """
    axes = check_axes("mean", x.shape, axis)
    n = _count("mean", x.shape, axes)
    return x.mean(axis=axes, keepdims=keepdims), lambda g: (_spread(g / n, x.shape, axes),)


@operation
def var(x: np.ndarray, /, axis: Axes = None, keepdims: bool = False) -> tuple[np.ndarray, Vjp]:
    """Σ(x − mean)²/n, the variance of these values; parameters as `sum`.

    Raises
    ------
    InputError
        As `mean`.
    """
    axes = check_axes("var", x.shape, axis)
    n = _count("var", x.shape, axes)
    apart = x - x.mean(axis=axes, keepdims=True)
    variance = np.square(apart).mean(axis=axes, keepdims=keepdims)
    return variance, lambda g: (_spread(g * (2 / n), x.shape, axes) * apart,)


@operation
def max(x: np.ndarray, /, axis: Axes = None, keepdims: bool = False) -> tuple[np.ndarray, Vjp]:
    """The largest value; where several are, they share the gradient.  Parameters as `sum`.

    Raises
    ------
    InputError
        As `mean`.
    """
    axes = check_axes("max", x.shape, axis)
    _count("max", x.shape, axes)
    y = x.max(axis=axes, keepdims=keepdims)

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        largest = x == _spread(y, x.shape, axes)
        shares = largest.sum(axis=axes, keepdims=True).astype(g.dtype)
        return (_spread(g, x.shape, axes) * largest / shares,)

    return y, vjp


def check_axes(name: str, shape: tuple[int, ...], axis: Axes) -> tuple[int, ...]:
    """Return axes counted from 0, all where none is named, or raise InputError."""
    if axis is None:
        return tuple(range(len(shape)))
    try:
        return normalize_axis_tuple(axis, len(shape))
    except (AxisError, TypeError, ValueError):
        rule = (
            f"an axis is a whole number from {-len(shape)} to {len(shape) - 1}, named once"
            if shape
            else "one number has no axes; reshape(1) gives it one"
        )
        raise InputError(
            f"{name}: axis {axis} does not fit a tensor of shape {shape}; {rule}"
        ) from None


def _count(name: str, shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    """Return over how many values a reduction goes, or raise InputError for none."""
    n = math.prod(shape[k] for k in axes)
    if n == 0:
        raise InputError(
            f"{name}: there are no values along axes {axes} of a tensor of shape {shape}; give it "
            "one or more"
        )
    return n


def _spread(g: np.ndarray, shape: tuple[int, ...], axes: tuple[int, ...]) -> np.ndarray:
    """Return what a reduction made, repeated along the axes that it went over."""
    kept = [1 if k in axes else n for k, n in enumerate(shape)]
    return np.broadcast_to(g.reshape(kept), shape)
