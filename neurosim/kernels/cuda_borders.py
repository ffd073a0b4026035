"""Borders of images on cards, as `borders` has them: a thread takes a pixel of a channel."""

from __future__ import annotations

from . import rules
from .cuda_images import side_by_side
from .cuda_jit import cuda, inner, kernel, quiet, rule

folded = rule(rules.folded)


@kernel
def extend_images(x, shape, frame, border, y):
    """As `borders.extend_images`."""
    images, height, width, channels = shape
    top, left, rows, columns = frame
    pixels, size = height * width * channels, rows * columns * channels
    together = side_by_side(cuda.gridsize(1), size)
    for at in range(cuda.grid(1), together * size, cuda.gridsize(1)):
        first, place = at // size, at % size
        i = folded(place // (columns * channels) - top, height, border)
        j = folded(place // channels % columns - left, width, border)
        source = (i * width + j) * channels + place % channels
        inside = i >= 0 and j >= 0
        for image in range(first, images, together):
            value = x.dtype.type(0)
            if inside:
                value = x[image * pixels + source]
            y[image * size + place] = value


@inner
def shown_at(number, own, n, before):
    """Return a place of the extended axis that may show a pixel: its own, then those beyond."""
    if number == 0:
        return own + before
    return number - 1 if number <= before else number - 1 + n


@kernel
def return_to_images(g, shape, frame, border, found):
    """As `borders.return_to_images`: each pixel gathers what shows it, itself first."""
    quiet()
    images, height, width, channels = shape
    top, left, rows, columns = frame
    pixels, size = height * width * channels, rows * columns * channels
    together = side_by_side(cuda.gridsize(1), pixels)
    for at in range(cuda.grid(1), together * pixels, cuda.gridsize(1)):
        first, place = at // pixels, at % pixels
        i, j, c = place // (width * channels), place // channels % width, place % channels
        for a in range(rows - height + 1):
            r = shown_at(a, i, height, top)
            if folded(r - top, height, border) != i:
                continue
            for b in range(columns - width + 1):
                q = shown_at(b, j, width, left)
                if folded(q - left, width, border) != j:
                    continue
                source = (r * columns + q) * channels + c
                for image in range(first, images, together):
                    pixel, value = image * pixels + place, g[image * size + source]
                    found[pixel] = value if a == b == 0 else found[pixel] + value
