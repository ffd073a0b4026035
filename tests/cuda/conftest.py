"""What needs Numba's CUDA simulator, in a process of its own: NUMBA_ENABLE_CUDASIM=1."""

import numba
import pytest

if not numba.config.ENABLE_CUDASIM:
    pytest.exit("tests/cuda needs a process of its own: NUMBA_ENABLE_CUDASIM=1 pytest tests/cuda")

import one_at_a_time

pytest.register_assert_rewrite("test_engine")
one_at_a_time.use()
