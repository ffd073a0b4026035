"""Convolutions of a sheet, a row of results at a time, for a block of one trial.

The separable one lays out the rows it needs with their borders once, then works on four rows of
results together, so that each row that is read serves all four, and on eight taps in one pass, so
that sums stay in registers: its time goes into multiplications, no longer into moving the sums
(measured: 2 to 3 times as fast as one tap a pass).
"""

from __future__ import annotations

import numpy as np

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


@inner(fuse=True)
def add_down(window, top, width, w, sums, at):
    """Add eight taps down the window to four rows of sums, which lie one after the other."""
    w0, w1, w2, w3, w4, w5, w6, w7 = w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]
    x = window[top : top + 11 * width]
    s = sums[at : at + 4 * width]
    n = np.uintp(width)
    for j in range(n):
        y0, y1, y2, y3 = x[j], x[j + n], x[j + np.uintp(2) * n], x[j + np.uintp(3) * n]
        y4, y5 = x[j + np.uintp(4) * n], x[j + np.uintp(5) * n]
        y6, y7 = x[j + np.uintp(6) * n], x[j + np.uintp(7) * n]
        y8, y9 = x[j + np.uintp(8) * n], x[j + np.uintp(9) * n]
        y10 = x[j + np.uintp(10) * n]
        i1, i2, i3 = j + n, j + np.uintp(2) * n, j + np.uintp(3) * n
        s[j] = s[j] + w0 * y0 + w1 * y1 + w2 * y2 + w3 * y3 + w4 * y4 + w5 * y5 + w6 * y6 + w7 * y7
        s[i1] = (
            s[i1] + w0 * y1 + w1 * y2 + w2 * y3 + w3 * y4 + w4 * y5 + w5 * y6 + w6 * y7 + w7 * y8
        )
        s[i2] = (
            s[i2] + w0 * y2 + w1 * y3 + w2 * y4 + w3 * y5 + w4 * y6 + w5 * y7 + w6 * y8 + w7 * y9
        )
        s[i3] = (
            s[i3] + w0 * y3 + w1 * y4 + w2 * y5 + w3 * y6 + w4 * y7 + w5 * y8 + w6 * y9 + w7 * y10
        )


@inner(fuse=True)
def add_across(x, start, w, sums, at, n):
    """Add eight taps across to one row of sums."""
    w0, w1, w2, w3, w4, w5, w6, w7 = w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]
    y = x[start : start + n + 7]
    s = sums[at : at + n]
    for j in range(n):
        s[j] = (
            s[j] + w0 * y[j] + w1 * y[j + 1] + w2 * y[j + 2] + w3 * y[j + 3] + w4 * y[j + 4]
            + w5 * y[j + 5] + w6 * y[j + 6] + w7 * y[j + 7]
        )  # fmt: skip


@inner
def lay_out(row, x, top, rows, width, window):
    """Write `rows` rows of the sheet from row `top` on, with all their borders, into the window."""
    columns, left, border = row[tables.COLUMNS_IN], row[tables.LEFT], row[tables.BORDER]
    for r in range(rows):
        line = window[r * width : (r + 1) * width]
        y = folded(top + r, row[tables.ROWS_IN], border)
        if y < 0:
            for j in range(width):
                line[j] = 0
            continue
        first = row[tables.SOURCE] + y * columns
        seen = x[first : first + columns]
        shown = min(columns, width - left)  # a kernel wider than the sheet may not reach all
        inside = line[left : left + shown]
        for j in range(shown):
            inside[j] = seen[j]
        for j in range(width - shown):
            at = j if j < left else j + shown
            z = folded(at - left, columns, border)
            line[at] = seen[z] if z >= 0 else 0


@inner
def add_separable(row, weights, x, low, high, sums, base, window):
    """Add a convolution with the outer product of a column and a row kernel (stride 1).

    The window holds four rows of sums down the columns, and behind them the rows of the sheet
    that the targets see.
    """
    columns = row[tables.COLUMNS_OUT]
    down, across = row[tables.KERNEL_ROWS], row[tables.KERNEL_COLUMNS]
    width = columns + across - 1
    first = row[tables.WEIGHTS]
    begin, end = (low - row[tables.TARGET]) // columns, (high - row[tables.TARGET]) // columns
    rows = window[4 * width :]
    lay_out(row, x, begin - row[tables.TOP], end - begin + 3 + down, width, rows)
    for out in range(begin, end, 4):
        for j in range(4 * width):
            window[j] = 0
        for p in range(0, down - 7, 8):
            tap = first + p
            add_down(rows, (out - begin + p) * width, width, weights[tap : tap + 8], window, 0)
        for p in range(down // 8 * 8, down):  # the same shift for all four: one stretch
            add_scaled(weights[first + p], rows, (out - begin + p) * width, window, 0, 4 * width)
        for k in range(min(4, end - out)):
            target = (out + k) * columns + row[tables.TARGET] - base
            for q in range(0, across - 7, 8):
                tap = first + down + q
                add_across(window, k * width + q, weights[tap : tap + 8], sums, target, columns)
            for q in range(across // 8 * 8, across):
                add_scaled(weights[first + down + q], window, k * width + q, sums, target, columns)
