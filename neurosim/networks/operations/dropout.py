"""Dropout: in each training step other cells are silent (Srivastava et al. 2014).

Which ones follows from seed, layer and step alone, so that a run that was cut off goes on as it
would have: Philox, `kernels.random`, with one word of 32 bits for each value.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ...errors import InputError
from ...kernels.random import seed_words
from ..engines import Engine, engine
from ..record import Vjp
from ..tensor import REAL
from .declaration import operation


@operation
def dropout(
    x: np.ndarray, /, rate: float, *, seed: int, layer: int, step: Any
) -> tuple[np.ndarray, Vjp]:
    """Each value 0 with probability `rate`, else over 1 − rate, so that the mean stays.

    Parameters
    ----------
    x
        Of any shape.
    rate
        In [0, 1).
    seed
        From 0 to 2⁶⁴ − 1.
    layer, step
        Which layer of the network it is, and which step of training; from 0 to 2³² − 1.  Where a
        card counts them, the step is an array of it, (1,) uint64.

    Raises
    ------
    InputError
        A number outside its range.
    """
    multipliers = dropout_mask(x.shape, rate, seed, layer, step, x.dtype)
    return x * multipliers, lambda g: (g * multipliers,)


def dropout_mask(
    shape: tuple[int, ...],
    rate: float,
    seed: int,
    layer: int,
    step: Any,
    dtype: DTypeLike = REAL,
) -> np.ndarray:
    """Return what `dropout` multiplies values of a shape with: 0 or 1/(1 − rate).

    Value i, the last axis first, is kept iff word i % 4 of Philox at (i // 4, layer, step,
    DROPOUT) is at least rate·2³².

    Parameters
    ----------
    dtype
        float32 or float64.

    Raises
    ------
    InputError
        As `dropout`.
    """
    number = isinstance(rate, int | float | np.number) and not isinstance(rate, bool)
    if not number or not 0 <= rate < 1:
        raise InputError(f"dropout: rate must be at least 0 and below 1 (got {rate!r})")
    on = engine()
    words = [("seed", seed, 64), ("layer", layer, 32)]
    if not _is_counted(step, on):
        words.append(("step", step, 32))
    for name, value, bits in words:
        if not _is_word(value, bits):
            raise InputError(
                f"dropout: {name} must be a whole number from 0 to 2^{bits} − 1 (got {value!r})"
            )
    real: Any = np.dtype(dtype).type
    if real not in (np.float32, np.float64):
        raise InputError(f"dropout: dtype must be float32 or float64 (got {dtype!r})")
    if not _is_counted(step, on):
        step = on.xp.full(1, step, np.uint64) if on.is_card else np.uint64(step)
    multipliers = on.xp.empty(shape, real)
    on.kernels.drop_out(
        *seed_words(int(seed)), np.uint64(layer), step,
        np.uint64(math.ceil(rate * 2**32)), real(1 / (1 - rate)), multipliers.reshape(-1),
    )  # fmt: skip
    return multipliers


def _is_counted(step: Any, on: Engine) -> bool:
    """Return whether a step is where a card counts it: the same launches can be made again."""
    return on.is_card and isinstance(step, on.kind)


def _is_word(value: Any, bits: int) -> bool:
    """Return whether a value is a whole number of so many bits."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and 0 <= value < 2**bits
