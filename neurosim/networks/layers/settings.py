"""The settings of layers, checked: whole numbers, pairs of them, fractions, words."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

from ...errors import InputError, unknown


def whole(value: Any, name: str, least: int = 1) -> int:
    """Return a whole number, or raise InputError."""
    try:
        found = operator.index(value)
    except TypeError:
        found = least - 1
    if isinstance(value, bool) or found < least:
        raise InputError(f"{name} must be a whole number from {least} (got {value!r})")
    return found


def pair(value: Any, name: str) -> tuple[int, int]:
    """Return two whole numbers from 1, given as two or as one for both, or raise InputError."""
    values = value if isinstance(value, Sequence) else (value, value)
    if len(values) != 2:
        raise InputError(f"{name} must be one whole number or two (got {value!r})")
    return whole(values[0], name), whole(values[1], name)


def fraction(value: Any, name: str) -> float:
    """Return a number from 0 to below 1, or raise InputError."""
    found = _number(value)
    if not 0 <= found < 1:
        raise InputError(f"{name} must be a number from 0 to below 1 (got {value!r})")
    return found


def positive(value: Any, name: str) -> float:
    """Return a finite number over 0, or raise InputError."""
    found = _number(value)
    if not 0 < found < math.inf:
        raise InputError(f"{name} must be a finite number over 0 (got {value!r})")
    return found


def finite(value: Any, name: str) -> float:
    """Return a finite number, or raise InputError."""
    found = _number(value)
    if not math.isfinite(found):
        raise InputError(f"{name} must be a finite number (got {value!r})")
    return found


def word(value: Any, name: str, known: Sequence[str]) -> str:
    """Return one of some words, in any case of letters, or raise InputError."""
    if not isinstance(value, str) or value.lower() not in known:
        raise InputError(f"{name}: {unknown('choice', str(value), known)}")
    return value.lower()


def _number(value: Any) -> float:
    """Return a number as Python's; NaN for what is none."""
    try:
        return math.nan if isinstance(value, bool | str) else float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
