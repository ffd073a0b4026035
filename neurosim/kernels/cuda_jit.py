"""The decorators of CUDA kernels and their flags.  The one module that imports `numba.cuda`.

Nothing is compiled when it is imported; a kernel is compiled at its first launch, for the types of
its arguments.  Under Numba's CUDA simulator (NUMBA_ENABLE_CUDASIM=1) kernels are plain Python.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numba
import numpy as np
from numba import cuda

__all__ = [
    "SIMULATED", "THREADS", "cuda", "inner", "kernel", "launcher", "oldest", "prepared",
    "product", "quiet", "rule", "view",
]  # fmt: skip

SIMULATED = bool(numba.config.ENABLE_CUDASIM)
THREADS = 4 if SIMULATED else 256  # a block, a power of two: each costs the simulator 0.2 ms
MOST_BLOCKS = 2048  # of kernels whose threads take what there is in turn: some eight a processor

# As on the CPU: x/0 is inf (Numba's default on cards), and no fastmath.
FLAGS: dict[str, Any] = {"fastmath": False}


def oldest() -> tuple[int, int]:
    """Return the least compute capability that the installed CUDA compiles for."""
    from numba.cuda.cudadrv import nvrtc

    return min(map(tuple, nvrtc.get_supported_ccs()))


def rule(function, **rules):
    """Wrap a scalar rule as a device function; `rules` are the wrapped ones that it calls."""
    if rules:
        names = {**function.__globals__, **rules}
        function = FunctionType(function.__code__, names, function.__name__)
    return inner(function)


def inner(function):
    """Compile a function that only kernels call."""
    return function if SIMULATED else cuda.jit(**FLAGS, device=True)(function)


def kernel(function, blocks=4):
    """Compile a function that Python launches.

    A multiprocessor is to hold so many blocks of it at least: 4 leave a thread 64 registers.
    """
    bounds = {} if SIMULATED else {"launch_bounds": (THREADS, blocks)}
    return cuda.jit(**FLAGS, **bounds)(function)


def product(a, b):
    """a·b, rounded before it is added to anything, as on the CPU: never part of a fused a·b + c."""
    return a * b


if SIMULATED:

    def quiet():
        """Let ∞ − ∞ be NaN without a word, as on a card: NumPy, in the thread that calls."""
        np.seterr(all="ignore")

else:
    from numba.cuda import libdevice
    from numba.cuda.extending import overload

    @inner
    def quiet():
        """Do nothing: a card says nothing."""

    # NVVM fuses a product and a sum where it may, and Numba has no option against that.
    @overload(product)
    def _product(a, b):
        if a == b == numba.float32:
            return lambda a, b: libdevice.fmul_rn(a, b)
        return lambda a, b: libdevice.dmul_rn(a, b)


def view(array: Any) -> Any:
    """Return an array of CuPy's, or of what stands in for it, as launches take it soonest."""
    if SIMULATED:
        if not array.host.flags.c_contiguous:  # for which alone they are compiled
            raise TypeError(f"a kernel is given an array of strides {array.strides}: make a copy")
        return array.host
    # Whose launches wait for each other, being of one stream: no need for Python to.
    return cuda.as_cuda_array(array, sync=False)


def prepared(function: Any, arguments: tuple[Any, ...]) -> Callable[..., None]:
    """Return what launches a kernel, compiled for such arguments.

    It takes a stream's address, 0 for the default one, how many threads have something to do, then
    the arguments; a thread takes what there is in turn, so that no more are launched than keep a
    card busy.
    """
    if SIMULATED:
        return lambda stream, wanted, *given: function[1, THREADS](*given)
    compiled = function.specialize(*arguments)
    sized: dict[tuple[int, int], Any] = {}

    def launch(stream: int, wanted: int, *given: Any) -> None:
        size = stream, min(-(-wanted // THREADS), MOST_BLOCKS)
        if size not in sized:
            with warnings.catch_warnings():  # a small layer leaves most of the card idle: so be it
                warnings.simplefilter("ignore")
                there = cuda.external_stream(stream) if stream else 0
                sized[size] = compiled[size[1], THREADS, there]
        sized[size](*given)

    return launch


def launcher(function: Any, arguments: tuple[Any, ...], wanted: int) -> Callable[..., None]:
    """Return what launches a kernel, compiled for such arguments, on a `stream` of some address.

    Parameters
    ----------
    arguments
        As it will be called with: only their types matter.
    wanted
        Threads that have something to do.  Of a kernel whose grid waits there are at most as many
        as the card holds at once: a waiting grid must be there as a whole.
    """
    if SIMULATED:
        return lambda *given, stream=0: function[1, THREADS](*given)
    compiled = function.specialize(*arguments)
    (built,) = compiled.overloads.values()
    blocks = -(-wanted // THREADS)
    if built.cooperative:
        blocks = min(blocks, built.max_cooperative_grid_blocks(THREADS))

    def on(stream: Any) -> Callable[..., None]:
        with warnings.catch_warnings():  # a small circuit leaves most of the card idle: so be it
            warnings.simplefilter("ignore")
            return compiled[max(1, blocks), THREADS, stream]

    by_default = on(0)

    def launch(*given: Any, stream: int = 0) -> None:
        there = on(cuda.external_stream(stream)) if stream else by_default
        there(*given)

    return launch
