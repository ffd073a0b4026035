"""The errors a user can meet: each says what was given, the rule, and what to do.

All of them are `ValueError`, so that a script which catches that keeps working.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class NeurosimError(ValueError):
    """The family's head: anything neurosim refuses; its message is always one line."""

    def __init__(self, message: str):
        super().__init__(" ".join(message.split()))


class CircuitError(NeurosimError):
    """A circuit that cannot be built: a name, a shape, a weight, a parameter or a cycle."""


class InputError(NeurosimError):
    """Values that a circuit cannot be run on: their shape, range, kind or number."""


class SimulationError(NeurosimError):
    """A run that went wrong: a rate became infinite or NaN, or the circuit did not settle."""


class FileError(NeurosimError):
    """A file that cannot be read or written, or that is not what it claims to be."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the known name closest to `name`, or ``""``."""
    match = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {match[0]!r}?)" if match else ""


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence for a name that nothing has, with the nearest match."""
    known = list(known)
    listed = ", ".join(known[:12]) + (", …" if len(known) > 12 else "") or "none"
    return f"no {kind} is called {name!r}{nearest(name, known)}; there are: {listed}"


def spelled(function: Callable[P, T]) -> Callable[P, T]:
    """Refuse what a call gives beyond what the function has; name the nearest parameter."""
    parameters = signature(function).parameters.values()
    known = [p.name for p in parameters if p.name != "self"]
    positional = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    most = math.inf if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(positional)

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        for name in kwargs:
            if name not in known:
                kind = f"parameter of {function.__name__}()"
                raise InputError(unknown(kind, name, known))
        if len(args) > most:
            place = [name for name in positional if name != "self"]
            listed = f": {', '.join(place)}; give others by name" if place else ""
            raise InputError(
                f"{function.__name__}() takes {len(place) or 'no'} "
                f"argument{'s' * (len(place) != 1)} by position{listed}"
            )
        return function(*args, **kwargs)

    return checked
