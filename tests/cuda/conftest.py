"""What needs Numba's CUDA simulator, in a process of its own: NUMBA_ENABLE_CUDASIM=1."""

import sys

import numba
import pytest

if not numba.config.ENABLE_CUDASIM:
    pytest.exit("tests/cuda needs a process of its own: NUMBA_ENABLE_CUDASIM=1 pytest tests/cuda")

pytest.register_assert_rewrite("test_engine")

# The simulator's blocks wait for their threads in a loop that holds Python's lock.
sys.setswitchinterval(1e-5)
