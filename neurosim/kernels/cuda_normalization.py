"""Batch normalization on cards, as `normalization` has it on the CPU.

A sum over rows is made in parts, each by a thread of its own, which CuPy adds up.
"""

from __future__ import annotations

from .cuda_jit import cuda, kernel, quiet


@kernel
def sum_from_first(x, parts):
    """Sum x − the first row over parts of the rows: (rows, channels) to (parts, channels)."""
    quiet()
    rows, channels = x.shape
    for at in range(cuda.grid(1), parts.size, cuda.gridsize(1)):
        part, c = at // channels, at % channels
        total, first = type(x[0, 0])(0), x[0, c]
        for i in range(part, rows, parts.shape[0]):
            total += x[i, c] - first
        parts[part, c] = total


@kernel
def sum_from_mean(x, means, parts, squares):
    """Sum x − mean, and its square, over parts of the rows."""
    quiet()
    rows, channels = x.shape
    for at in range(cuda.grid(1), parts.size, cuda.gridsize(1)):
        part, c = at // channels, at % channels
        mean = means[c]
        total = squared = type(mean)(0)
        for i in range(part, rows, parts.shape[0]):
            apart = x[i, c] - mean
            total += apart
            squared += apart * apart
        parts[part, c] = total
        squares[part, c] = squared


@kernel
def scale_channels(x, means, gains, offsets, y):
    """As `normalization.scale_channels`."""
    quiet()
    channels = x.shape[1]
    for at in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        i, c = at // channels, at % channels
        y[i, c] = (x[i, c] - means[c]) * gains[c] + offsets[c]


@kernel
def sum_slopes(x, means, g, parts, products):
    """Sum g, and g·(x − mean), over parts of the rows."""
    quiet()
    rows, channels = x.shape
    for at in range(cuda.grid(1), parts.size, cuda.gridsize(1)):
        part, c = at // channels, at % channels
        mean = means[c]
        total = product = type(mean)(0)
        for i in range(part, rows, parts.shape[0]):
            total += g[i, c]
            product += g[i, c] * (x[i, c] - mean)
        parts[part, c] = total
        products[part, c] = product


@kernel
def combine_slopes(x, means, g, gains, pulls, shifts, slopes):
    """As `normalization.combine_slopes`."""
    quiet()
    channels = x.shape[1]
    for at in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        i, c = at // channels, at % channels
        slopes[i, c] = gains[c] * g[i, c] + pulls[c] * (x[i, c] - means[c]) + shifts[c]
