"""Launches of the networks' kernels: compiled once for each set of types."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..kernels.cuda_jit import prepared, view
from . import simulated
from .availability import is_simulated

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
    call = partial(found, _stream(), wanted, *given)
    call()
    if simulated.TAPE is not None:
        simulated.TAPE.append(call)


def _stream() -> int:
    """Return the address of the stream that CuPy works on: not the default one in a graph."""
    if is_simulated():
        return 0
    import cupy

    return int(cupy.cuda.get_current_stream().ptr)
