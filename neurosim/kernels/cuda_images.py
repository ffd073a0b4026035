"""How a grid's threads share out images on cards."""

from __future__ import annotations

from .cuda_jit import inner


@inner
def side_by_side(threads, size):
    """Return on how many images, of so many values each, a grid's threads work at once; 1 or more.

    A thread finds out once where in an image it is, which takes several divisions, and works there
    on one image after the other.  Neighbours take neighbouring values: a card reads 128 bytes at
    once.
    """
    return max(1, threads // size)
