"""Launches that repeat, captured once as CUDA graphs.

Launching a kernel of many arguments from Python takes longer than a small kernel; launching the
graph of it takes microseconds.  (CuPy captures no products of cuBLAS: those stay outside.)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .availability import is_simulated


def captured(launch: Callable[..., None]) -> Callable[[], Any]:
    """Return what launches again, with the same arguments, what `launch(stream=…)` launches."""
    if is_simulated():
        return launch
    import cupy

    stream = cupy.cuda.Stream(non_blocking=True)  # the default stream cannot be captured
    with stream:
        stream.begin_capture()
        launch(stream=stream.ptr)
        graph = stream.end_capture()
    return partial(graph.launch, cupy.cuda.Stream.null)
