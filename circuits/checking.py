"""Parameters of circuits: numbers, sheets and records, checked once with one clear error each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

from neurosim import CircuitError
from neurosim.timing import real, whole

Kind = TypeVar("Kind")


def parameter(
    value: Any, name: str, unit: str = "", *, above: float = -math.inf, least: float = -math.inf
) -> float:
    """Return a finite number above or not below another, or raise."""
    try:
        number = real(value)
    except (TypeError, ValueError):
        raise CircuitError(f"{name} must be a number (got {value!r})") from None
    if not (math.isfinite(number) and number > above and number >= least):
        rule = ""
        if above > -math.inf:
            rule = f" and above {above:g}"
        elif least > -math.inf:
            rule = " and not negative" if least == 0 else f" and at least {least:g}"
        raise CircuitError(f"{name} must be finite{rule}{unit and ' ' + unit} (got {number:g})")
    return number


def sheet(shape: Any, name: str) -> tuple[int, int]:
    """Return rows and columns, or raise."""
    if not (isinstance(shape, tuple | list) and len(shape) == 2):
        raise CircuitError(f"{name}: the shape is rows and columns (got {shape!r})")
    rows, columns = (
        whole(n, f"{name}: the {what}", 1)
        for n, what in zip(shape, ("rows", "columns"), strict=True)
    )
    return rows, columns


def record(value: Any, kind: type[Kind], name: str) -> Kind:
    """Return what is of a kind, such as a Gabor, or raise."""
    if not isinstance(value, kind):
        raise CircuitError(f"{name} must be of the kind {kind.__name__} (got {value!r})")
    return value


def record_or(value: Any, usual: Kind, name: str) -> Kind:
    """Return what is of the usual one's kind, the usual one itself where None is given."""
    return usual if value is None else record(value, type(usual), name)


def several(values: Any, kind: type[Kind], owner: str, name: str) -> tuple[Kind, ...]:
    """Return one or more of a kind as a tuple, or raise."""
    if isinstance(values, kind):
        return (values,)
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        raise CircuitError(
            f"{owner}: each {name} must be of the kind {kind.__name__}, alone or in a sequence "
            f"(got {values!r})"
        )
    if not values:
        raise CircuitError(f"{owner}: no {name} was given, and each cell needs one")
    return tuple(record(value, kind, f"{owner}: a {name}") for value in values)
