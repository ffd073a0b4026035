"""Times, counts and truth values: checked once, with one clear error each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .errors import InputError

MOST = 2**53  # steps or trials; beyond them times are no longer exact


def steps_in(circuit: Any, duration: Any, steps: Any, dt: float) -> int:
    """Return the number of steps of a run given by its duration in seconds or its steps."""
    if (duration is None) == (steps is None):
        raise InputError(f"{circuit}: simulate() takes duration= in seconds, or steps=")
    if steps is not None:
        return whole(steps, "steps", 0, MOST)
    try:
        duration = real(duration)
    except (TypeError, ValueError):
        raise InputError(f"duration must be a number of seconds (got {duration!r})") from None
    if not (math.isfinite(duration) and duration >= 0):
        raise InputError(f"duration must be finite and not negative (got {duration:g} s)")
    if duration / dt >= MOST:
        raise InputError(f"duration {duration:g} s is more than {_power(MOST)} steps of {dt:g} s")
    count = round(duration / dt)
    if not math.isclose(count * dt, duration, rel_tol=1e-9, abs_tol=1e-12 * dt):
        raise InputError(
            f"duration {duration:g} s is no whole number of steps of dt = {dt:g} s; the nearest "
            f"is {count * dt:g} s"
        )
    return count


def real(value: Any) -> float:
    """Return a number as a float.

    Raises
    ------
    TypeError, ValueError
        It is none: text, truth values, complex numbers and rows of one are not, whatever Python
        makes of them.
    """
    array = np.asarray(value)
    if array.ndim or array.dtype.kind in "bcSU":
        raise TypeError
    try:
        return float(value)
    except OverflowError:  # a whole number beyond all floats
        return math.inf if value > 0 else -math.inf


def positive(value: Any, name: str, unit: str = "") -> float:
    """Return a finite number above 0, or raise."""
    of_unit, unit = (f" of {unit}", f" {unit}") if unit else ("", "")
    try:
        number = real(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be a number{of_unit} (got {value!r})") from None
    if not (math.isfinite(number) and number > 0):
        raise InputError(f"{name} must be finite and above 0{unit} (got {number:g})")
    return number


def whole(value: Any, name: str, least: int, below: int | None = None) -> int:
    """Return a whole number of at least `least` and below `below`, a power of 2, or raise."""
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or value < least:
        raise InputError(f"{name} must be a whole number from {least} (got {value!r})")
    if below is not None and value >= below:
        raise InputError(f"{name} must be below {_power(below)} (got {value})")
    return int(value)


def truth(value: Any, name: str) -> bool:
    """Return whether a value is True; raise unless it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise InputError(f"{name} must be True or False (got {value!r})")
    return bool(value)


def _power(number: int) -> str:
    return f"2^{number.bit_length() - 1}"
