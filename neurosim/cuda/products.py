"""Matrix products on a card: by cuBLAS through CuPy, and within a graph by cuBLAS itself.

CuPy refuses its cuBLAS where a graph is captured (cupy/cupy issue 6290), which cuBLAS does not: it
asks for a workspace of its own there (cuBLAS Library, "CUDA Graphs Support").
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from .availability import arrays, is_simulated


def matmul(a: Any, b: Any, out: Any = None) -> Any:
    """Return a @ b as NumPy's, written to `out` where that is given."""
    if is_simulated() or not _capturing():
        return arrays().matmul(a, b) if out is None else arrays().matmul(a, b, out=out)
    return _captured(a, b, out)


def dot(a: Any, b: Any) -> Any:
    """Return Σ a·b of vectors, which stays on the card."""
    return (a * b).sum()


def _capturing() -> bool:
    import cupy

    return bool(cupy.cuda.runtime.streamIsCapturing(cupy.cuda.get_current_stream().ptr))


class Gemm(NamedTuple):
    """C = op(A)·op(B) as cuBLAS takes it: matrices are columns one after the other.

    Of rows one after the other, cuBLAS sees the transpose: Cᵀ = op(B)ᵀ·op(A)ᵀ, so that the second
    factor is its first.

    Attributes
    ----------
    flip_first, flip_second : whether cuBLAS transposes what it is given first and second
    m, n, k : rows and columns of its answer, and the length of its sums
    lead_first, lead_second, lead_answer : numbers from a column to the next
    """

    flip_first: bool
    flip_second: bool
    m: int
    n: int
    k: int
    lead_first: int
    lead_second: int
    lead_answer: int


def gemm_of(a: Any, b: Any, out: Any) -> Gemm | None:
    """Return how cuBLAS multiplies two matrices; None where an array lies as it cannot take it.

    Parameters
    ----------
    a, b, out
        (rows, inner), (inner, columns) and (rows, columns), of one dtype; each with its rows, or
        its columns, one after the other, and `out` with its rows.
    """
    flips, leads = [], []
    for matrix in (b, a, out):
        lead, flipped = _lead(matrix)
        if not lead:
            return None
        leads.append(lead)
        flips.append(flipped)
    if flips[2]:
        return None
    return Gemm(flips[0], flips[1], b.shape[1], a.shape[0], a.shape[1], *leads)


def _lead(matrix: Any) -> tuple[int, bool]:
    """Return from where to where a row leads, and whether it is columns that lie so; 0 for neither.

    A matrix whose rows lie one after the other is to cuBLAS its transpose, as it should be.
    """
    size = matrix.itemsize
    down, across = (stride // size for stride in matrix.strides)
    rows, columns = matrix.shape
    if (across == 1 or columns == 1) and (down >= columns or rows == 1):
        return max(down if rows > 1 else columns, 1), False
    if (down == 1 or rows == 1) and (across >= rows or columns == 1):
        return max(across if columns > 1 else rows, 1), True
    return 0, False


def _captured(a: Any, b: Any, out: Any) -> Any:
    """Return a @ b, of arrays as operations have them; `out` as theirs."""
    from . import cublas

    if b.ndim > 2 or a.ndim < 1 or not a.size * b.size:
        raise NotImplementedError("products of stacks are not captured")
    rows = a.reshape(math.prod(a.shape[:-1]), a.shape[-1])
    columns = b.reshape(len(b), 1) if b.ndim == 1 else b
    shape = (*a.shape[:-1], *b.shape[1:])
    answer = arrays().empty(shape, a.dtype) if out is None else out
    flat = answer.reshape(len(rows), columns.shape[1])
    form = gemm_of(rows, columns, flat)
    if form is None or a.dtype != b.dtype or a.dtype not in (np.float32, np.float64):
        raise NotImplementedError("such a product is not captured")
    cublas.multiply(form, columns, rows, flat)
    return answer
