"""The Numba decorators of kernels, and their flags.  Imported only where something is compiled."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import numba
import numpy as np
from llvmlite import binding, ir
from numba.core import config
from numba.core.registry import cpu_target

from .machine_code import SETTINGS, Prepared, dimensions_of

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


_compiling = threading.Lock()  # a setting of the whole process is changed meanwhile

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


def compile_objects(
    dispatcher: Any, arguments: tuple[Any, ...], key: tuple[str, ...]
) -> tuple[str, tuple[bytes, ...]]:
    """Return a kernel compiled for such arguments: the name of its entry, and the object files.

    The entry takes the address of all values in a row, 8 bytes each, as `key` names their types:
    Python would spend more on converting them one by one than a small circuit's run takes.
    """
    if not hasattr(dispatcher, "compile"):
        raise RuntimeError(
            "numba.config.DISABLE_JIT was set in code: neurosim runs as plain Python where "
            "NUMBA_DISABLE_JIT=1 is set before Python begins"
        )
    signature = tuple(numba.typeof(_writable(argument)) for argument in arguments)
    with _compiling, _optimized():
        dispatcher.compile(signature)
    compiled = dispatcher.overloads[signature]
    function = compiled.fndesc.llvm_func_name
    name = f"entry_{function}"
    return name, (_entry(name, function, key), compiled.library._get_compiled_object())


def _entry(name: str, function: str, key: tuple[str, ...]) -> bytes:
    """Return the object file of an entry: it passes on what it is given as Numba expects.

    Two places for what they return and raise, then each argument; of an array its owner and parent
    (none: kernels count no references), size, bytes an item, address, shape and strides in bytes.
    """
    place, size = ir.IntType(8).as_pointer(), ir.IntType(64)
    module = ir.Module()
    entry = ir.Function(module, ir.FunctionType(ir.IntType(32), [place]), name)
    builder = ir.IRBuilder(entry.append_basic_block())
    values = builder.bitcast(entry.args[0], size.as_pointer())
    given: list[Any] = [builder.alloca(place), builder.alloca(place)]
    at = 0

    def taken(kind: Any) -> Any:
        nonlocal at
        pointer = builder.gep(values, [size(at)])
        at += 1
        return builder.load(builder.bitcast(pointer, kind.as_pointer()), align=1)

    for argument in key:
        if argument in "()":
            continue
        dimensions = dimensions_of(argument)
        if dimensions is None:
            kinds = {"float32": ir.FloatType(), "float64": ir.DoubleType()}
            given.append(taken(kinds.get(argument, size)))
            continue
        data = taken(place)
        shape = [taken(size) for _ in range(dimensions)]
        strides = [size(np.dtype(argument.partition("[")[0]).itemsize)]
        for length in shape[::-1]:
            strides.insert(0, builder.mul(strides[0], length))
        items = builder.udiv(strides[0], strides[-1])
        given += [place(None), place(None), items, strides[-1], data, *shape, *strides[1:]]
    called = ir.FunctionType(ir.IntType(32), [value.type for value in given])
    builder.ret(builder.call(ir.Function(module, called, function), given))
    machine = binding.Target.from_default_triple().create_target_machine(
        opt=OPTIMIZATION, codemodel="jitdefault", jit=True
    )
    return machine.emit_object(binding.parse_assembly(str(module)))


def is_set_in_code() -> bool:
    """Return whether Numba's settings are others than a process that begins now would have."""
    with _compiling:
        own = {name: value for name, value in vars(config).items() if name.isupper()}
        config._env_reloader.update(force=True)
        begun = dict(vars(config))
        vars(config).update(own)
    return any(own[name] != begun[name] for name in own if name.startswith(SETTINGS))


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
