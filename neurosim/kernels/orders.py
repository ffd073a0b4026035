"""The order of the samples in an epoch, as `random.order` draws it, in compiled loops."""

from __future__ import annotations

import numpy as np

from . import random
from .jit import inner, rule
from .layer_table import RUN

philox = rule(random.philox)


@inner
def draw_order(turn, seed, order, keys):
    """Write the numbers below `len(order[0])` into order[0] as `random.order` has them.

    A merge sort: by insertion in short runs, which are then merged back and forth between the two
    rows of `order` and of `keys`.
    """
    count = order.shape[1]
    for i in range(count):
        words = philox(
            np.uint64(turn) & random.MASK, np.uint64(i), np.uint64(0), random.ORDER, seed[0],
            seed[1],
        )  # fmt: skip
        key = words[0] << random.SHIFT | words[1]
        at = i
        while at % RUN > 0 and keys[0, at - 1] > key:
            keys[0, at] = keys[0, at - 1]
            order[0, at] = order[0, at - 1]
            at -= 1
        keys[0, at] = key
        order[0, at] = i
    width = RUN
    while width < count:
        for begin in range(0, count, 2 * width):
            middle, end = min(begin + width, count), min(begin + 2 * width, count)
            left, right = begin, middle
            for at in range(begin, end):
                if left < middle and (right == end or keys[0, left] <= keys[0, right]):
                    keys[1, at], order[1, at] = keys[0, left], order[0, left]
                    left += 1
                else:
                    keys[1, at], order[1, at] = keys[0, right], order[0, right]
                    right += 1
        for at in range(count):
            keys[0, at], order[0, at] = keys[1, at], order[1, at]
        width *= 2
