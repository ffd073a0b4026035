"""Convolutions of a sheet, rows of results at a time, for a block of one trial.

The separable ones are in `separable`.
"""

from __future__ import annotations

from . import rules, tables
from .jit import inner
from .moving import add_scaled

folded = inner(rules.folded)


@inner
def add_spaced(weight, x, source, apart, sums, target, n):
    """sums += w·x over n values from two starts, those of x so far from one another."""
    if apart == 1:
        add_scaled(weight, x, source, sums, target, n)
        return
    values = x[source : source + n * apart : apart]
    total = sums[target : target + n]
    for j in range(n):
        total[j] += weight * values[j]


@inner
def add_convolution(row, weights, x, low, high, sums, base):
    """Add a convolution of any stride and any number of channels to targets [low, high).

    Each sum's terms come in the order of the kernel's weights, wherever its column lies.
    """
    columns, columns_in = row[tables.COLUMNS_OUT], row[tables.COLUMNS_IN]
    channels, channels_in = row[tables.CHANNELS_OUT], row[tables.CHANNELS_IN]
    border = row[tables.BORDER]
    stride = row[tables.STEP_OVER]
    width = columns * channels
    for out in range((low - row[tables.TARGET]) // width, (high - row[tables.TARGET]) // width):
        target = out * width + row[tables.TARGET] - base
        for p in range(row[tables.KERNEL_ROWS]):
            y = folded(out * stride - row[tables.TOP] + p, row[tables.ROWS_IN], border)
            if y < 0:
                continue
            source = row[tables.SOURCE] + y * columns_in * channels_in
            for q in range(row[tables.KERNEL_COLUMNS]):
                first = row[tables.WEIGHTS] + (
                    (p * row[tables.KERNEL_COLUMNS] + q) * channels_in * channels
                )
                shift = q - row[tables.LEFT]
                # No column that hears this tap on the sheet is asked where; asking is dear where
                # there is one channel.
                begin = end = 0
                if channels == 1:
                    begin = min(columns, max(0, -(shift // stride)))
                    end = max(begin, min(columns, (columns_in - 1 - shift) // stride + 1))
                    at = source + (begin * stride + shift) * channels_in
                    for i in range(channels_in):
                        add_spaced(
                            weights[first + i], x, at + i, stride * channels_in, sums,
                            target + begin, end - begin,
                        )  # fmt: skip
                for k in range(columns - (end - begin)):
                    column = k if k < begin else k + end - begin
                    z = folded(column * stride + shift, columns_in, border)
                    if z < 0:
                        continue
                    for i in range(channels_in):
                        value = x[source + z * channels_in + i]
                        for o in range(channels):
                            sums[target + column * channels + o] += (
                                weights[first + i * channels + o] * value
                            )
