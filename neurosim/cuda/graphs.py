"""Work that repeats: captured once as a CUDA graph, then launched as one.

A launch from Python takes longer than a small kernel; a graph's launches take microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .availability import is_simulated


def repeat(work: Callable[[Any], None], times: int) -> None:
    """Do on the card, so many times, what `work` launches on the stream whose address it is given.

    The same launches with the same arguments, then: they may depend on what lies on the card.
    """
    if is_simulated():
        for _ in range(times):
            work(0)
        return
    import cupy

    stream = cupy.cuda.Stream(non_blocking=True)  # the default stream cannot be captured
    with stream:
        stream.begin_capture()
        work(stream.ptr)
        graph = stream.end_capture()
    for _ in range(times):
        graph.launch()
