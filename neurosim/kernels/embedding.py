"""The gradient of a table whose rows were looked up."""

from __future__ import annotations

from .jit import kernel


@kernel
def add_rows(indices, rows, table):
    """Add each of the rows (lookups, width) to the row of the table that its index names."""
    width = table.shape[1]
    for k in range(len(indices)):
        row = rows[k]
        to = table[indices[k]]
        for i in range(width):
            to[i] += row[i]
