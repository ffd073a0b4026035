"""The matrix product."""

from __future__ import annotations

import math

import numpy as np

from ...errors import InputError
from ..engines import Engine, engine
from ..record import Vjp
from .declaration import operation, summed_to


@operation
def matmul(x: np.ndarray, y: np.ndarray, /) -> tuple[np.ndarray, Vjp]:
    """x @ y as NumPy's: of vectors, matrices, and stacks of matrices, which broadcast.

    Parameters
    ----------
    x
        (…, m, k), or a row (k,).
    y
        (…, k, n), or a column (k,).

    Raises
    ------
    InputError
        Single numbers, or shapes that do not fit.
    """
    rows = x[None] if x.ndim == 1 else x
    columns = y[:, None] if y.ndim == 1 else y
    on = engine()
    try:
        product = on.matmul(x, y)
    except ValueError:
        raise InputError(
            f"matmul: shapes {x.shape} and {y.shape} do not fit; (…, m, k) goes with (…, k, n), "
            "or with a vector (k,)"
        ) from None

    def vjp(g: np.ndarray) -> tuple:
        if x.ndim == 1:
            g = np.expand_dims(g, -2 if y.ndim > 1 else -1)
        if y.ndim == 1:
            g = np.expand_dims(g, -1)
        return (
            lambda: summed_to(on.matmul(g, columns.swapaxes(-1, -2)), rows.shape).reshape(x.shape),
            lambda: _by_columns(on, rows, g, columns.shape).reshape(y.shape),
        )

    return product, vjp


def _by_columns(on: Engine, rows: np.ndarray, g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the cotangent of the right operand; a stack by one matrix is one product."""
    if len(shape) == 2:
        count = math.prod(rows.shape[:-1])
        return on.matmul(rows.reshape(count, shape[0]).T, g.reshape(count, shape[1]))
    return summed_to(on.matmul(rows.swapaxes(-1, -2), g), shape)
