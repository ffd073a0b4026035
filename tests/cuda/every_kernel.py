"""Every CUDA kernel there is, by the names of its module and its own."""

from importlib import import_module
from pkgutil import iter_modules

from neurosim import kernels
from neurosim.kernels import cuda_jit


def named_kernels():
    """A dictionary, whichever way they are compiled: for cards, or by Numba's simulator."""
    kind = type(cuda_jit.kernel(lambda: None))
    names = [m.name for m in iter_modules(kernels.__path__) if m.name.startswith("cuda")]
    return {
        f"{module}.{name}": value
        for module in names
        for name, value in vars(import_module(f"{kernels.__name__}.{module}")).items()
        if isinstance(value, kind) and not is_inner(value)
    }


def is_inner(value):
    """Whether only kernels call it; in the simulator such are plain functions."""
    return getattr(value, "targetoptions", {}).get("device", False)
