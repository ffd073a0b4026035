"""Cells that fire or not, and the slopes that learning takes in place of theirs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import InputError, unknown
from ..record import Vjp
from .declaration import operation

# The slope of each surrogate at β·x; a step's own is 0 wherever it is one.
SURROGATES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "fast_sigmoid": lambda z: 1 / np.square(1 + np.abs(z)),
    "hard_tanh": lambda z: np.abs(z) <= 1,
    "straight_through": np.ones_like,
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
    slope = SURROGATES[surrogate]
    # NaN stays NaN, so that training sees it
    return np.heaviside(x, x.dtype.type(1)), lambda g: (g * slope(x.dtype.type(steepness) * x),)
