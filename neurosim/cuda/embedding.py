"""The gradient of a table whose rows were looked up: launches of its kernels on a card."""

from __future__ import annotations

from typing import Any

from ..kernels import cuda_embedding
from .availability import arrays
from .launches import launch


def add_rows(indices: Any, rows: Any, table: Any) -> None:
    """As `kernels.add_rows`, in another order, the same each time; what is no row is left out.

    CuPy's sort would wait for the card, which no graph may.
    """
    count = len(indices)
    if not count:
        return
    places = _sorted(indices * count + arrays().arange(count))  # by row, then as they came
    named, values, stride = places // count, rows[places % count], 1
    while True:
        pieces = -(-len(values) // cuda_embedding.PIECE)
        left_over = arrays().empty((pieces, rows.shape[1]), rows.dtype)
        launch(cuda_embedding.sum_runs, left_over.size, stride, named, values, table, left_over)
        if pieces == 1:
            return
        values, stride = left_over, stride * cuda_embedding.PIECE


def _sorted(places: Any) -> Any:
    """Return whole numbers, no two alike, in order; they are written over."""
    merged, length = arrays().empty_like(places), 1
    while length < len(places):
        launch(cuda_embedding.merge_stretches, len(places), length, places, merged)
        places, merged, length = merged, places, 2 * length
    return places
