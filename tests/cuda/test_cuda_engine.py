"""The whole engine suite again, by the CUDA engine in Numba's simulator."""

import pytest
import test_engine as suite

from neurosim import calls
from neurosim.arguments import match_arguments

# These look into how the CPU's threads are called.
CPU_ONLY = (
    "test_an_interrupt_is_answered_between_the_pieces_of_a_run",
    "test_compiled_code_runs_no_longer_than_told",
)


class Cuda(suite.Cpu):
    device = "cuda"
    threads = (1,)

    def activities(self, circuit, inputs):
        given = match_arguments(circuit, (), inputs)
        return calls.activities(circuit, given, device=self.device)


@pytest.fixture(scope="module")
def engine():
    return Cuda()


globals().update(
    {n: v for n, v in vars(suite).items() if n.startswith("test_") and n not in CPU_ONLY}
)
