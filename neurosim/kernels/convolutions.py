"""Convolutions of a sheet, a row of results at a time, for a block of one trial.

The separable one works on four rows of results together, so that each row of the sheet that is
read serves all four, and eight taps in one pass, so that sums stay in registers: its time goes
into multiplications, no longer into moving the sums (measured: 2 to 3 times as fast as one tap a
pass).
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
def add_down(s0, s1, s2, s3, x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, w):
    """Add eight taps down to four rows of sums, from the eleven rows that they see."""
    w0, w1, w2, w3, w4, w5, w6, w7 = w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]
    for j in range(len(s0)):
        y0, y1, y2, y3, y4, y5 = x0[j], x1[j], x2[j], x3[j], x4[j], x5[j]
        y6, y7, y8, y9, y10 = x6[j], x7[j], x8[j], x9[j], x10[j]
        s0[j] = (
            s0[j] + w0 * y0 + w1 * y1 + w2 * y2 + w3 * y3 + w4 * y4 + w5 * y5 + w6 * y6 + w7 * y7
        )
        s1[j] = (
            s1[j] + w0 * y1 + w1 * y2 + w2 * y3 + w3 * y4 + w4 * y5 + w5 * y6 + w6 * y7 + w7 * y8
        )
        s2[j] = (
            s2[j] + w0 * y2 + w1 * y3 + w2 * y4 + w3 * y5 + w4 * y6 + w5 * y7 + w6 * y8 + w7 * y9
        )
        s3[j] = (
            s3[j] + w0 * y3 + w1 * y4 + w2 * y5 + w3 * y6 + w4 * y7 + w5 * y8 + w6 * y9 + w7 * y10
        )


@inner(fuse=True)
def add_across(sums, x, w):
    """Add eight taps across to one row of sums; x holds seven values more."""
    w0, w1, w2, w3, w4, w5, w6, w7 = w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]
    n = len(sums)
    x1, x2, x3, x4 = x[1 : n + 1], x[2 : n + 2], x[3 : n + 3], x[4 : n + 4]
    x5, x6, x7 = x[5 : n + 5], x[6 : n + 6], x[7 : n + 7]
    for j in range(n):
        sums[j] = (
            sums[j] + w0 * x[j] + w1 * x1[j] + w2 * x2[j] + w3 * x3[j] + w4 * x4[j] + w5 * x5[j]
            + w6 * x6[j] + w7 * x7[j]
        )  # fmt: skip


@inner
def seen(row, x, strip, nothing, y):
    """Return row y of the sheet under the border rule, or the strip's row of zeros."""
    columns = row[tables.COLUMNS_IN]
    at = folded(y, row[tables.ROWS_IN], row[tables.BORDER])
    if at < 0:
        return strip[nothing : nothing + columns]
    first = row[tables.SOURCE] + at * columns
    return x[first : first + columns]


@inner
def add_separable(row, weights, x, low, high, sums, base, strip):
    """Add a convolution with the outer product of a column and a row kernel (stride 1)."""
    columns, columns_in = row[tables.COLUMNS_OUT], row[tables.COLUMNS_IN]
    down, across = row[tables.KERNEL_ROWS], row[tables.KERNEL_COLUMNS]
    left = row[tables.LEFT]
    first = row[tables.WEIGHTS]
    padded = max(columns + across - 1, left + columns_in)
    nothing = 4 * padded  # where a row of zeros stands, behind the four rows of sums
    last = (high - row[tables.TARGET]) // columns
    for out in range((low - row[tables.TARGET]) // columns, last, 4):
        for j in range(nothing + columns_in):
            strip[j] = 0
        s0 = strip[left : left + columns_in]
        s1 = strip[padded + left : padded + left + columns_in]
        s2 = strip[2 * padded + left : 2 * padded + left + columns_in]
        s3 = strip[3 * padded + left : 3 * padded + left + columns_in]
        top = out - row[tables.TOP]
        for p in range(0, down - 7, 8):
            y = top + p
            add_down(
                s0, s1, s2, s3,
                seen(row, x, strip, nothing, y), seen(row, x, strip, nothing, y + 1),
                seen(row, x, strip, nothing, y + 2), seen(row, x, strip, nothing, y + 3),
                seen(row, x, strip, nothing, y + 4), seen(row, x, strip, nothing, y + 5),
                seen(row, x, strip, nothing, y + 6), seen(row, x, strip, nothing, y + 7),
                seen(row, x, strip, nothing, y + 8), seen(row, x, strip, nothing, y + 9),
                seen(row, x, strip, nothing, y + 10), weights[first + p : first + p + 8],
            )  # fmt: skip
        for k in range(min(4, last - out)):
            at = k * padded
            for p in range(down // 8 * 8, down):
                line = seen(row, x, strip, nothing, top + k + p)
                add_scaled(weights[first + p], line, 0, strip, at + left, columns_in)
            for j in range(columns + across - 1):  # the borders repeat what the row holds already
                if j < left or j >= left + columns_in:
                    z = folded(j - left, columns_in, row[tables.BORDER])
                    strip[at + j] = strip[at + left + z] if z >= 0 else 0
            target = (out + k) * columns + row[tables.TARGET] - base
            for q in range(0, across - 7, 8):
                tap = first + down + q
                add_across(
                    sums[target : target + columns],
                    strip[at + q : at + q + columns + 7],
                    weights[tap : tap + 8],
                )
            for q in range(across // 8 * 8, across):
                add_scaled(weights[first + down + q], strip, at + q, sums, target, columns)
