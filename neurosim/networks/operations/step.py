"""Cells that fire or not, and the slopes that learning takes in place of theirs."""

from __future__ import annotations

import numpy as np

from ...errors import InputError, unknown
from ...kernels import rules
from ..engines import engine
from ..record import Vjp
from .declaration import operation

SURROGATES = {
    "fast_sigmoid": rules.FAST_SIGMOID,
    "hard_tanh": rules.HARD_TANH,
    "straight_through": rules.STRAIGHT_THROUGH,
}


@operation
def step(
    x: np.ndarray, /, surrogate: str = "fast_sigmoid", steepness: float = 1.0
) -> tuple[np.ndarray, Vjp]:
    """1 where x ≥ 0, else 0; backward, the slope of a surrogate.

    Parameters
    ----------
    surrogate
        ``fast_sigmoid``: 1/(1 + β|x|)² (Zenke & Ganguli 2018; Neftci, Mostafa & Zenke 2019);
        ``hard_tanh``: 1 where β|x| ≤ 1, else 0 (Hubara et al. 2016);
        ``straight_through``: 1 (Bengio, Léonard & Courville 2013).
    steepness
        β.

    Raises
    ------
    InputError
        Another surrogate.
    """
    if not isinstance(surrogate, str) or surrogate not in SURROGATES:
        raise InputError(f"step: {unknown('surrogate', str(surrogate), SURROGATES)}")
    on = engine()
    code, beta = SURROGATES[surrogate], x.dtype.type(steepness)
    flat = on.xp.ascontiguousarray(x).reshape(-1)
    y = on.xp.empty(x.shape, x.dtype)
    on.kernels.fire(flat, y.reshape(-1))

    def vjp(g: np.ndarray) -> tuple:
        slopes = np.empty_like(flat)
        g = on.xp.ascontiguousarray(g).reshape(-1)
        on.kernels.surrogate_slopes(code, beta, flat, g, slopes)
        return (slopes.reshape(x.shape),)

    return y, vjp
