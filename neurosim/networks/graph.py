"""How layers hang together: symbols stand for what will flow between them."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..errors import InputError

if TYPE_CHECKING:
    from .layers.layer import Layer

# Lengths along each axis; the first, how many samples there are, is open (None).
Shape: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class Symbol:
    """What will flow from a layer, or into the network.

    Attributes
    ----------
    shape : (None, …), one sample's after the open first axis
    layer : from which it flows; None for an input of the network
    sources : what that layer is called on
    name : of an input
    dtype : of an input: None takes what comes
    """

    shape: Shape
    layer: Layer | None = None
    sources: tuple[Symbol, ...] = ()
    name: str | None = None
    dtype: str | None = None
    _id: object = field(default_factory=object, repr=False)


def Input(  # noqa: N802 - as Keras's
    shape: Sequence[int | None] | int, dtype: Any = None, name: str | None = None
) -> Symbol:
    """Return an input of a network, by the shape of one sample.

    Parameters
    ----------
    shape
        As ``(784,)``; None along an axis leaves it open.
    dtype
        float32 where nothing is said; whole numbers, which an embedding takes, as they come.
    name
        For messages, and in files.

    Raises
    ------
    InputError
        What is no shape, no dtype of numbers, or no name.

    Examples
    --------
    >>> from neurosim.networks import Dense, Input, Model
    >>> x = Input((3,))
    >>> Model(x, Dense(2)(x)).output_shape
    (None, 2)
    """
    if name is not None and not is_name(name):
        raise InputError(f"Input: a name is a word without slashes (got {name!r})")
    return Symbol((None, *sample_shape(shape, "Input")), name=name, dtype=_kind(dtype))


def is_name(name: Any) -> bool:
    """Return whether a layer or an input may be called so, in files of Keras's too."""
    return isinstance(name, str) and bool(name) and "/" not in name and name.isprintable()


def _kind(dtype: Any) -> str | None:
    """Return the name of a dtype of numbers, None for none, or raise InputError."""
    if dtype is None:
        return None
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if found is None or found.kind not in "biuf":
        raise InputError(
            f"Input: dtype is that of numbers, as 'float32' or 'int64' (got {dtype!r})"
        )
    return found.name


def sample_shape(shape: Any, name: str) -> Shape:
    """Return the shape of one sample, or raise InputError."""
    lengths = (shape,) if not isinstance(shape, Sequence) else tuple(shape)
    checked = []
    for length in lengths:
        try:
            whole = None if length is None else operator.index(length)
        except TypeError:
            whole = -1
        if isinstance(length, bool | np.bool_) or (whole is not None and whole < 1):
            raise InputError(
                f"{name}: the shape of one sample has whole lengths from 1, as (28, 28, 1); the "
                f"number of samples is no part of it (got {shape!r})"
            )
        checked.append(whole)
    return tuple(checked)


def in_order(outputs: Sequence[Symbol]) -> list[Symbol]:
    """Return all symbols that lead to some, each after those that it comes from."""
    ordered: list[Symbol] = []
    seen: set[Symbol] = set()
    ahead = [(symbol, False) for symbol in reversed(outputs)]
    while ahead:
        symbol, ready = ahead.pop()
        if ready:
            ordered.append(symbol)
        elif symbol not in seen:
            seen.add(symbol)
            ahead.append((symbol, True))
            ahead.extend((source, False) for source in reversed(symbol.sources))
    return ordered
