"""Dropout: which cells are silent in a training step (Srivastava et al. 2014)."""

from __future__ import annotations

import numpy as np

from . import random
from .jit import kernel, rule

philox = rule(random.philox)

WORDS = 4  # of one address


@kernel
def drop_out(key_0, key_1, layer, step, bar, scale, multipliers):
    """Write 0 for a value that is silent, and `scale` for one that is kept.

    Value i is kept iff word i % 4 of the address (i // 4, layer, step, DROPOUT) reaches the bar.

    Parameters
    ----------
    key_0, key_1
        The words of the seed.
    layer, step
        Words of 32 bits.
    bar
        From 0 to 2³².
    multipliers
        (values,).
    """
    count = len(multipliers)
    nothing = type(scale)(0)
    blocks = count // WORDS
    for block in range(blocks):
        a, b, c, d = philox(np.uint64(block), layer, step, random.DROPOUT, key_0, key_1)
        at = WORDS * block
        multipliers[at] = scale if a >= bar else nothing
        multipliers[at + 1] = scale if b >= bar else nothing
        multipliers[at + 2] = scale if c >= bar else nothing
        multipliers[at + 3] = scale if d >= bar else nothing
    at = WORDS * blocks
    if at < count:
        words = philox(np.uint64(blocks), layer, step, random.DROPOUT, key_0, key_1)
        for k in range(count - at):
            multipliers[at + k] = scale if words[k] >= bar else nothing
