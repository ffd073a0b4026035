"""Running on an NVIDIA card: whether there is one, a Program's layout there, and the run itself.

The kernels stand in `neurosim.kernels.cuda` and `neurosim.kernels.cuda_bits`.  Under Numba's CUDA
simulator the same path runs on NumPy's arrays, with neither a card nor CuPy.
"""
