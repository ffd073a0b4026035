"""Pooling on cards, as `pooling` has it: a thread takes a window of a channel, or a pixel.

What goes back is gathered: each pixel asks the windows that it lies in, in the CPU's order.
"""

from __future__ import annotations

import math

from . import rules
from .cuda_images import heard, hearing, side_by_side
from .cuda_jit import cuda, inner, kernel, quiet, rule

larger = rule(rules.larger)
is_largest = rule(rules.is_largest)


@kernel
def pool_largest(x, shape, windows, y):
    """As `pooling.pool_largest`."""
    images, height, width, channels = shape
    high, wide = windows[-2:]
    pixels, size = height * width * channels, high * wide * channels
    together = side_by_side(cuda.gridsize(1), size)
    for at in range(cuda.grid(1), together * size, cuda.gridsize(1)):
        first, place = at // size, at % size
        r, q, c = place // (wide * channels), place // channels % wide, place % channels
        i_first, i_last, j_first, j_last = heard(r, q, shape, windows)
        for image in range(first, images, together):
            largest = x.dtype.type(-math.inf)
            for i in range(i_first, i_last):
                line = image * pixels + i * width * channels + c
                for j in range(j_first, j_last):
                    largest = larger(x[line + j * channels], largest)
            y[image * size + place] = largest


@inner
def came_before(x, image, width, channels, largest, i_first, j_first, j_last, i, j):
    """Return whether a window has its largest value before (i, j); `image` is x[…, 0, 0, c]."""
    found = False
    for row in range(i_first, i + 1):
        for column in range(j_first, j if row == i else j_last):
            found |= is_largest(x[image + (row * width + column) * channels], largest)
    return found


@kernel
def return_to_largest(x, y, g, shape, windows, found):
    """As `pooling.return_to_largest`."""
    quiet()
    images, height, width, channels = shape
    high, wide = windows[-2:]
    pixels, size = height * width * channels, high * wide * channels
    together = side_by_side(cuda.gridsize(1), pixels)
    for at in range(cuda.grid(1), together * pixels, cuda.gridsize(1)):
        first, place = at // pixels, at % pixels
        i, j, c = place // (width * channels), place // channels % width, place % channels
        above, below, before, after = hearing(i, j, windows)
        for image in range(first, images, together):
            begin = image * pixels
            value, total = x[begin + place], g.dtype.type(0)
            for r in range(above, below):
                for q in range(before, after):
                    window = image * size + (r * wide + q) * channels + c
                    largest = y[window]
                    if is_largest(value, largest):
                        i_first, _, j_first, j_last = heard(r, q, shape, windows)
                        if not came_before(
                            x, begin + c, width, channels, largest, i_first, j_first, j_last, i, j
                        ):
                            total += g[window]
            found[begin + place] = total


@kernel
def pool_mean(x, shape, windows, y):
    """As `pooling.pool_mean`."""
    quiet()
    images, height, width, channels = shape
    high, wide = windows[-2:]
    pixels, size = height * width * channels, high * wide * channels
    together = side_by_side(cuda.gridsize(1), size)
    for at in range(cuda.grid(1), together * size, cuda.gridsize(1)):
        first, place = at // size, at % size
        r, q, c = place // (wide * channels), place // channels % wide, place % channels
        i_first, i_last, j_first, j_last = heard(r, q, shape, windows)
        count = x.dtype.type((i_last - i_first) * (j_last - j_first))
        for image in range(first, images, together):
            total = x.dtype.type(0)
            for i in range(i_first, i_last):
                line = image * pixels + i * width * channels + c
                for j in range(j_first, j_last):
                    total += x[line + j * channels]
            y[image * size + place] = total / count


@kernel
def return_to_mean(g, shape, windows, found):
    """As `pooling.return_to_mean`."""
    quiet()
    images, height, width, channels = shape
    high, wide = windows[-2:]
    pixels, size = height * width * channels, high * wide * channels
    together = side_by_side(cuda.gridsize(1), pixels)
    for at in range(cuda.grid(1), together * pixels, cuda.gridsize(1)):
        first, place = at // pixels, at % pixels
        i, j, c = place // (width * channels), place // channels % width, place % channels
        above, below, before, after = hearing(i, j, windows)
        for image in range(first, images, together):
            total = g.dtype.type(0)
            for r in range(above, below):
                for q in range(before, after):
                    i_first, i_last, j_first, j_last = heard(r, q, shape, windows)
                    count = g.dtype.type((i_last - i_first) * (j_last - j_first))
                    total += g[image * size + (r * wide + q) * channels + c] / count
            found[image * pixels + place] = total
