"""Activations: the neurons' transfer functions on arrays, valued as `kernels.rules` values them.

Each but softmax and on_and_off has the name of `neurosim.neurons.TRANSFERS`.
"""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from ..engines import engine
from ..record import Vjp
from .declaration import elementwise, operation
from .reductions import check_axes


@elementwise
def threshold_linear(x: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """[x]₊, relu elsewhere; its slope at 0 is 0."""
    y = np.maximum(x, 0)
    return y, lambda g: (g * (y > 0),)


@elementwise
def logistic(x: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """1/(1 + e^−x), sigmoid elsewhere."""
    e = np.exp(-np.abs(x))  # never overflows
    y = np.where(x >= 0, 1, e) / (1 + e)
    return y, lambda g: (g * y * (1 - y),)


@elementwise
def tanh(x: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """The hyperbolic tangent."""
    y = np.tanh(x)
    return y, lambda g: (g * (1 - y) * (1 + y),)


@elementwise
def softplus(x: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """ln(1 + eˣ), whose slope is the logistic."""
    y = np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)
    return y, lambda g: (g * -np.expm1(-y),)


@operation
def on_and_off(x: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """[x]₊ and [−x]₊ side by side along the last axis, as ON and OFF cells divide a signal.

    Raises
    ------
    InputError
        One number without an axis.
    """
    if not x.ndim:
        raise InputError("on_and_off: one number has no channels; x is (…, channels)")
    channels = x.shape[-1]
    y = engine().xp.empty((*x.shape[:-1], 2 * channels), x.dtype)
    np.maximum(x, 0, out=y[..., :channels])
    np.maximum(-x, 0, out=y[..., channels:])
    return y, lambda g: (g[..., :channels] * (x > 0) - g[..., channels:] * (x < 0),)


@operation
def softmax(x: np.ndarray, /, axis: int = -1) -> tuple[np.ndarray, Vjp]:
    """eˣ/Σeˣ along an axis (Bridle 1990): positive, and 1 in sum.

    Raises
    ------
    InputError
        An axis that there is not.
    """
    check_axes("softmax", x.shape, axis)
    largest = x.max(axis=axis, keepdims=True) if x.shape[axis] else 0
    e = np.exp(x - largest)  # never overflows
    y = e / e.sum(axis=axis, keepdims=True)
    return y, lambda g: (y * (g - (g * y).sum(axis=axis, keepdims=True)),)
