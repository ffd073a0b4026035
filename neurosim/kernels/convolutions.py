"""Convolutions of a sheet, one output row at a time, for a block of one trial.

A row of the sheet, or the weighted sum of several, is laid out once with its borders; the taps
then run along it without a branch.
"""

from __future__ import annotations

from . import tables
from .jit import inner


@inner
def folded(at, n, border):
    """Return where position `at` lies in [0, n) under the border rule; −1 is nowhere."""
    if 0 <= at < n:
        return at
    if border == tables.WRAP:
        return at % n
    if border == tables.REFLECT:
        at = at % (2 * n)
        return at if at < n else 2 * n - 1 - at
    return -1


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


@inner
def add_separable(row, weights, x, low, high, sums, base, strip):
    """Add a convolution with the outer product of a column and a row kernel (stride 1)."""
    columns = row[tables.COLUMNS_OUT]
    rows_in = row[tables.ROWS_IN]
    columns_in = row[tables.COLUMNS_IN]
    taps = row[tables.KERNEL_ROWS]
    reach = row[tables.KERNEL_COLUMNS]
    border = row[tables.BORDER]
    left = row[tables.LEFT]
    first = row[tables.WEIGHTS]
    across = first + taps
    padded = columns + reach - 1
    for out in range((low - row[tables.TARGET]) // columns, (high - row[tables.TARGET]) // columns):
        # Down: the weighted sum of the rows, laid out from position `left` of the strip.
        for j in range(padded):
            strip[j] = 0
        for p in range(taps):
            y = folded(out - row[tables.TOP] + p, rows_in, border)
            if y >= 0:
                weight = weights[first + p]
                source = row[tables.SOURCE] + y * columns_in
                for j in range(columns_in):
                    strip[left + j] += weight * x[source + j]
        for j in range(padded):  # the borders repeat what the strip holds already
            if j < left or j >= left + columns_in:
                z = folded(j - left, columns_in, border)
                strip[j] = strip[left + z] if z >= 0 else 0
        # Across.
        target = out * columns + row[tables.TARGET] - base
        for q in range(reach):
            weight = weights[across + q]
            for j in range(columns):
                sums[target + j] += weight * strip[q + j]
