"""Arithmetic, elementwise and with broadcasting."""

from __future__ import annotations

import numpy as np

from ..record import Vjp
from .declaration import elementwise


@elementwise
def add(x: np.ndarray, y: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """x + y."""
    return x + y, lambda g: (g, g)


@elementwise
def subtract(x: np.ndarray, y: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """x − y."""
    return x - y, lambda g: (g, lambda: -g)


@elementwise
def multiply(x: np.ndarray, y: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """x·y."""
    return x * y, lambda g: (lambda: g * y, lambda: g * x)


@elementwise
def divide(x: np.ndarray, y: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """x/y."""
    ratio = x / y
    return ratio, lambda g: (lambda: g / y, lambda: -g * ratio / y)


@elementwise
def power(x: np.ndarray, n: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """xⁿ; its slope by x is 0 where n = 0, that by n is 0 where x = 0, also where 0⁰ = 1."""
    y = x**n
    return y, lambda g: (
        lambda: np.where(n == 0, 0, g * n * x ** (n - 1)),
        lambda: np.where(x == 0, 0, g * y * np.log(x)),
    )


@elementwise
def negative(x: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """−x."""
    return -x, lambda g: (-g,)


@elementwise
def exp(x: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """eˣ."""
    y = np.exp(x)
    return y, lambda g: (g * y,)


@elementwise
def log(x: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """ln x: −∞ at 0, NaN below."""
    return np.log(x), lambda g: (g / x,)


@elementwise
def sqrt(x: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """√x, whose slope at 0 is infinite."""
    y = np.sqrt(x)
    return y, lambda g: (g / (2 * y),)


@elementwise
def maximum(x: np.ndarray, y: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """The larger of x and y; where they are the same, each has half of the gradient."""
    return np.maximum(x, y), lambda g: (
        lambda: g * ((x > y) + (x == y) * g.dtype.type(0.5)),
        lambda: g * ((y > x) + (x == y) * g.dtype.type(0.5)),
    )


@elementwise
def abs(x: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """|x|, whose slope at 0 is 0."""
    return np.abs(x), lambda g: (g * np.sign(x),)
