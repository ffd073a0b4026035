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
def add_pixel(x, source, channels_in, weights, first, sums, target, channels):
    """Add what one pixel sends through one tap, four of its channels at a time.

    They are added one after the other: each sum is read and written once for the four.
    """
    total = sums[target : target + channels]
    paired = channels_in - channels_in % 4
    for i in range(0, paired, 4):
        a, b, c, d = x[source + i], x[source + i + 1], x[source + i + 2], x[source + i + 3]
        start = first + i * channels
        of_a = weights[start : start + channels]
        of_b = weights[start + channels : start + 2 * channels]
        of_c = weights[start + 2 * channels : start + 3 * channels]
        of_d = weights[start + 3 * channels : start + 4 * channels]
        for o in range(channels):
            total[o] = (((total[o] + of_a[o] * a) + of_b[o] * b) + of_c[o] * c) + of_d[o] * d
    for i in range(paired, channels_in):
        add_scaled(x[source + i], weights, first + i * channels, sums, target, channels)


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
                    add_pixel(
                        x, source + z * channels_in, channels_in, weights, first, sums,
                        target + column * channels, channels,
                    )  # fmt: skip
