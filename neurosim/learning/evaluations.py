"""Functions that a method in steps asks: their answers checked, their slopes by differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import InputError

# Where rounding (ε/h) and curvature (h²) put a central difference off by as much.
DIFFERENCE = float(np.finfo(float).eps ** (1 / 3))

Function = Callable[[Any], Any]


def callable_or_raise(function: Any, name: str) -> None:
    """Raise InputError unless it can be called."""
    if not callable(function):
        raise InputError(f"{name} must be a function or a circuit (got {function!r})")


def numbers(values: Any, name: str) -> np.ndarray:
    """Return real numbers as an array of floats of its own, or raise InputError."""
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iuf":
            raise TypeError
        return array.astype(float)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be real numbers (got {values!r})") from None


def start_of(start: Any, method: str) -> np.ndarray:
    """Return where a method starts, a number or a vector that is finite, or raise InputError."""
    point = numbers(start, f"{method}: start")
    if point.ndim > 1 or not point.size:
        raise InputError(f"{method}: start must be a number or a vector (got shape {point.shape})")
    if not np.isfinite(point).all():
        raise InputError(f"{method}: start must be finite (got {shown(point)})")
    return point


def evaluate(function: Function, point: np.ndarray, name: str, shape: tuple[int, ...]) -> Any:
    """Return the function's answer at a point, an array of the shape that it must have.

    Where the point has no dimensions the function is given a float, else a vector of its own.
    Where Python's own numbers refuse to overflow or to divide by 0 the answer is NaN, so that it
    is told as what NumPy's become there.

    Raises
    ------
    InputError
        The answer has another shape, or is no real numbers.
    """
    with np.errstate(all="ignore"):  # what is not finite is told by who asked
        try:
            returned = function(point.copy() if point.ndim else float(point))
        except ArithmeticError:
            return np.full(shape, np.nan)
        answer = numbers(returned, name)
    if answer.shape != shape:
        wanted = f"an array of shape {shape}" if shape else "one number"
        raise InputError(
            f"{name} must return {wanted} for a start of shape {point.shape} "
            f"(got shape {answer.shape})"
        )
    return answer


def central_differences(
    function: Function, point: np.ndarray, name: str, shape: tuple[int, ...]
) -> np.ndarray:
    """Return the slopes of a function along each dimension, by central differences.

    The step is ε^⅓ of the unknown's size, or of 1 where it is smaller.

    Returns
    -------
    (*shape, dimensions), or a number for a point without dimensions and a function of one value.
    """
    flat = point.reshape(-1)
    slopes = []
    for k in range(flat.size):
        ends = []
        for sign in (-1, 1):
            moved = flat.copy()
            moved[k] += sign * DIFFERENCE * max(1.0, abs(flat[k]))
            ends.append((moved[k], evaluate(function, moved.reshape(point.shape), name, shape)))
        (left, low), (right, high) = ends
        with np.errstate(all="ignore"):
            slopes.append((high - low) / (right - left))
    return np.stack(slopes, axis=-1).reshape(shape + point.shape)


def shown(point: np.ndarray) -> str:
    """Return a point in a few digits: a number, or at most six of a vector's."""
    flat = point.reshape(-1)
    inside = ", ".join(f"{x:.6g}" for x in flat[:6]) + ", …" * (flat.size > 6)
    return f"[{inside}]" if point.ndim else inside
