"""What stands in for CuPy under Numba's CUDA simulator: arrays that mix with none of the host's.

What CuPy refuses is refused here, so that no path to a card can lead over the host unseen: arrays
of NumPy's among those of the card, functions that CuPy has not, and copies home that nobody asked
for.  Those that were asked for are counted, in `READS`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

READS = [0]  # how often numbers were read from the card
TAPE: list[Callable[[], object]] | None = None  # what a graph is captured on

# Functions of arrays that CuPy has too, and ufuncs besides: a test holds them against CuPy.
FUNCTIONS = frozenset({
    "all", "any", "arange", "argmax", "array", "asarray", "ascontiguousarray", "broadcast_to",
    "clip", "concatenate", "copyto", "cumsum", "dot", "empty", "empty_like", "expand_dims", "full",
    "full_like", "matmul", "max", "mean", "min", "moveaxis", "ones", "ones_like", "pad", "prod",
    "put_along_axis", "repeat", "reshape", "split", "stack", "sum", "swapaxes", "take",
    "take_along_axis", "tile", "transpose", "var", "where", "zeros", "zeros_like",
})  # fmt: skip
FROM_HOST = ("array", "asarray")  # these take what the host has to the card
METHODS = frozenset({
    "all", "any", "argmax", "astype", "copy", "cumsum", "dot", "fill", "max", "mean", "min", "prod",
    "ravel", "repeat", "reshape", "squeeze", "sum", "swapaxes", "take", "transpose", "var", "view",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "dtype", "flags", "itemsize", "nbytes", "ndim", "shape", "size", "strides"
})  # fmt: skip


class ndarray(NDArrayOperatorsMixin):  # noqa: N801 - as CuPy's
    """An array of the simulated card."""

    __slots__ = ("host",)

    def __init__(self, host: np.ndarray) -> None:
        self.host = host

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *given: Any, **options: Any) -> Any:
        return _run(getattr(ufunc, method), given, options)

    def __array_function__(self, function: Any, types: Any, given: Any, options: Any) -> Any:
        if function.__name__ not in FUNCTIONS or function.__name__ in FROM_HOST:
            raise TypeError(f"CuPy has no {function.__name__}, or not of its arrays")
        return _run(function, given, options)

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError("an array of the card is copied home by get(), not by NumPy's functions")

    def __getattr__(self, name: str) -> Any:
        if name in ATTRIBUTES:
            return getattr(self.host, name)
        if name in METHODS:
            method = getattr(self.host, name)
            return lambda *given, **options: _run(method, given, options)
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

    def set(self, values: np.ndarray) -> None:
        """Take values of the host."""
        _refuse_in_graph()
        self.host[...] = values

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
        return np.take(host, at, axis=0, mode="wrap")
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
    return ndarray(np.array(given, dtype))


def __getattr__(name: str) -> Any:
    if name == "asarray":
        return _asarray
    if name in FUNCTIONS:
        function = getattr(np, name)
        return partial(_from_host if name in FROM_HOST else _run_loosely, function)
    found = getattr(np, name)
    if isinstance(found, np.ufunc):
        return partial(_run_loosely, found)
    if isinstance(found, type):  # float32 and the like
        return found
    raise AttributeError(f"CuPy has no {name}, or nobody needed it yet")


def _run_loosely(function: Callable[..., Any], *given: Any, **options: Any) -> Any:
    return _run(function, given, options)
