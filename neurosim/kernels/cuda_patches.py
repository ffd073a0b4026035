"""Patches of images on cards, for matrix products: written out, and added up again.

A window's patch is a row, its values in the order of a kernel's: row, column, channel.
"""

from __future__ import annotations

from .cuda_images import hearing, side_by_side
from .cuda_jit import cuda, kernel, quiet


@kernel
def write_patches(x, shape, windows, patches):
    """Write each window's patch, with zeros for what it has beyond the image.

    Parameters
    ----------
    x
        Flat, of (images, height, width, channels).
    shape
        That of x.
    windows
        As `pooling.pool_largest` takes them.
    patches
        Flat, of (images, windows down, windows across, rows, columns, channels).
    """
    images, height, width, channels = shape
    rows, columns, down, across, top, left, high, wide = windows
    pixels, patch = height * width * channels, rows * columns * channels
    size = high * wide * patch
    together = side_by_side(cuda.gridsize(1), size)
    for at in range(cuda.grid(1), together * size, cuda.gridsize(1)):
        first, place = at // size, at % size
        window, tap = place // patch, place % patch
        i = window // wide * down - top + tap // (columns * channels)
        j = window % wide * across - left + tap // channels % columns
        source = (i * width + j) * channels + tap % channels
        inside = 0 <= i < height and 0 <= j < width
        for image in range(first, images, together):
            value = x.dtype.type(0)
            if inside:
                value = x[image * pixels + source]
            patches[image * size + place] = value


@kernel
def add_patches(patches, shape, windows, found):
    """Write to each pixel the sum of what the patches have there: the gradient of the images.

    Parameters
    ----------
    patches, windows
        As `write_patches`.
    shape
        That of found.
    found
        Flat, of (images, height, width, channels).
    """
    quiet()
    images, height, width, channels = shape
    rows, columns, down, across, top, left, high, wide = windows
    pixels, patch = height * width * channels, rows * columns * channels
    size = high * wide * patch
    together = side_by_side(cuda.gridsize(1), pixels)
    # From a pixel's place in one patch to that in the next, down and across.
    hop_down = wide * patch - down * columns * channels
    hop_across = patch - across * channels
    for at in range(cuda.grid(1), together * pixels, cuda.gridsize(1)):
        first, place = at // pixels, at % pixels
        i, j = place // (width * channels), place // channels % width
        above, below, before, after = hearing(i, j, windows)
        tap = ((i + top - above * down) * columns + j + left - before * across) * channels
        source = (above * wide + before) * patch + tap + place % channels
        for image in range(first, images, together):
            total = patches.dtype.type(0)
            line = image * size + source
            for _ in range(above, below):
                here = line
                for _ in range(before, after):
                    total += patches[here]
                    here += hop_across
                line += hop_down
            found[image * pixels + place] = total
