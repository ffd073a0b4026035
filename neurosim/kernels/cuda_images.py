"""How a grid's threads share out images on cards, and where windows and pixels meet.

Images have a shape (images, height, width, channels), windows are as `pooling` takes them.
"""

from __future__ import annotations

from . import rules
from .cuda_jit import inner, rule

hears = rule(rules.hears)
hearers = rule(rules.hearers)


@inner
def side_by_side(threads, size):
    """Return on how many images, of so many values each, a grid's threads work at once; 1 or more.

    A thread finds out once where in an image it is, which takes several divisions, and works there
    on one image after the other.  Neighbours take neighbouring values: a card reads 128 bytes at
    once.
    """
    return max(1, threads // size)


@inner
def heard(r, q, shape, windows):
    """Return the pixels that window (r, q) has, down and across: the first, and after the last."""
    rows, columns, down, across, top, left, _, _ = windows
    return hears(r, top, down, rows, shape[1]) + hears(q, left, across, columns, shape[2])


@inner
def hearing(i, j, windows):
    """Return the windows that have pixel (i, j), down and across: the first, and after the last."""
    rows, columns, down, across, top, left, high, wide = windows
    return hearers(i, top, down, rows, high) + hearers(j, left, across, columns, wide)
