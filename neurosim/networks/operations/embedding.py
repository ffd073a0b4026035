"""Rows of a table, looked up."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ..engines import engine, to_host
from ..record import Vjp
from ..tensor import Tensor, real_numbers
from .declaration import operation


def embedding(indices: Any, table: Any) -> Tensor:
    """Return the row of a table for each index (Bengio et al. 2003, a word's features).

    A row that is looked up several times has the sum of the gradients.

    Parameters
    ----------
    indices
        Whole numbers of any shape, a tensor or an array.
    table
        (rows, width).

    Returns
    -------
    The indices' shape, then width.

    Raises
    ------
    InputError
        Indices that are no whole numbers, or that the table has no row for; a table that is none.
    """
    array = indices.array if isinstance(indices, Tensor) else real_numbers(indices, "embedding")
    if array.dtype.kind not in "iu" and array.size:
        raise InputError(
            f"embedding: indices must be whole numbers (got {array.dtype}); astype(int) makes them"
        )
    return _embedding(table, indices=engine().take(array))


@operation
def _embedding(table: np.ndarray, /, indices: np.ndarray) -> tuple[np.ndarray, Vjp]:
    if table.ndim != 2:
        raise InputError(f"embedding: table must be (rows, width) (got shape {table.shape})")
    on = engine()
    outside = (indices < 0) | (indices >= len(table))
    if on.doubts(outside.any()):
        indices, outside = to_host(indices), to_host(outside)
        place = tuple(int(k[0]) for k in np.nonzero(np.atleast_1d(outside)))
        where = f" at place {place}" if indices.ndim else ""
        raise InputError(
            f"embedding: index {np.atleast_1d(indices)[place]}{where} is not a row of a table of "
            f"{len(table)} rows; they are counted from 0"
        )
    at = indices.astype(np.int64)

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        gradient = on.xp.zeros(table.shape, g.dtype)
        rows = on.xp.ascontiguousarray(g).reshape(at.size, table.shape[1])
        on.kernels.add_rows(at.reshape(-1), rows, gradient)
        return (gradient,)

    return table[at], vjp
