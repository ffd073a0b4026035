"""What a function's arguments are called, so that levels can be laid beside one another."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def arguments_of(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """Return the names of the arguments that a function needs, in order.

    None where it does not say: a builtin, or one that takes any number of them.
    """
    try:
        parameters = list(signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    if any(p.kind == Parameter.VAR_POSITIONAL for p in parameters):
        return None
    needed = [p for p in parameters if p.kind in POSITIONAL and p.default is Parameter.empty]
    if any(p.kind == Parameter.POSITIONAL_ONLY for p in needed):
        return None  # the names are the language's own, such as operator.add's
    return tuple(p.name for p in needed)
