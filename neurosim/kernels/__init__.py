"""The loops: each equation once in `rules`, and engines that run them over arrays.

`rules`, `random` and `tables` are plain Python; `cpu`, `bits` and what they call are compiled; what
is here is what Python calls.  `cuda` and `cuda_bits` run on cards, and `neurosim.cuda` calls them.
"""

from .machine_code import Kernel, Prepared

__all__ = [
    "Kernel", "Prepared", "add_rows", "hear_back", "learn_delta", "learn_hebbian",
    "learn_perceptron", "pack_numbers", "pack_values", "present_to_cognitron",
    "respond_as_cognitron", "run", "run_bits", "run_bits_in_time", "run_learning",
    "unpack_numbers", "unpack_values", "unroll", "unroll_back",
]  # fmt: skip

run = Kernel("neurosim.kernels.cpu", "run")
run_learning = Kernel("neurosim.kernels.cpu", "run_learning")
run_bits_in_time = Kernel("neurosim.kernels.bits", "run_bits_in_time")
run_bits = Kernel("neurosim.kernels.bits", "run_bits")
learn_perceptron = Kernel("neurosim.kernels.perceptron", "learn_perceptron")
learn_delta = Kernel("neurosim.kernels.delta", "learn_delta")
learn_hebbian = Kernel("neurosim.kernels.hebbian", "learn_hebbian")
pack_numbers = Kernel("neurosim.kernels.bits", "pack_numbers")
pack_values = Kernel("neurosim.kernels.bits", "pack_values")
unpack_numbers = Kernel("neurosim.kernels.bits", "unpack_numbers")
unpack_values = Kernel("neurosim.kernels.bits", "unpack_values")
present_to_cognitron = Kernel("neurosim.kernels.cognitron", "present_to_cognitron")
respond_as_cognitron = Kernel("neurosim.kernels.cognitron", "respond_as_cognitron")
unroll = Kernel("neurosim.kernels.recurrent", "unroll")
unroll_back = Kernel("neurosim.kernels.recurrent_gradients", "unroll_back")
hear_back = Kernel("neurosim.kernels.recurrent_gradients", "hear_back")
add_rows = Kernel("neurosim.kernels.embedding", "add_rows")
