"""Activations by Keras's names, each the simulator's transfer function of another name."""

from __future__ import annotations

from typing import Any

from ..errors import InputError, unknown
from . import operations
from .tensor import Tensor

# Keras's name: the transfer function's.
TRANSFERS = {
    "linear": "identity",
    "relu": "threshold_linear",
    "sigmoid": "logistic",
    "tanh": "tanh",
    "softplus": "softplus",
}
NAMES = (*TRANSFERS, "softmax")


def get(given: Any, name: str) -> str:
    """Return the name of an activation, which may be given by its own or the transfer's.

    Raises
    ------
    InputError
        One that there is not; `name` says who asked.
    """
    if given is None:
        return "linear"
    if not isinstance(given, str):
        raise InputError(f"{name} takes the name of an activation (got {given!r})")
    ours = {transfer: keras for keras, transfer in TRANSFERS.items()}
    found = ours.get(given, given.lower())
    if found not in NAMES:
        raise InputError(f"{name}: {unknown('activation', given, NAMES)}")
    return found


def activate(x: Tensor, activation: str) -> Tensor:
    """Return the activities of cells with such an activation that are driven by x."""
    if activation == "linear":
        return x
    if activation == "softmax":
        return operations.softmax(x)
    activated: Tensor = getattr(operations, TRANSFERS[activation])(x)
    return activated
