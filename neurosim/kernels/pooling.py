"""Pooling: the largest value, or the mean, of each window on images, and what goes back from it.

Values of a pixel's channels lie side by side, and each loop runs over them.  Threads share one
call: each takes the next image as soon as it has done its own.  What a window has beyond the image
does not count.
"""

from __future__ import annotations

import math

from . import rules
from .image_convolutions import fill_zeros, take_next
from .jit import kernel, rule

hears = rule(rules.hears)
larger = rule(rules.larger)
is_largest = rule(rules.is_largest)


@kernel
def pool_largest(x, shape, windows, y, taken):
    """Write the largest value of each window; NaN is larger than any.

    Parameters
    ----------
    x, y
        Flat, of (images, height, width, channels); y has a pixel for each window.
    shape
        That of x.
    windows
        Their (rows, columns), strides, how far the first begins outside the image, and how many
        there are, each down and across.
    taken
        (1,): how many images threads have taken.
    """
    images, height, width, channels = shape
    rows, columns, down, across, top, left, high, wide = windows
    while True:
        image = take_next(taken)
        if image >= images:
            return
        for r in range(high):
            y_first, y_last = hears(r, top, down, rows, height)
            for q in range(wide):
                x_first, x_last = hears(q, left, across, columns, width)
                target = ((image * high + r) * wide + q) * channels
                largest = y[target : target + channels]
                for c in range(channels):
                    largest[c] = -math.inf
                for i in range(y_first, y_last):
                    for j in range(x_first, x_last):
                        at = ((image * height + i) * width + j) * channels
                        values = x[at : at + channels]
                        for c in range(channels):
                            largest[c] = larger(values[c], largest[c])


@kernel
def return_to_largest(x, y, g, shape, windows, found, left_over, taken):
    """Write the gradient of what `pool_largest` heard: it is the first largest value's alone.

    Parameters
    ----------
    g
        As y.
    found
        As x.
    left_over
        (channels,), scratch of each thread.
    """
    images, height, width, channels = shape
    rows, columns, down, across, top, left, high, wide = windows
    size = height * width * channels
    while True:
        image = take_next(taken)
        if image >= images:
            return
        fill_zeros(found, image * size, size)
        for r in range(high):
            y_first, y_last = hears(r, top, down, rows, height)
            for q in range(wide):
                x_first, x_last = hears(q, left, across, columns, width)
                target = ((image * high + r) * wide + q) * channels
                largest, cotangents = y[target : target + channels], g[target : target + channels]
                for c in range(channels):
                    left_over[c] = cotangents[c]
                for i in range(y_first, y_last):
                    for j in range(x_first, x_last):
                        at = ((image * height + i) * width + j) * channels
                        values, slopes = x[at : at + channels], found[at : at + channels]
                        for c in range(channels):
                            is_it = is_largest(values[c], largest[c])
                            taken_now = left_over[c] if is_it else values.dtype.type(0)
                            slopes[c] += taken_now
                            left_over[c] -= taken_now


@kernel
def pool_mean(x, shape, windows, y, taken):
    """Write the mean of each window's values within the image; parameters as `pool_largest`."""
    images, height, width, channels = shape
    rows, columns, down, across, top, left, high, wide = windows
    while True:
        image = take_next(taken)
        if image >= images:
            return
        for r in range(high):
            y_first, y_last = hears(r, top, down, rows, height)
            for q in range(wide):
                x_first, x_last = hears(q, left, across, columns, width)
                target = ((image * high + r) * wide + q) * channels
                mean = y[target : target + channels]
                fill_zeros(y, target, channels)
                for i in range(y_first, y_last):
                    for j in range(x_first, x_last):
                        at = ((image * height + i) * width + j) * channels
                        values = x[at : at + channels]
                        for c in range(channels):
                            mean[c] += values[c]
                n = mean.dtype.type((y_last - y_first) * (x_last - x_first))
                for c in range(channels):
                    mean[c] /= n


@kernel
def return_to_mean(g, shape, windows, found, taken):
    """Write the gradient of what `pool_mean` heard: all within a window share its own."""
    images, height, width, channels = shape
    rows, columns, down, across, top, left, high, wide = windows
    size = height * width * channels
    while True:
        image = take_next(taken)
        if image >= images:
            return
        fill_zeros(found, image * size, size)
        for r in range(high):
            y_first, y_last = hears(r, top, down, rows, height)
            for q in range(wide):
                x_first, x_last = hears(q, left, across, columns, width)
                target = ((image * high + r) * wide + q) * channels
                cotangents = g[target : target + channels]
                n = cotangents.dtype.type((y_last - y_first) * (x_last - x_first))
                for i in range(y_first, y_last):
                    for j in range(x_first, x_last):
                        at = ((image * height + i) * width + j) * channels
                        slopes = found[at : at + channels]
                        for c in range(channels):
                            slopes[c] += cotangents[c] / n
