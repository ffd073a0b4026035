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
    given = _viewed(arguments)
    _run(_compiled(kernel, given), wanted, *given)


def launch_by_step(kernel: Any, wanted: int, *arguments: Any) -> Callable[[int], None]:
    """Return what launches a kernel with the number of a step before the same arguments.

    They are looked at once.  Parameters as `launch`.
    """
    given = _viewed(arguments)
    if wanted <= 0:
        return lambda t: None
    found = _compiled(kernel, [0, *given])
    return lambda t: _run(found, wanted, t, *given)


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


def _run(found: Callable[..., None], *given: Any) -> None:
    """Launch where CuPy works now; what is simulated is kept, to be repeated as a graph is."""
    call = partial(found, _stream(), *given)
    call()
    if simulated.TAPE is not None:
        simulated.TAPE.append(call)


def _stream() -> int:
    """Return the address of the stream that CuPy works on: not the default one in a graph."""
    if is_simulated():
        return 0
    import cupy

    return int(cupy.cuda.get_current_stream().ptr)
