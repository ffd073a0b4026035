"""Whether there is a card to run on, and whose arrays live there."""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np

INSTALL = 'pip install "neurosim[cuda13]" (or [cuda12], for a driver older than 580)'


def is_simulated() -> bool:
    """Return whether kernels run in Numba's CUDA simulator (NUMBA_ENABLE_CUDASIM)."""
    return os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")


@cache
def why_not() -> str | None:
    """Return why nothing can run on a card here, and what to do; None where it can."""
    if is_simulated():
        return None
    for package, module in (("numba-cuda", "numba_cuda"), ("CuPy", "cupy")):
        if find_spec(module) is None:
            return (
                f"needs an NVIDIA card and {package}, which is not installed: {INSTALL}, or use "
                "device='cpu'"
            )
    try:
        import cupy
    except ImportError as error:
        return f"found a CuPy that does not work ({_line(error)}): {INSTALL}, or use device='cpu'"
    trouble = _driver_trouble()
    if trouble:
        return (
            f"found no NVIDIA card with a driver that works (does nvidia-smi? {trouble}): use "
            "device='cpu'"
        )
    if not _has_compiler():
        return (
            f"needs NVIDIA's compiler NVVM, which is not installed: {INSTALL}, or use device='cpu'"
        )
    aged = _age()
    if aged:
        return f"found {aged}: {INSTALL}, or use device='cpu'"
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:  # the driver is older than CuPy's CUDA
        return (
            f"found a driver that CuPy cannot use ({_line(error)}): {INSTALL}, or use device='cpu'"
        )
    return None


def _line(error: object) -> str:
    """Return what an error says, as a part of a sentence."""
    return " ".join(str(error).split()).rstrip(".")


def _driver_trouble() -> str | None:
    """Return in one line why Numba has no driver, or None."""
    from ..kernels.cuda_jit import cuda

    cuda.is_available()  # asks the driver, which may answer by an error
    trouble = cuda.cuda_error()
    return _line(trouble) if trouble else None


def _has_compiler() -> bool:
    """Return whether Numba has what compiles kernels, where it has a driver."""
    from ..kernels.cuda_jit import cuda

    return bool(cuda.is_available())


def _age() -> str | None:
    """Return in words that a card is older than the kernels can be compiled for, or None."""
    from ..kernels.cuda_jit import cuda, oldest

    there, needed = cuda.get_current_device(), oldest()
    if tuple(there.compute_capability) >= needed:
        return None
    name = there.name.decode() if isinstance(there.name, bytes) else there.name
    has, needs = (".".join(map(str, one)) for one in (there.compute_capability, needed))
    return (
        f"a card too old for the CUDA that is installed, {name} of compute capability {has}, and "
        f"{needs} is needed"
    )


def rounds_factors() -> bool:
    """Return whether CuPy multiplies float32 matrices in TF32, which keeps 11 binary digits."""
    return os.environ.get("CUPY_TF32", "0") not in ("", "0")


def arrays() -> ModuleType:
    """Return the module whose arrays the kernels take: CuPy, or what stands in for it."""
    if is_simulated():
        from . import simulated

        return simulated
    import cupy

    return cupy


def to_host(array: Any) -> np.ndarray:
    """Return an array of `arrays()` as NumPy's, C-contiguous and its own."""
    return np.ascontiguousarray(array.get())


def free_bytes() -> int:
    """Return how many bytes of the card's memory a run may take."""
    if is_simulated():
        return sys.maxsize
    import cupy

    free, _ = cupy.cuda.runtime.memGetInfo()
    return int(free) + int(cupy.get_default_memory_pool().free_bytes())
