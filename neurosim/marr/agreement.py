"""When two answers are the same, and by what an input is known again."""

from __future__ import annotations

import copy
from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from numbers import Number
from typing import Any

import numpy as np

EXACT = 2.0**53  # up to which every whole number is a float of its own
SIMPLE = {int, float, bool, str, type(None)}  # are their own keys, and need no copy: quickly told


def agree(one: Any, other: Any, tolerance: float = 0.0) -> bool:
    """Return whether two answers are equal, numbers to within a tolerance.

    Rows of numbers are compared value by value, whatever holds them: tuple, list or array; their
    shapes must be the same.  NaN agrees with NaN alone.  A NumPy scalar, or an array without axes,
    is the number or text that it holds.
    """
    if one is other or (type(one) is type(other) is int and one == other):
        return True
    one, other = _plain(one), _plain(other)
    if isinstance(one, Number) and isinstance(other, Number):
        return _near(one, other, tolerance)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(agree(one[k], other[k], tolerance) for k in one)
    if _is_row(one) and _is_row(other):
        if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
            return _arrays_agree(one, other, tolerance)
        return len(one) == len(other) and all(
            agree(a, b, tolerance) for a, b in zip(one, other, strict=True)
        )
    if isinstance(one, AbstractSet) and isinstance(other, AbstractSet):
        return one == other
    return type(one) is type(other) and _equal(one, other)


def key(value: Any) -> Any:
    """Return something hashable that two equal inputs share: 1 and 1.0, a list and an array.

    What cannot be hashed, nor taken apart, has a key of its own.
    """
    if type(value) in SIMPLE:
        return value
    value = _plain(value)
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "biuf":
            return _key_of_numbers(value, value.ravel().tolist())
        return "row", tuple(key(v) for v in value.tolist())  # of objects, text or dates
    if isinstance(value, list | tuple):
        if value and all(isinstance(v, Number | np.generic) for v in value):
            array = np.asarray(value)
            if array.dtype.kind in "biuf":
                return _key_of_numbers(array, value)
        return "row", tuple(key(v) for v in value)
    if isinstance(value, Mapping):
        return "map", frozenset((k, key(v)) for k, v in value.items())
    if isinstance(value, AbstractSet):
        return "set", frozenset(map(key, value))
    return value if _is_hashable(value) else _Itself(value)


def copied(case: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a case that a function may change without changing this one.

    What can be hashed is taken not to change, and is handed on as it is.
    """
    return tuple(v if type(v) in SIMPLE or _is_hashable(v) else copy.deepcopy(v) for v in case)


class _Itself:
    """A key for one object; it holds the object, so that no later one takes its place."""

    def __init__(self, value: Any):
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and not value.ndim):
        return value.item()
    return value


def _is_hashable(value: Any) -> bool:
    if not isinstance(value, Hashable):
        return False
    try:
        hash(value)
    except TypeError:  # a tuple with a list in it
        return False
    return True


def _key_of_numbers(array: np.ndarray, numbers: Sequence[Any]) -> Any:
    """Return the key of numbers, given also as they came: large whole ones do not fit a float."""
    values = np.ascontiguousarray(array, dtype=float) + 0.0  # -0.0 becomes 0.0
    if np.abs(values).max(initial=0.0) > EXACT:
        return "array", array.shape, tuple(map(_plain, numbers))
    return "array", array.shape, values.tobytes()


def _near(one: Any, other: Any, tolerance: float) -> bool:
    if one == other:
        return True
    if one != one and other != other:
        return True
    try:
        return bool(abs(one - other) <= tolerance)
    except (TypeError, OverflowError):  # no difference, or none that is a float
        return False


def _arrays_agree(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    if one.shape != other.shape:
        return False
    if one.dtype.kind not in "biufc" or other.dtype.kind not in "biufc":
        return all(agree(a, b, tolerance) for a, b in zip(one.flat, other.flat, strict=True))
    differ = ~((one == other) | ((one != one) & (other != other)))
    if tolerance == 0 or not differ.any():
        return not differ.any()
    kind = np.result_type(one, other, float)  # the difference of whole ones may wrap
    with np.errstate(over="ignore"):
        apart = np.abs(one[differ].astype(kind) - other[differ].astype(kind))
    return bool((apart <= tolerance).all())


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except (TypeError, ValueError):  # of something whose comparison is no single yes or no
        return False


def _is_row(value: Any) -> bool:
    return isinstance(value, list | tuple | np.ndarray)
