"""What lies beyond the border of images, written out, and what goes back from there."""

from __future__ import annotations

from . import rules
from .image_convolutions import fill_zeros
from .jit import kernel, rule

folded = rule(rules.folded)


@kernel
def extend_images(x, shape, frame, border, y):
    """Write images with more rows and columns around them.

    Parameters
    ----------
    x
        Flat, of (images, height, width, channels).
    shape
        That of x.
    frame
        How many rows and columns come before the first, and how many there are in the end.
    border
        As `rules.folded` takes it.
    y
        Flat, of (images, rows, columns, channels).
    """
    images, height, width, channels = shape
    top, left, rows, columns = frame
    for image in range(images):
        for r in range(rows):
            i = folded(r - top, height, border)
            q = 0
            while q < columns:
                j = folded(q - left, width, border)
                within = width if q == left else 1  # the image's own pixels lie side by side
                target = ((image * rows + r) * columns + q) * channels
                if i < 0 or j < 0:
                    fill_zeros(y, target, within * channels)
                else:
                    source = ((image * height + i) * width + j) * channels
                    for c in range(within * channels):
                        y[target + c] = x[source + c]
                q += within


@kernel
def return_to_images(g, shape, frame, border, found):
    """Write the gradient of what `extend_images` read: g is as its y, found as its x."""
    images, height, width, channels = shape
    top, left, rows, columns = frame
    fill_zeros(found, 0, found.size)
    for image in range(images):
        for r in range(rows):
            i = folded(r - top, height, border)
            for q in range(columns):
                j = folded(q - left, width, border)
                if i >= 0 and j >= 0:
                    source = ((image * rows + r) * columns + q) * channels
                    target = ((image * height + i) * width + j) * channels
                    for c in range(channels):
                        found[target + c] += g[source + c]
