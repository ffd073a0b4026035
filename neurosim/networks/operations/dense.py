"""A layer of cells that all hear the same inputs, as one operation: f(x·W + b)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError, unknown
from ...kernels import rules
from ..engines import engine
from ..record import Vjp
from ..tensor import Tensor
from .declaration import operation

# Those whose slope follows from the answer, so that the net input need not be kept.
ACTIVATIONS = {
    "identity": rules.IDENTITY,
    "threshold_linear": rules.THRESHOLD_LINEAR,
    "logistic": rules.LOGISTIC,
    "tanh": rules.TANH,
    "softplus": rules.SOFTPLUS,
}
ACTIVATIONS_ELSEWHERE = {
    "relu": "'threshold_linear'",
    "threshold-linear": "'threshold_linear'",
    "sigmoid": "'logistic'",
    "linear": "'identity'",
}


def dense(x: Any, kernel: Any, bias: Any = None, *, activation: str = "identity") -> Tensor:
    """f(x·W + b): the product, and bias and activation in one pass over it.

    Parameters
    ----------
    x
        (…, inputs).
    kernel
        W, (inputs, cells).
    bias
        b, (cells,); left out, there is none.
    activation
        f: identity, threshold_linear, logistic, tanh or softplus.

    Returns
    -------
    (…, cells).

    Raises
    ------
    InputError
        Shapes that do not fit, or another activation.
    """
    operands = (x, kernel) if bias is None else (x, kernel, bias)
    return _dense(*operands, code=activation_code("dense", activation))


def activation_code(name: str, activation: str) -> int:
    """Return the code of an activation, or raise InputError in the name of an operation."""
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        told = unknown("activation", str(activation), ACTIVATIONS, ACTIVATIONS_ELSEWHERE)
        raise InputError(f"{name}: {told}")
    return ACTIVATIONS[activation]


@operation
def _dense(*operands: np.ndarray, code: int) -> tuple[np.ndarray, Vjp]:
    x, kernel, *biases = operands
    _check_shapes(x, kernel, biases)
    inputs, cells = kernel.shape
    rows = math.prod(x.shape[:-1])
    shape = (*x.shape[:-1], cells)
    flat = x.reshape(rows, inputs)
    on = engine()
    y = on.xp.empty((rows, cells), x.dtype)
    on.matmul(flat, kernel, out=y)
    if biases or code != rules.IDENTITY:
        bias = on.xp.ascontiguousarray(biases[0]) if biases else on.xp.zeros(cells, x.dtype)
        on.kernels.activate(code, y, bias)

    def vjp(g: np.ndarray) -> tuple:
        g = on.xp.ascontiguousarray(g).reshape(rows, cells)
        summed = on.xp.zeros(cells, g.dtype)
        slopes = g
        if code != rules.IDENTITY:
            slopes = np.empty_like(g)
            on.kernels.activation_slopes(code, y, g, slopes, summed)
        elif biases:
            g.sum(axis=0, out=summed)
        return (
            lambda: on.matmul(slopes, kernel.T).reshape(x.shape),
            lambda: on.matmul(flat.T, slopes),
            lambda: summed,
        )[: len(operands)]

    return y.reshape(shape), vjp


def _check_shapes(x: np.ndarray, kernel: np.ndarray, biases: list[np.ndarray]) -> None:
    """Raise InputError unless the inputs fit the kernel, and the bias its cells."""
    if kernel.ndim != 2 or x.ndim < 1 or x.shape[-1] != kernel.shape[0]:
        raise InputError(
            f"dense: inputs of shape {x.shape} and a kernel of shape {kernel.shape} do not fit; "
            "(…, inputs) goes with (inputs, cells)"
        )
    if biases and biases[0].shape != kernel.shape[1:]:
        raise InputError(
            f"dense: a bias of shape {biases[0].shape} does not fit a kernel of shape "
            f"{kernel.shape}; it has one number a cell, {kernel.shape[1:]}"
        )
