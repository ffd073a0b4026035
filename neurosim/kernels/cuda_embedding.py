"""The gradient of a table whose rows were looked up, on cards, the same each time.

Lookups are brought in order by a merge sort, so that those of a row follow one another: a run.
Runs are added up piece by piece, so that a long one, as of the word that fills up sentences, is
added up by many threads.
"""

from __future__ import annotations

from .cuda_jit import cuda, kernel

PIECE = 32  # values that a thread adds up


@kernel
def merge_stretches(length, places, merged):
    """Merge the first stretch of a length and the second, the third and the fourth, and so on.

    Parameters
    ----------
    places
        (lookups,), no two alike, each stretch in order.
    merged
        (lookups,), so are then stretches of twice the length.
    """
    count = places.size
    for at in range(cuda.grid(1), count, cuda.gridsize(1)):
        place, begin = places[at], at - at % (2 * length)
        middle, end = min(begin + length, count), min(begin + 2 * length, count)
        # How many of the other stretch come before it, by bisection.
        low, high = (middle, end) if at < middle else (begin, middle)
        while low < high:
            between = (low + high) // 2
            if places[between] < place:
                low = between + 1
            else:
                high = between
        merged[at + low - middle] = place


@kernel
def sum_runs(stride, rows, values, table, left_over):
    """Add up each run's values in the piece where it begins, and to its row of the table.

    Parameters
    ----------
    stride
        Value k is of the row that stands at k·stride.
    rows
        (lookups,), in order; what is no row of the table is left out.
    values
        (values, width).
    left_over
        (pieces, width), for each what it has of a run that began before it: values of every
        stride·PIECE-th row, to be added up in the same way.
    """
    count, width = values.shape
    for at in range(cuda.grid(1), left_over.size, cuda.gridsize(1)):
        piece, i = at // width, at % width
        begin, end = piece * PIECE, min((piece + 1) * PIECE, count)
        goes_on = begin > 0 and rows[(begin - 1) * stride] == rows[begin * stride]
        total = left_over[piece, i] = values.dtype.type(0)
        for k in range(begin, end):
            total += values[k, i]
            row = rows[k * stride]
            if k + 1 == end or rows[(k + 1) * stride] != row:
                if goes_on:
                    left_over[piece, i] = total
                elif 0 <= row < table.shape[0]:
                    table[row, i] += total
                total, goes_on = values.dtype.type(0), False
