"""A layer of excitatory and inhibitory cells as one operation: f(x·W − γ·(x·A)·B + b)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from ...kernels import rules
from ..engines import engine
from ..record import Vjp
from ..tensor import Tensor
from .declaration import operation
from .dense import activation_code


def dale_dense(
    x: Any, excitation: Any, feed: Any, inhibition: Any, bias: Any, *, gain: float = 1.0,
    activation: str = "identity",
) -> Tensor:  # fmt: skip
    """f(x·W − γ·(x·A)·B + b): cells that inputs excite, and interneurons inhibit.

    The weights have one sign each where all are 0 or more; it is not asked for here.

    Parameters
    ----------
    x
        (…, inputs), what excites both.
    excitation
        W, (inputs, cells).
    feed
        A, (inputs, interneurons): what excites the interneurons.
    inhibition
        B, (interneurons, cells): by how much these inhibit the cells.
    bias
        b, (cells,).
    gain
        γ, of the interneurons.
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
    code = activation_code("dale_dense", activation)
    return _dale_dense(x, excitation, feed, inhibition, bias, gain=gain, code=code)


@operation
def _dale_dense(
    x: np.ndarray, excitation: np.ndarray, feed: np.ndarray, inhibition: np.ndarray,
    bias: np.ndarray, /, gain: float, code: int,
) -> tuple[np.ndarray, Vjp]:  # fmt: skip
    _check_shapes(x, excitation, feed, inhibition, bias)
    inputs, cells = excitation.shape
    rows = math.prod(x.shape[:-1])
    flat = x.reshape(rows, inputs)
    on = engine()
    interneurons = on.matmul(flat, feed)
    interneurons *= x.dtype.type(gain)
    y = on.xp.empty((rows, cells), x.dtype)
    on.matmul(flat, excitation, out=y)
    y -= on.matmul(interneurons, inhibition)
    on.kernels.activate(code, y, on.xp.ascontiguousarray(bias))

    def vjp(g: np.ndarray) -> tuple:
        g = on.xp.ascontiguousarray(g).reshape(rows, cells)
        summed = on.xp.zeros(cells, g.dtype)
        slopes = g
        if code == rules.IDENTITY:
            g.sum(axis=0, out=summed)
        else:
            slopes = np.empty_like(g)
            on.kernels.activation_slopes(code, y, g, slopes, summed)
        lost = on.matmul(slopes, inhibition.T)
        lost *= x.dtype.type(gain)
        return (
            lambda: (on.matmul(slopes, excitation.T) - on.matmul(lost, feed.T)).reshape(x.shape),
            lambda: on.matmul(flat.T, slopes),
            lambda: np.negative(on.matmul(flat.T, lost)),
            lambda: np.negative(on.matmul(interneurons.T, slopes)),
            lambda: summed,
        )

    return y.reshape(*x.shape[:-1], cells), vjp


def _check_shapes(
    x: np.ndarray, excitation: np.ndarray, feed: np.ndarray, inhibition: np.ndarray,
    bias: np.ndarray,
) -> None:  # fmt: skip
    """Raise InputError unless what comes in fits the weights, and these one another."""
    fit = (
        excitation.ndim == feed.ndim == inhibition.ndim == 2
        and x.ndim >= 1
        and x.shape[-1] == excitation.shape[0] == feed.shape[0]
        and inhibition.shape == (feed.shape[1], excitation.shape[1])
        and bias.shape == excitation.shape[1:]
    )
    if not fit:
        told = ", ".join(str(a.shape) for a in (x, excitation, feed, inhibition, bias))
        raise InputError(
            f"dale_dense: shapes {told} do not fit; they are (…, inputs), (inputs, cells), "
            "(inputs, interneurons), (interneurons, cells), (cells,)"
        )
