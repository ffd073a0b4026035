"""Divisive normalization: each cell's activity over that of a pool."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from ..engines import engine
from ..record import Vjp
from ..tensor import Tensor
from .declaration import operation
from .windows import is_pair_of_counts


def divisive_normalization(
    x: Any,
    semi_saturation: Any,
    *,
    exponent: float = 1.0,
    weight: float = 1.0,
    neighbourhood: tuple[int, int] | None = None,
) -> Tensor:
    """[x]₊ⁿ/(σⁿ + w·Σ[x]₊ⁿ), the sum over a pool (Heeger 1992; Carandini & Heeger 2012).

    Parameters
    ----------
    x
        (…, channels).
    semi_saturation
        σ, (channels,), over 0.
    exponent
        n, 1 or more.
    weight
        w, of each cell of the pool.
    neighbourhood
        Rows and columns of the pool, around each place of images (batch, height, width,
        channels); beyond the border they are reflected.  Left out, the pool is that of a place:
        its channels.

    Returns
    -------
    As x.

    Raises
    ------
    InputError
        Shapes that do not fit; an exponent that is not finite, or below 1; a neighbourhood that is
        not two whole numbers from 1 on.
    """
    number = isinstance(exponent, int | float | np.number)
    if not number or not 1 <= exponent < math.inf:
        raise InputError(f"divisive_normalization: exponent must be 1 or more (got {exponent!r})")
    if neighbourhood is not None and not is_pair_of_counts(neighbourhood, least=1):
        raise InputError(
            "divisive_normalization: neighbourhood must be two whole numbers, 1 or more: rows and "
            f"columns (got {neighbourhood!r})"
        )
    return _divisive_normalization(x, semi_saturation, exponent, weight, neighbourhood)


@operation
def _divisive_normalization(
    x: np.ndarray,
    sigma: np.ndarray,
    /,
    exponent: float,
    weight: float,
    neighbourhood: tuple[int, int] | None,
) -> tuple[np.ndarray, Vjp]:
    if not x.ndim or sigma.shape != x.shape[-1:] or (neighbourhood is not None and x.ndim != 4):
        kind = "(…, channels)" if neighbourhood is None else "(batch, height, width, channels)"
        raise InputError(
            f"divisive_normalization: activities of shape {x.shape} and a semi-saturation of shape "
            f"{sigma.shape} do not fit; {kind} goes with (channels,)"
        )
    found: tuple[np.ndarray, Vjp] = engine().divisive.forward(
        x, sigma, exponent, weight, neighbourhood
    )
    return found
