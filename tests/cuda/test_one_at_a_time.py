"""The simulator as these tests use it: threads one at a time."""

import numpy as np
import pytest

from neurosim.kernels.cuda_jit import cuda, kernel


@kernel
def shift(values):
    at = cuda.threadIdx.x
    mine = values[(at + 1) % 4]
    cuda.syncthreads()  # all have read
    values[at] = mine
    cuda.syncthreads()
    if at == 0:
        values[4] = values[3]


@kernel
def fail(values):
    if cuda.threadIdx.x == 2:
        raise ValueError("two")
    cuda.syncthreads()
    values[cuda.threadIdx.x] = 1


def test_threads_wait_for_each_other():
    values = np.arange(5)
    for _ in range(2):
        shift[1, 4](values)
    assert values.tolist() == [2, 3, 0, 1, 1]


def test_a_thread_that_fails_ends_those_that_wait():
    values = np.zeros(4)
    with pytest.raises(ValueError, match="two"):
        fail[1, 4](values)
    assert not values.any()
