"""What needs Numba's CUDA simulator, in a process of its own: NUMBA_ENABLE_CUDASIM=1."""

import sys
import threading

import numba
import numpy as np
import pytest

if not numba.config.ENABLE_CUDASIM:
    pytest.exit("tests/cuda needs a process of its own: NUMBA_ENABLE_CUDASIM=1 pytest tests/cuda")

from numba.cuda.simulator import kernelapi

pytest.register_assert_rewrite("test_engine")

# The simulator's blocks wait for their threads in a loop that holds Python's lock.
sys.setswitchinterval(1e-5)

# Where two of its threads ask for a block's shared array at once, each may get one of its own.
_allocating = threading.Lock()


def _shared_array(self, shape, dtype, alignment=None):
    caller = sys._getframe(1)
    key = (caller.f_code.co_filename, caller.f_lineno)
    with _allocating:
        if key not in self._allocations:
            self._allocations[key] = np.empty(shape, dtype)
        return self._allocations[key]


kernelapi.FakeCUDAShared.array = _shared_array
