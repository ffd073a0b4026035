"""Which cells of a sheet hear which of the sheet before: its weights as a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def area_matrix(weights: np.ndarray) -> csr_array:
    """Return a layer's weights as a sparse matrix, (cells, cells of the sheet before).

    Parameters
    ----------
    weights
        (rows, columns, side, side): of each cell to the area that is centered on it.
    """
    from scipy.sparse import csr_array

    rows, columns, side, _ = weights.shape
    cell = np.indices(weights.shape)
    row, column = (cell[n] + cell[n + 2] - side // 2 for n in (0, 1))
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns) & (weights != 0)
    targets = (cell[0] * columns + cell[1])[inside]
    sources = (row * columns + column)[inside]
    size = rows * columns
    return csr_array((weights[inside], (targets, sources)), shape=(size, size))
