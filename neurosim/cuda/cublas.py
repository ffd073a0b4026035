"""cuBLAS itself, from the library that CuPy has loaded: for products within CUDA graphs."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .turns import card

if TYPE_CHECKING:
    from .products import Gemm

WORKSPACE = 32 << 20  # bytes, as NVIDIA recommends for Hopper: within a graph none is allocated
PLAIN, FLIPPED = 0, 1  # CUBLAS_OP_N, CUBLAS_OP_T


STATUS = {  # of those that there may be in use, by NVIDIA's names
    1: "CUBLAS_STATUS_NOT_INITIALIZED",
    3: "CUBLAS_STATUS_ALLOC_FAILED",
    13: "CUBLAS_STATUS_EXECUTION_FAILED",
    14: "CUBLAS_STATUS_INTERNAL_ERROR",
}


class CUBLASError(RuntimeError):
    """What cuBLAS did not do, as CuPy calls it."""


def forget() -> None:
    """Forget what is held on a card that failed."""
    _handle.cache_clear()
    _workspace.cache_clear()


def multiply(form: Gemm, first: Any, second: Any, answer: Any) -> None:
    """Multiply on CuPy's current stream; `products.gemm_of` says in what form."""
    import cupy

    handle, library = _handle(card())
    _ok(library.cublasSetStream_v2(handle, ctypes.c_void_p(cupy.cuda.get_current_stream().ptr)))
    # A stream that is set takes the workspace away that was set before.
    space = _workspace(card())
    _ok(
        library.cublasSetWorkspace_v2(
            handle, ctypes.c_void_p(space.data.ptr), ctypes.c_size_t(WORKSPACE)
        )
    )
    single = answer.dtype == np.float32
    number = ctypes.c_float if single else ctypes.c_double
    function = library.cublasSgemm_v2 if single else library.cublasDgemm_v2
    one, zero = number(1), number(0)
    _ok(
        function(
            handle, FLIPPED if form.flip_first else PLAIN, FLIPPED if form.flip_second else PLAIN,
            form.m, form.n, form.k, ctypes.byref(one), ctypes.c_void_p(first.data.ptr),
            form.lead_first, ctypes.c_void_p(second.data.ptr), form.lead_second,
            ctypes.byref(zero), ctypes.c_void_p(answer.data.ptr), form.lead_answer,
        )
    )  # fmt: skip


@cache
def _handle(_: int) -> tuple[ctypes.c_void_p, ctypes.CDLL]:
    """Return a handle for a card, and the library."""
    library = _library()
    handle = ctypes.c_void_p()
    _ok(library.cublasCreate_v2(ctypes.byref(handle)))
    return handle, library


@cache
def _workspace(_: int) -> Any:
    """Return a card's memory for cuBLAS, of the pool that outlives all graphs."""
    import cupy

    with cupy.cuda.using_allocator(cupy.get_default_memory_pool().malloc):
        return cupy.empty(WORKSPACE, np.uint8)


def _library() -> ctypes.CDLL:
    """Return the library, of the version that CuPy was built for and has loaded."""
    import cupy

    major = cupy.cuda.runtime.runtimeGetVersion() // 1000
    cupy.cuda.device.get_cublas_handle()  # loads it
    if sys.platform == "win32":
        return ctypes.CDLL(f"cublas64_{major}.dll")
    return ctypes.CDLL(f"libcublas.so.{major}")


def _ok(status: int) -> None:
    if status:
        raise CUBLASError(STATUS.get(status, f"status {status}"))
