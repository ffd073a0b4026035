"""What stands in for CuPy under Numba's CUDA simulator: arrays that mix with none of the host's.

What CuPy refuses is refused here, so that no path to a card can lead over the host unseen: arrays
of NumPy's among those of the card, functions that CuPy has not, and copies home that nobody asked
for.  Those that were asked for are counted, in `READS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from . import simulated_streams as cuda  # as CuPy calls it

READS = [0]  # how often numbers were read from the card
TAPE: list[Callable[[], object]] | None = None  # what a graph is captured on

# What CuPy has too, each with the parameters that it takes there, those after "*" by name alone: a
# test holds them against CuPy.
FUNCTIONS = {
    "arange": "start stop step dtype",
    "array": "values dtype * copy order",
    "asarray": "values dtype",
    "ascontiguousarray": "a dtype",
    "broadcast_to": "array shape",
    "clip": "a a_min a_max",
    "concatenate": "arrays axis",
    "dot": "a b out",
    "empty": "shape dtype",
    "empty_like": "a dtype",
    "expand_dims": "a axis",
    "full": "shape fill_value dtype",
    "moveaxis": "a source destination",
    "ones": "shape dtype",
    "ones_like": "a dtype",
    "pad": "array pad_width * constant_values",
    "split": "ary sections axis",
    "stack": "arrays axis",
    "take_along_axis": "a indices axis",
    "where": "condition x y",
    "zeros": "shape dtype",
    "zeros_like": "a dtype",
}
METHODS = {
    "all": "axis",
    "any": "axis",
    "argmax": "axis",
    "astype": "dtype * copy",
    "copy": "",
    "cumsum": "axis",
    "fill": "value",
    "max": "axis * keepdims",
    "mean": "axis * keepdims",
    "min": "axis * keepdims",
    "prod": "axis",
    "ravel": "",
    "repeat": "repeats axis",
    "reshape": "*shape",
    "squeeze": "axis",
    "sum": "axis * dtype out keepdims",
    "swapaxes": "axis1 axis2",
    "take": "indices axis",
    "transpose": "*axes",
    "view": "dtype",
}
UFUNCS = frozenset({
    "absolute", "add", "bitwise_and", "bitwise_or", "bitwise_xor", "cos", "divide", "equal",
    "exp", "expm1", "floor_divide", "greater", "greater_equal", "invert", "isfinite", "isnan",
    "less", "less_equal", "log", "log1p", "logical_and", "logical_not", "logical_or", "matmul",
    "maximum", "minimum", "multiply", "negative", "not_equal", "power", "remainder", "sign",
    "sqrt", "square", "subtract", "tanh",
})  # fmt: skip
OF_UFUNCS = "* out dtype"
ATTRIBUTES = frozenset({
    "dtype", "flags", "itemsize", "nbytes", "ndim", "shape", "size", "strides"
})  # fmt: skip


class ndarray(NDArrayOperatorsMixin):  # noqa: N801 - as CuPy's
    """An array of the simulated card."""

    __slots__ = ("__weakref__", "host")

    def __init__(self, host: np.ndarray) -> None:
        if not host.dtype.isnative:
            raise ValueError(f"CuPy has no arrays of {host.dtype}, of another order of bytes")
        self.host = host

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *given: Any, **options: Any) -> Any:
        if method != "__call__":
            raise TypeError(f"CuPy has no {ufunc.__name__}.{method}, or nobody needed it yet")
        return _known(ufunc.__name__, ufunc)(*given, **options)

    def __array_function__(self, function: Any, types: Any, given: Any, options: Any) -> Any:
        return _known(function.__name__, function)(*given, **options)

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError("an array of the card is copied home by get(), not by NumPy's functions")

    def __getattr__(self, name: str) -> Any:
        if name in ATTRIBUTES:
            return getattr(self.host, name)
        if name in METHODS:
            return _checked(name, METHODS[name], partial(_run, getattr(self.host, name)))
        raise AttributeError(name)

    @property
    def T(self) -> ndarray:  # noqa: N802 - as NumPy's
        """With its axes in reverse."""
        return ndarray(self.host.T)

    @property
    def base(self) -> ndarray | None:
        """What it is a part of."""
        return None if self.host.base is None else ndarray(np.asarray(self.host.base))

    def __getitem__(self, at: Any) -> ndarray:
        return _run(_taken, (self, at), {})

    def __setitem__(self, at: Any, value: Any) -> None:
        place, given = _plain(at), _plain(value)

        def put() -> None:
            self.host[place] = given

        put()
        if TAPE is not None:
            TAPE.append(put)

    def __len__(self) -> int:
        return len(self.host)

    def get(self) -> np.ndarray:
        """Return a copy on the host."""
        _refuse_in_graph()
        READS[0] += 1
        return self.host.copy()

    def set(self, values: np.ndarray, stream: cuda.Stream | None = None) -> None:
        """Take values of the host: at once, or by a copy on a stream."""
        _refuse_in_graph()
        if not isinstance(values, np.ndarray) or values.dtype != self.dtype:
            raise TypeError(f"CuPy's set takes an array of the host's of {self.dtype}")
        if values.shape != self.shape:
            raise ValueError(f"CuPy's set takes shape {self.shape} (got {values.shape})")
        if not self.host.flags.c_contiguous:
            raise RuntimeError("CuPy's set writes to an array in one piece")
        if stream is None:
            self.host[...] = values
        else:
            stream.begin(self.host, values)

    def item(self) -> Any:
        """Return its one number."""
        return self.get().item()

    def __float__(self) -> float:
        return float(self.get())

    def __int__(self) -> int:
        return int(self.get())

    def __bool__(self) -> bool:
        return bool(self.get())

    __index__ = __int__

    def __repr__(self) -> str:
        return repr(self.host)


def _plain(given: Any) -> Any:
    """Return what NumPy works on, or refuse arrays of the host's."""
    if isinstance(given, ndarray):
        return given.host
    if isinstance(given, np.ndarray):
        raise TypeError("an array of the host's among those of the card: move it there first")
    if isinstance(given, tuple | list):
        return type(given)(_plain(one) for one in given)
    return given


def _wrapped(found: Any) -> Any:
    if isinstance(found, np.ndarray | np.generic):
        return ndarray(np.asarray(found))
    if isinstance(found, tuple | list):
        return type(found)(_wrapped(one) for one in found)
    return found


def _run(function: Callable[..., Any], given: Any, options: dict[str, Any]) -> Any:
    plain, told = _plain(given), {key: _plain(value) for key, value in options.items()}

    def run() -> Any:
        with np.errstate(all="ignore"):  # a card says nothing
            return function(*plain, **told)

    found = _wrapped(run())
    if TAPE is not None:
        TAPE.append(lambda: _write(found, run()))
    return found


def _taken(host: np.ndarray, at: Any) -> Any:
    """Return a part of an array; numbers of places beyond its end begin anew, as CuPy's do."""
    if isinstance(at, np.ndarray) and at.dtype.kind in "iu":
        cuda.note_read(host, at)
        # NumPy's own mode="wrap" goes there length by length, from a wild number for years.
        return np.take(host, at % max(1, len(host)), axis=0)
    return host[at]


def _write(found: Any, again: Any) -> None:
    """Write what a function answers again to where it was answered first."""
    if isinstance(found, tuple | list):
        for one, other in zip(found, again, strict=True):
            _write(one, other)
    elif isinstance(found, ndarray) and not np.may_share_memory(found.host, again):
        found.host[...] = again


def _refuse_in_graph() -> None:
    if TAPE is not None:
        raise RuntimeError("nothing passes between host and card while a graph is captured")


def _from_host(function: Callable[..., Any], given: Any, *others: Any, **options: Any) -> ndarray:
    if not isinstance(given, ndarray):
        _refuse_in_graph()
    return _wrapped(function(getattr(given, "host", given), *others, **options))


def _asarray(given: Any, dtype: Any = None) -> ndarray:
    """Return an array of the card as it is, or a copy of what the host has."""
    if isinstance(given, ndarray):
        return given if dtype is None else given.astype(dtype)
    _refuse_in_graph()
    host = np.array(given, dtype)
    return ndarray(host.astype(host.dtype.newbyteorder("="), copy=False))


def _known(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function or ufunc of NumPy's as CuPy has it, or raise TypeError."""
    if name in UFUNCS:
        return _checked(name, "*operands " + OF_UFUNCS, partial(_run, function))
    if name not in FUNCTIONS:
        raise TypeError(f"CuPy has no {name}, or nobody needed it yet")
    return _checked(name, FUNCTIONS[name], partial(_run, function))


def _checked(name: str, parameters: str, run: Callable[..., Any]) -> Callable[..., Any]:
    """Return what runs a function with arguments that CuPy's takes too."""
    by_place, _, by_name = parameters.partition("* ")
    most = math.inf if parameters.startswith("*") else len(by_place.split())
    names = {*by_place.split(), *by_name.split()}

    def call(*given: Any, **options: Any) -> Any:
        if len(given) > most or not options.keys() <= names:
            raise TypeError(f"CuPy's {name} takes {parameters or 'nothing'}, or no more is needed")
        return run(given, options)

    return call


def __getattr__(name: str) -> Any:
    if name == "asarray":
        return _asarray
    function = getattr(np, name)
    if isinstance(function, type):  # float32 and the like
        return function
    if name == "array":
        return partial(_from_host, np.array)
    try:
        return _known(getattr(function, "__name__", name), function)
    except TypeError as error:
        raise AttributeError(str(error)) from None
