"""Launches that repeat, captured once as CUDA graphs.

Launching a kernel of many arguments from Python takes longer than a small kernel; launching the
graph of it takes microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from . import simulated
from .availability import is_simulated


def captured(launch: Callable[..., None]) -> Callable[[], Any]:
    """Return what launches again, with the same arguments, what `launch(stream=…)` launches.

    (CuPy captures no products of cuBLAS: those stay outside.)
    """
    if is_simulated():
        return launch
    import cupy

    stream = cupy.cuda.Stream(non_blocking=True)  # the default stream cannot be captured
    with stream:
        stream.begin_capture()
        launch(stream=stream.ptr)
        graph = stream.end_capture()
    return partial(graph.launch, cupy.cuda.Stream.null)


class Graph:
    """All that a function does on the card, done once, and again at each call.

    It must do the same each time but for the numbers in arrays that were there before; it must
    read nothing from the card, and take nothing there.

    Parameters
    ----------
    work
        Is called once.

    Raises
    ------
    Exception
        Whatever CUDA or `work` raises; nothing was done on the card then.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._again = _taped(work) if is_simulated() else self._capture(work)

    def __call__(self) -> None:
        """Do it again."""
        self._again()

    def _capture(self, work: Callable[[], None]) -> Callable[[], None]:
        import cupy

        # What the graph writes to is nobody else's, as long as there is the graph.
        self._pool = cupy.cuda.MemoryPool()
        stream = cupy.cuda.Stream(non_blocking=True)
        cupy.cuda.Stream.null.synchronize()
        # A step that ran before left as much as this one takes where nobody needs it.
        cupy.get_default_memory_pool().free_all_blocks()
        with cupy.cuda.using_allocator(self._pool.malloc), stream:
            stream.begin_capture()
            try:
                work()
            except BaseException:
                _give_up(stream)
                raise
            graph = stream.end_capture()
        graph.launch(cupy.cuda.Stream.null)
        return partial(graph.launch, cupy.cuda.Stream.null)


def _give_up(stream: Any) -> None:
    """End a capture that failed."""
    import cupy

    try:
        stream.end_capture()
    except cupy.cuda.runtime.CUDARuntimeError:  # which it is told by, being invalid
        return


def _taped(work: Callable[[], None]) -> Callable[[], None]:
    """Do the work under the simulator, and return what does all of it again."""
    tape: list[Callable[[], object]] = []
    simulated.TAPE = tape
    try:
        work()
    finally:
        simulated.TAPE = None

    def again() -> None:
        for step in tape:
            step()

    return again
