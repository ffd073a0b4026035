"""Convolutions of a sheet, rows of results at a time, for a block of one trial.

The separable ones are in `separable`.
"""

from __future__ import annotations

from . import rules, tables
from .jit import inner

folded = inner(rules.folded)


@inner
def add_scaled(weight, x, source, sums, target, n):
    """sums += w·x over n values from two starts; slices keep the loop free of index checks."""
    values = x[source : source + n]
    total = sums[target : target + n]
    for j in range(n):
        total[j] += weight * values[j]


@inner
def add_convolution(row, weights, x, low, high, sums, base):
    """Add a convolution of any stride and any number of channels to targets [low, high)."""
    columns = row[tables.COLUMNS_OUT]
    channels = row[tables.CHANNELS_OUT]
    channels_in = row[tables.CHANNELS_IN]
    border = row[tables.BORDER]
    stride = row[tables.STEP_OVER]
    width = columns * channels
    for out in range((low - row[tables.TARGET]) // width, (high - row[tables.TARGET]) // width):
        target = out * width + row[tables.TARGET] - base
        for p in range(row[tables.KERNEL_ROWS]):
            y = folded(out * stride - row[tables.TOP] + p, row[tables.ROWS_IN], border)
            if y < 0:
                continue
            source = row[tables.SOURCE] + y * row[tables.COLUMNS_IN] * channels_in
            for q in range(row[tables.KERNEL_COLUMNS]):
                first = row[tables.WEIGHTS] + (
                    (p * row[tables.KERNEL_COLUMNS] + q) * channels_in * channels
                )
                for column in range(columns):
                    at = column * stride - row[tables.LEFT] + q
                    z = folded(at, row[tables.COLUMNS_IN], border)
                    if z < 0:
                        continue
                    for i in range(channels_in):
                        value = x[source + z * channels_in + i]
                        for o in range(channels):
                            sums[target + column * channels + o] += (
                                weights[first + i * channels + o] * value
                            )
