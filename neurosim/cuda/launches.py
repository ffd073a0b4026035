"""Launches of the networks' kernels: compiled once for each set of types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..kernels.cuda_jit import prepared, view

_prepared: dict[tuple[Any, ...], Callable[..., None]] = {}


def launch(kernel: Any, wanted: int, *arguments: Any) -> None:
    """Launch a kernel for so many threads that have something to do; for none, do nothing.

    Parameters
    ----------
    arguments
        Arrays of the card, whole numbers, and numbers of NumPy's kinds.
    """
    if wanted <= 0:
        return
    given = _viewed(arguments)
    _compiled(kernel, given)(wanted, *given)


def launch_by_step(kernel: Any, wanted: int, *arguments: Any) -> Callable[[int], None]:
    """Return what launches a kernel with the number of a step before the same arguments.

    They are looked at once.  Parameters as `launch`.
    """
    given = _viewed(arguments)
    if wanted <= 0:
        return lambda t: None
    found = _compiled(kernel, [0, *given])
    return lambda t: found(wanted, t, *given)


def _viewed(arguments: tuple[Any, ...]) -> list[Any]:
    """Return arguments as launches take them."""
    return [view(a) if hasattr(a, "shape") and not isinstance(a, np.generic) else a
            for a in arguments]  # fmt: skip


def _compiled(kernel: Any, given: list[Any]) -> Callable[..., None]:
    """Return what launches a kernel, compiled for such arguments."""
    key = (kernel, *((a.dtype, a.ndim) if hasattr(a, "ndim") else type(a) for a in given))
    found = _prepared.get(key)
    if found is None:
        found = _prepared[key] = prepared(kernel, tuple(given))
    return found
