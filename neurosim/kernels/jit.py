"""The Numba decorators of kernels, and their flags.  Imported only where something is compiled."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import numba
import numpy as np
from numba.core import config
from numba.core.registry import cpu_target

from .machine_code import Prepared

# nogil: Python threads may run kernels side by side.  error_model "numpy": x/0 is inf, not raise.
# _nrt: kernels allocate nothing, so Numba need not count references to their slices; that halves
# the time of a small circuit's step.  Python never calls the compiled functions through Numba: the
# code that would unpack Python's objects is left out.
FLAGS = {
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


# LLVM's level.  Measured: the loops are as fast as at Numba's own 3, a small circuit's step is 15%
# faster, and compiling takes a second less.
OPTIMIZATION = 1


def rule(function, **rules):
    """Compile a scalar rule into whatever calls it; `rules` are the compiled ones that it calls."""
    if rules:
        names = {**function.__globals__, **rules}
        function = FunctionType(function.__code__, names, function.__name__)
    return numba.njit(**FLAGS, inline="always")(function)


def inner(function=None, *, once=False):
    """Compile a function that only other kernels call.

    `once` is for what is called from one place, or returns a slice: it becomes part of its caller.
    No sum is reordered: a threshold may decide on it (`vectors` writes out the orders that pay).
    """

    def decorate(function):
        return numba.njit(**FLAGS, inline="always" if once else "never")(function)

    return decorate if function is None else decorate(function)


def kernel(function):
    """Compile a function that Python calls, as a `machine_code.Kernel`."""
    return numba.njit(**FLAGS)(function)


def compile_object(dispatcher: Any, arguments: tuple[Any, ...]) -> tuple[str, bytes]:
    """Return the name and the object file of a kernel compiled for such arguments."""
    signature = tuple(numba.typeof(_writable(argument)) for argument in arguments)
    with _optimized():
        dispatcher.compile(signature)
    compiled = dispatcher.overloads[signature]
    return compiled.fndesc.llvm_func_name, compiled.library._get_compiled_object()


@contextmanager
def _optimized() -> Iterator[None]:
    """Compile at `OPTIMIZATION` where the user has not set NUMBA_OPT, and nothing else."""
    own = config.OPT
    cpu_target.target_context.codegen()  # made once in a process, at the level of everybody else
    if "NUMBA_OPT" not in os.environ:
        config.OPT = type(own)(OPTIMIZATION)
    try:
        yield
    finally:
        config.OPT = own


def _writable(argument: Any) -> Any:
    """Return an argument of the same type whose arrays may be written to."""
    if isinstance(argument, Prepared):
        return _writable(argument.argument)
    if isinstance(argument, np.ndarray):
        return np.empty((0,) * argument.ndim, dtype=argument.dtype)
    if isinstance(argument, tuple):
        parts: Callable[..., Any] = getattr(argument, "_make", tuple)
        return parts(map(_writable, argument))
    return argument
