"""The gradient of a table whose rows were looked up, on cards, the same each time.

Lookups of one row are a chain, each with the one before it; who follows nobody adds up the chain.
"""

from __future__ import annotations

from .cuda_jit import cuda, kernel


@kernel
def link_lookups(indices, before, follows):
    """Find which lookup of the same row came before each, −1 for none, and which are followed.

    Parameters
    ----------
    indices, before, follows
        (lookups,); the last 0 at first, and 1 in the end of what is followed by another.
    """
    for k in range(cuda.grid(1), indices.size, cuda.gridsize(1)):
        row, j = indices[k], k - 1
        while j >= 0 and indices[j] != row:
            j -= 1
        before[k] = j
        if j >= 0:
            follows[j] = 1


@kernel
def add_chains(indices, before, follows, rows, table):
    """Write the sum of each chain of rows, (lookups, width), to its row of the table."""
    width = rows.shape[1]
    for at in range(cuda.grid(1), rows.size, cuda.gridsize(1)):
        k, i = at // width, at % width
        row = indices[k]
        if follows[k] == 0 and 0 <= row < table.shape[0]:
            total, j = rows[k, i], before[k]
            while j >= 0:
                total += rows[j, i]
                j = before[j]
            table[row, i] += total
