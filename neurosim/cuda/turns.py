"""Whose turn it is on the card, and on which card and stream: Numba's, for CuPy too."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from .availability import is_simulated

_one_at_a_time = threading.Lock()  # the card's default stream, and the simulator


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """Have the card for oneself: CuPy's arrays and copies go where Numba's launches go.

    Numba launches on its own current card's default stream, CuPy works on the card and the stream
    that the caller may have chosen: the two would not wait for each other.
    """
    with _one_at_a_time:
        if is_simulated():
            yield
            return
        import cupy

        # CuPy's own context managers would leave behind another stream than `use` has chosen.
        device = cupy.cuda.Device()
        cupy.cuda.Device(card()).use()
        stream = cupy.cuda.get_current_stream()  # each card has its own
        cupy.cuda.Stream.null.use()
        try:
            yield
        finally:
            stream.use()
            device.use()


def card() -> int:
    """Return the number of the card that Numba launches on."""
    if is_simulated():
        return 0
    from ..kernels.cuda_jit import cuda

    return int(cuda.get_current_device().id)
