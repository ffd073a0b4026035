"""The loops: each equation once in `rules`, and engines that run them over arrays.

`rules`, `random` and `tables` are plain Python; `cpu` and what it calls are compiled; what is here
is what Python calls.
"""

from .machine_code import Kernel, Prepared

__all__ = ["Kernel", "Prepared", "run"]

run = Kernel("neurosim.kernels.cpu", "run")
