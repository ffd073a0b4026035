"""The record of a computation, and the walk back over it that finds gradients.

A step stands for one operation that was done; it knows its sources and its vector–Jacobian
product, not its values.  A leaf is where the record begins: what gradients are wanted of.
Reverse mode is Linnainmaa's (1970); Baydin et al. (2018) review it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeAlias

import numpy as np

from ..errors import InputError

# What a vector–Jacobian product answers for one operand: an array, or a function that makes it.
Cotangent: TypeAlias = Any
Vjp: TypeAlias = Callable[[np.ndarray], tuple[Cotangent, ...]]

_RECORDING = ContextVar("recording", default=True)


@dataclass(eq=False, slots=True)
class Leaf:
    """What gradients are wanted of; nothing came before it.

    Attributes
    ----------
    shape, dtype : of its values
    grad : the gradients that reached it, added up; None before any has
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    grad: np.ndarray | None = None

    @property
    def depth(self) -> int:
        """A leaf is at the bottom."""
        return 0


@dataclass(eq=False, slots=True)
class Step:
    """One operation that was done.

    Attributes
    ----------
    operation : its name
    shape, dtype : of its answer
    sources : where each operand came from, None for one that needs no gradient
    vjp : from the cotangent of the answer to those of the operands; None once it was used
    depth : more than that of any source
    """

    operation: str
    shape: tuple[int, ...]
    dtype: np.dtype
    sources: tuple[Node | None, ...]
    vjp: Vjp | None
    depth: int


Node: TypeAlias = Leaf | Step


@contextmanager
def no_gradients() -> Iterator[None]:
    """Record nothing within: what is computed there needs no gradient.

    Examples
    --------
    >>> from neurosim.networks import Tensor
    >>> x = Tensor(3.0, requires_grad=True)
    >>> with no_gradients():
    ...     (x * x).requires_grad
    False
    """
    before = _RECORDING.set(False)
    try:
        yield
    finally:
        _RECORDING.reset(before)


def is_recording() -> bool:
    """Return whether operations are recorded here."""
    return _RECORDING.get()


@np.errstate(all="ignore")  # a gradient that is not finite is told by who asked for it
def walk_back(
    root: Node, cotangent: np.ndarray, wanted: Collection[Node] | None = None
) -> dict[Node, np.ndarray]:
    """Return the cotangents of the wanted nodes, those reached of every leaf where left out.

    A step lies deeper than its sources.  So the deepest first is an order in which a step has
    heard from all that used it, and each is walked over once.  A step is used up by it, and its
    cotangent is let go.

    Raises
    ------
    InputError
        The way back leads over a step that an earlier walk used up; or a vector–Jacobian product
        answers an array that has not its operand's shape.
    """
    found: dict[Node, np.ndarray] = {}
    waiting = {root: cotangent}
    arrival = count()
    ahead: list[tuple[int, int, Node]] = [(-root.depth, next(arrival), root)]
    while ahead:
        node = heappop(ahead)[-1]
        cotangent = waiting.pop(node)
        if node in wanted if wanted is not None else isinstance(node, Leaf):
            found[node] = cotangent
        if isinstance(node, Leaf):
            continue
        if node.vjp is None:
            raise InputError(
                f"the record of {node.operation}() was used up by an earlier gradient; compute "
                "again what is differentiated, or add what shares it and call backward() once"
            )
        for source, answer in zip(node.sources, node.vjp(cotangent), strict=True):
            if source is None:
                continue
            if wanted is not None and isinstance(source, Leaf) and source not in wanted:
                continue
            array = answer() if callable(answer) else answer
            if array.shape != source.shape:
                raise InputError(
                    f"{node.operation}: its vector–Jacobian product answers shape {array.shape} "
                    f"for an operand of shape {source.shape}; they must be the same"
                )
            array = array.astype(source.dtype, copy=False)
            if source in waiting:
                waiting[source] = waiting[source] + array
            else:
                waiting[source] = array
                heappush(ahead, (-source.depth, next(arrival), source))
        node.vjp, node.sources = None, ()
    return found
