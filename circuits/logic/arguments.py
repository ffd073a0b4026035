"""What the circuit makers are given: sizes, 0/1 lists, and the names of bits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec

import numpy as np

from neurosim import Circuit, CircuitError, Source

P = ParamSpec("P")
MOST_INPUTS = 256  # of one gate; each is an input of its own


def maker(function: Callable[P, Circuit]) -> Callable[P, Circuit]:
    """Say so where the inputs of the circuit are given to the function that makes it."""
    most = len(signature(function).parameters)

    @wraps(function)
    def made(*args: P.args, **kwargs: P.kwargs) -> Circuit:
        bits = bool(args) and all(isinstance(a, int | np.integer) and a in (0, 1) for a in args)
        if len(args) > most or (bits and len(args) > 1):
            name, given = function.__name__, ", ".join(map(repr, args))
            raise CircuitError(f"{name}() makes a circuit; call what it made: {name}()({given})")
        return function(*args, **kwargs)

    return made


def whole(value: Any, what: str, least: int, most: int) -> int:
    """Return `value` as an int.

    Raises
    ------
    CircuitError
        No whole number from `least` to `most`.
    """
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or not least <= value <= most:
        raise CircuitError(f"{what} must be a whole number from {least} to {most} (got {value!r})")
    return int(value)


def zeros_and_ones(values: Any, what: str) -> list[int]:
    """Return 0/1 values (or bools) as a list of ints.

    Raises
    ------
    CircuitError
        Not a sequence; a value that is neither 0 nor 1, named with its place.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise CircuitError(f"{what} must be a list of 0 and 1 (got {values!r})")
    listed = list(values)
    for place, value in enumerate(listed):
        if np.ndim(value) or value not in (0, 1):
            raise CircuitError(f"{what} must be a list of 0 and 1 (got {value!r} at {place})")
    return [int(value) for value in listed]


def bit_inputs(circuit: Circuit, n: Any) -> list[Source]:
    """Declare n single 0/1 inputs: x; x and y; from three on x1, x2, …, xn.

    Raises
    ------
    CircuitError
        n is no whole number from 1 to 256.
    """
    n = whole(n, f"{circuit.name}: n", 1, MOST_INPUTS)
    names = ["x", "y"][:n] if n <= 2 else [f"x{k}" for k in range(1, n + 1)]
    return [circuit.inputs(name) for name in names]
