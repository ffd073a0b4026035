"""Activations by Keras's names, each the simulator's transfer function of another name."""

from __future__ import annotations

from collections.abc import Collection
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
# Those whose slope does not follow from the answer: an operation of their own on the drive.
APART = ("softmax", "step")
NAMES = (*TRANSFERS, *APART)


def get(given: Any, name: str, known: Collection[str] = NAMES) -> str:
    """Return the name of an activation, which may be given by its own or the transfer's.

    Raises
    ------
    InputError
        One that is not among those `known`; `name` says who asked.
    """
    if given is None:
        return "linear"
    if not isinstance(given, str):
        raise InputError(f"{name} takes the name of an activation (got {given!r})")
    ours = {transfer: keras for keras, transfer in TRANSFERS.items()}
    found = ours.get(given, given.lower())
    if found not in known:
        raise InputError(f"{name}: {unknown('activation', given, known)}")
    return found


def activate(x: Tensor, activation: str) -> Tensor:
    """Return the activities of cells with such an activation that are driven by x."""
    if activation == "linear":
        return x
    if activation in APART:
        apart: Tensor = getattr(operations, activation)(x)
        return apart
    activated: Tensor = getattr(operations, TRANSFERS[activation])(x)
    return activated
