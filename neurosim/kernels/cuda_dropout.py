"""Dropout on cards: the same masks as `dropout` draws on the CPU."""

from __future__ import annotations

import numpy as np

from . import random
from .cuda_jit import cuda, kernel, rule
from .dropout import WORDS

philox = rule(random.philox)


@kernel
def drop_out(key_0, key_1, layer, step, bar, scale, multipliers):
    """As `dropout.drop_out`, of a step (1,); a thread takes the four values of an address."""
    count = multipliers.size
    nothing = type(scale)(0)
    for block in range(cuda.grid(1), (count + WORDS - 1) // WORDS, cuda.gridsize(1)):
        words = philox(np.uint64(block), layer, step[0], random.DROPOUT, key_0, key_1)
        for k in range(WORDS):
            at = WORDS * block + k
            if at < count:
                multipliers[at] = scale if words[k] >= bar else nothing
