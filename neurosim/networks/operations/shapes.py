"""Other shapes of the same values: reshaped, transposed, cut, put together, padded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from ...errors import InputError
from ..engines import engine, to_host
from ..record import Vjp
from ..tensor import Tensor, real_numbers
from .declaration import rearrangement
from .reductions import check_axes


@rearrangement
def reshape(x: np.ndarray, /, shape: int | Sequence[int]) -> tuple[np.ndarray, Vjp]:
    """The values, last axis first, in another shape; a length of −1 is what is left.

    Raises
    ------
    InputError
        A shape of another number of values.
    """
    try:
        reshaped = x.reshape(shape)
    except (TypeError, ValueError):
        raise InputError(
            f"reshape: {x.size} values of shape {x.shape} do not fit shape {shape}; the product of "
            "the lengths must stay, and one may be −1"
        ) from None
    return reshaped, lambda g: (g.reshape(x.shape),)


@rearrangement
def transpose(x: np.ndarray, /, axes: Sequence[int] | None = None) -> tuple[np.ndarray, Vjp]:
    """The axes in another order; left out, in reverse.

    Raises
    ------
    InputError
        Axes that are not those of the tensor, each once.
    """
    order = tuple(range(x.ndim))[::-1] if axes is None else check_axes("transpose", x.shape, axes)
    if len(order) != x.ndim:
        raise InputError(
            f"transpose: axes {axes} must name each axis of a tensor of shape {x.shape} once"
        )
    back = sorted(range(len(order)), key=order.__getitem__)
    return x.transpose(order), lambda g: (g.transpose(back),)


@rearrangement
def index(x: np.ndarray, /, at: Any) -> tuple[np.ndarray, Vjp]:
    """x[at]: numbers, slices, None, …, masks and arrays of indices, as NumPy takes them.

    What is taken several times has the sum of the gradients.

    Raises
    ------
    InputError
        An index beyond the tensor, or of another kind.
    """
    parts = at if isinstance(at, tuple) else (at,)
    parts = tuple(p.array if isinstance(p, Tensor) else p for p in parts)
    on = engine()
    try:
        if on.is_card:  # which asks nobody whether a place is beyond the tensor
            _no_values(x.shape)[tuple(to_host(p) for p in parts)]
            parts = tuple(
                on.take(np.asarray(p)) if isinstance(p, np.ndarray | list) else p for p in parts
            )
        taken = x[parts]
    except (IndexError, TypeError, ValueError) as error:
        raise InputError(f"index: of a tensor of shape {x.shape}: {error}") from None
    once = all(p is None or p is Ellipsis or isinstance(p, int | np.integer | slice) for p in parts)

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        if on.is_card and not once:  # CuPy's add.at adds up in another order each time
            places = on.xp.arange(x.size).reshape(x.shape)[parts].reshape(-1)
            table = on.xp.zeros((x.size, 1), g.dtype)
            on.kernels.add_rows(places, on.xp.ascontiguousarray(g).reshape(-1, 1), table)
            return (table.reshape(x.shape),)
        whole = np.zeros_like(x, dtype=g.dtype)
        if once:
            whole[parts] = g
        else:
            np.add.at(whole, parts, g)
        return (whole,)

    return taken, vjp


def concatenate(tensors: Sequence[Any], axis: int = 0) -> Tensor:
    """Put tensors one after the other along an axis that they have.

    Raises
    ------
    InputError
        No tensors; shapes that differ along another axis; an axis that there is not.
    """
    return _concatenate(*_several("concatenate", tensors), axis=axis)


@rearrangement
def _concatenate(*xs: np.ndarray, axis: int) -> tuple[np.ndarray, Vjp]:
    (along,) = check_axes("concatenate", xs[0].shape, axis)
    try:
        joined = np.concatenate(xs, axis=along)
    except ValueError:
        raise InputError(
            f"concatenate: shapes {_shapes(xs)} must be the same but for axis {axis}"
        ) from None
    ends = [*accumulate(x.shape[along] for x in xs)][:-1]
    return joined, lambda g: tuple(np.split(g, ends, axis=along))


def stack(tensors: Sequence[Any], axis: int = 0) -> Tensor:
    """Put tensors of one shape beside each other, along a new axis.

    Raises
    ------
    InputError
        No tensors; shapes that differ; an axis that there will not be.
    """
    return _stack(*_several("stack", tensors), axis=axis)


@rearrangement
def _stack(*xs: np.ndarray, axis: int) -> tuple[np.ndarray, Vjp]:
    if any(x.shape != xs[0].shape for x in xs):
        raise InputError(f"stack: shapes {_shapes(xs)} must be the same")
    (along,) = check_axes("stack", (len(xs), *xs[0].shape), axis)
    return np.stack(xs, axis=along), lambda g: tuple(np.moveaxis(g, along, 0))


@rearrangement
def pad(
    x: np.ndarray, /, widths: Sequence[tuple[int, int]], value: float = 0.0
) -> tuple[np.ndarray, Vjp]:
    """The values with a border of one value around them.

    Parameters
    ----------
    widths
        How much is put before and after, for each axis.

    Raises
    ------
    InputError
        Not two whole numbers, 0 or more, for each axis; a value that is no number.
    """
    around = to_host(real_numbers(widths, "pad: widths"))
    filling = to_host(real_numbers(value, "pad: value"))
    if around.shape != (x.ndim, 2) or around.dtype.kind not in "iu" or (around < 0).any():
        raise InputError(
            f"pad: widths must be two whole numbers, 0 or more, for each axis of a tensor of shape "
            f"{x.shape} (got {widths})"
        )
    inside = tuple(
        slice(before, before + n) for (before, _), n in zip(around.tolist(), x.shape, strict=True)
    )
    padded = np.pad(x, around.tolist(), constant_values=filling[()])
    return padded, lambda g: (g[inside],)


def _no_values(shape: tuple[int, ...]) -> np.ndarray:
    """Return what can be indexed as an array of a shape, and takes no room."""
    return np.broadcast_to(np.empty((), np.bool_), shape)


def _several(name: str, tensors: Any) -> Sequence[Any]:
    """Return what stands in a list, or raise InputError where nothing does."""
    if not isinstance(tensors, list | tuple) or not tensors:
        raise InputError(f"{name} takes a list of one or more tensors (got {tensors!r})")
    return tensors


def _shapes(xs: Sequence[np.ndarray]) -> str:
    return " and ".join(str(x.shape) for x in xs)
