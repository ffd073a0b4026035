"""Launches of the networks' kernels: compiled once for each set of types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..kernels.cuda_jit import prepared, view

_prepared: dict[tuple[Any, ...], Callable[..., None]] = {}


def forget() -> None:
    """Forget what was compiled: it is of no use to another card."""
    _prepared.clear()


def launch(kernel: Any, wanted: int, *arguments: Any) -> None:
    """Launch a kernel for so many threads that have something to do; for none, do nothing.

    Parameters
    ----------
    arguments
        Arrays of the card, whole numbers, and numbers of NumPy's kinds.
    """
    if wanted <= 0:
        return
    given = [view(a) if hasattr(a, "shape") and not isinstance(a, np.generic) else a
             for a in arguments]  # fmt: skip
    key = (kernel, *((a.dtype, a.ndim) if hasattr(a, "ndim") else type(a) for a in given))
    found = _prepared.get(key)
    if found is None:
        found = _prepared[key] = prepared(kernel, tuple(given))
    found(wanted, *given)
