"""Batch normalization: each channel's mean and variance over the rows, forward and back.

Four rows are summed before they are added to a channel's total: it is loaded and stored a quarter
as often, and loses less to rounding.
"""

from __future__ import annotations

from .jit import kernel

ROWS = 4


@kernel
def find_moments(x, means, errors, variances):
    """Find each channel's mean and variance, by the corrected two-pass algorithm.

    The values are taken relative to the first row's, then to the mean (Chan, Golub & LeVeque
    1983), so that a mean far from 0 costs the variance no digits.

    Parameters
    ----------
    x
        (rows, channels), one row or more.
    means, errors, variances
        (channels,), 0 at first; the mean is mean + error, which one number would round.
    """
    rows, channels = x.shape
    full = rows - rows % ROWS
    for i in range(0, full, ROWS):
        for c in range(channels):
            first = x[0, c]
            means[c] += ((x[i, c] - first) + (x[i + 1, c] - first)) + (
                (x[i + 2, c] - first) + (x[i + 3, c] - first)
            )
    for i in range(full, rows):
        for c in range(channels):
            means[c] += x[i, c] - x[0, c]
    real = type(x[0, 0])
    for c in range(channels):
        means[c] = x[0, c] + means[c] / real(rows)
    for i in range(0, full, ROWS):
        for c in range(channels):
            mean = means[c]
            a, b = x[i, c] - mean, x[i + 1, c] - mean
            d, e = x[i + 2, c] - mean, x[i + 3, c] - mean
            errors[c] += (a + b) + (d + e)
            variances[c] += (a * a + b * b) + (d * d + e * e)
    for i in range(full, rows):
        for c in range(channels):
            a = x[i, c] - means[c]
            errors[c] += a
            variances[c] += a * a
    for c in range(channels):
        errors[c] /= real(rows)
        variances[c] = max(variances[c] / real(rows) - errors[c] * errors[c], real(0))


@kernel
def scale_channels(x, means, gains, offsets, y):
    """Write y = (x − mean)·gain + offset, channel by channel; x and y are (rows, channels)."""
    rows, channels = x.shape
    for i in range(rows):
        for c in range(channels):
            y[i, c] = (x[i, c] - means[c]) * gains[c] + offsets[c]


@kernel
def sum_slopes(x, means, g, sums, products):
    """Find Σg and Σ g·(x − mean) over the rows.

    Parameters
    ----------
    x, g
        (rows, channels), the values and the cotangent of what was made of them.
    means, sums, products
        (channels,); the last two are 0 at first.
    """
    rows, channels = x.shape
    full = rows - rows % ROWS
    for i in range(0, full, ROWS):
        for c in range(channels):
            mean = means[c]
            p, q, r, s = g[i, c], g[i + 1, c], g[i + 2, c], g[i + 3, c]
            sums[c] += (p + q) + (r + s)
            products[c] += (p * (x[i, c] - mean) + q * (x[i + 1, c] - mean)) + (
                r * (x[i + 2, c] - mean) + s * (x[i + 3, c] - mean)
            )
    for i in range(full, rows):
        for c in range(channels):
            sums[c] += g[i, c]
            products[c] += g[i, c] * (x[i, c] - means[c])


@kernel
def combine_slopes(x, means, g, gains, pulls, shifts, slopes):
    """Write gain·g + pull·(x − mean) + shift, channel by channel."""
    rows, channels = x.shape
    for i in range(rows):
        for c in range(channels):
            slopes[i, c] = gains[c] * g[i, c] + pulls[c] * (x[i, c] - means[c]) + shifts[c]
