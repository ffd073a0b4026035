"""When two answers are the same, and by what an input is known again."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Number
from typing import Any

import numpy as np


def agree(one: Any, other: Any, tolerance: float = 0.0) -> bool:
    """Return whether two answers are equal, numbers to within a tolerance.

    Rows of numbers are compared value by value, whatever holds them: tuple, list or array; their
    shapes must be the same.  NaN agrees with NaN alone.
    """
    if isinstance(one, Number | np.generic) and isinstance(other, Number | np.generic):
        return _near(one, other, tolerance)
    if isinstance(one, str | bytes) or isinstance(other, str | bytes):
        return bool(one == other) if type(one) is type(other) else False
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(agree(one[k], other[k], tolerance) for k in one)
    if _is_row(one) and _is_row(other):
        if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
            return _arrays_agree(one, other, tolerance)
        return len(one) == len(other) and all(
            agree(a, b, tolerance) for a, b in zip(one, other, strict=True)
        )
    return bool(one == other) if type(one) is type(other) else False


def key(value: Any) -> Any:
    """Return something hashable that two equal inputs share: 1 and 1.0, a list and an array.

    What cannot be hashed, nor taken apart, has a key of its own.
    """
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "biuf":
            return "array", value.shape, np.ascontiguousarray(value + 0.0, dtype=float).tobytes()
        return "row", tuple(key(v) for v in value.tolist())  # of objects, text or dates
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple):
        return _key_of_row(value)
    if isinstance(value, Mapping):
        return "map", frozenset((k, key(v)) for k, v in value.items())
    try:
        hash(value)
    except TypeError:
        return "object", id(value)
    return value


def _key_of_row(row: list[Any] | tuple[Any, ...]) -> Any:
    if row and all(isinstance(v, Number | np.generic) for v in row):
        array = np.asarray(row)
        if array.dtype.kind in "biuf":
            return key(array)
    return "row", tuple(key(v) for v in row)


def _near(one: Any, other: Any, tolerance: float) -> bool:
    if one == other:
        return True
    if one != one and other != other:
        return True
    try:
        return bool(abs(one - other) <= tolerance)
    except TypeError:
        return False


def _arrays_agree(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    if one.shape != other.shape:
        return False
    if one.dtype.kind not in "biufc" or other.dtype.kind not in "biufc":
        return bool(np.array_equal(one, other))
    if one.dtype.kind in "bu" or other.dtype.kind in "bu":  # whose difference may wrap
        one, other = one.astype(float), other.astype(float)
    same = (one == other) | ((one != one) & (other != other))
    return bool((same | (np.abs(np.where(same, 0, one - other)) <= tolerance)).all())


def _is_row(value: Any) -> bool:
    return isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)
