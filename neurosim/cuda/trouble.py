"""What is said by an error of CuPy's, of Numba's, or of NVIDIA's libraries below them."""

from __future__ import annotations

# Where such errors come from, and what they are called there: a kernel that does not compile, say,
# is an error of ours.
MODULES = ("cupy", "cupy_backends", "numba", "numba_cuda", "cuda", "neurosim")
NAMES = frozenset({
    "CUBLASError", "CUDADriverError", "CUDAError", "CUDARuntimeError", "CudaAPIError",
    "CudaDriverError", "CudaRuntimeError", "OutOfMemoryError",
})  # fmt: skip
OUT_OF_MEMORY = ("Out of memory", "OUT_OF_MEMORY", "MemoryAllocation", "ALLOC_FAILED")


def is_memory(error: BaseException) -> bool:
    """Return whether a card had too little memory."""
    return _is_cards(error) and any(word in str(error) for word in OUT_OF_MEMORY)


def is_loss(error: BaseException) -> bool:
    """Return whether a card failed: after most such errors a process cannot use it any more."""
    return _is_cards(error) and not is_memory(error)


def _is_cards(error: BaseException) -> bool:
    return any(
        kind.__name__ in NAMES and kind.__module__.split(".")[0] in MODULES
        for kind in type(error).__mro__
    )
