"""What a function's arguments are called, so that levels can be laid beside one another."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def arguments_of(function: Callable[..., Any], count: int = 0) -> tuple[str, ...] | None:
    """Return the names of the arguments that a function needs, in order.

    None where it does not say: a builtin, or one that takes any number of them.

    Parameters
    ----------
    count
        Of arguments that it is given: of those that it need not be given so many are named, too,
        as make up the number.
    """
    try:
        parameters = list(signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    if any(p.kind == Parameter.VAR_POSITIONAL for p in parameters):
        return None
    placed = [p for p in parameters if p.kind in POSITIONAL]
    least = sum(p.default is Parameter.empty for p in placed)
    needed = placed[: max(least, count)]
    if any(p.kind == Parameter.POSITIONAL_ONLY for p in needed):
        return None  # the names are the language's own, such as operator.add's
    return tuple(p.name for p in needed)
