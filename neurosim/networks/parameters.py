"""Parameters: the arrays that belong to a layer, those that training changes among them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from ..errors import InputError
from .engines import to_host
from .placed import Placed
from .record import Leaf
from .tensor import Tensor, real_numbers

# How many weights may still be made blank; None where they are made by their initializers.
_BLANK: ContextVar[list[int] | None] = ContextVar("blank", default=None)


@contextmanager
def blank_weights(most: int) -> Iterator[None]:
    """Let the layers that are built within begin with zeros, since their weights will be read.

    Parameters
    ----------
    most
        How many numbers they may have in all; one more raises InputError before it is made.
    """
    before = _BLANK.set([most])
    try:
        yield
    finally:
        _BLANK.reset(before)


def blank(shape: tuple[int, ...], dtype: np.dtype, path: str) -> np.ndarray | None:
    """Return zeros where weights are made blank, None elsewhere."""
    left = _BLANK.get()
    if left is None:
        return None
    left[0] -= math.prod(shape)
    if left[0] < 0:
        raise InputError(f"{path}: its shape {shape} asks for more weights than there are to read")
    return np.zeros(shape, dtype)


class Parameter:
    """An array that belongs to a layer: weights, or what it keeps of the data that it saw.

    Attributes
    ----------
    name : what it is called in its layer, as ``kernel``
    owner : the name of its layer, for messages
    learned : whether gradients change it; a moving mean is kept, but not learned
    frozen : whether it is held as it is, since its layer is not trainable
    constraint : makes the array admissible again after it was changed, in place; or None
    """

    def __init__(
        self,
        name: str,
        values: np.ndarray,
        learned: bool = True,
        constraint: Callable[[np.ndarray], None] | None = None,
    ) -> None:
        self.name = name
        self._values = Placed(np.ascontiguousarray(values))
        self.owner = ""
        self.learned = learned
        self.frozen = False
        self.constraint = constraint
        self._leaf = Leaf(values.shape, values.dtype)

    @property
    def array(self) -> np.ndarray:
        """The values on the CPU, which may be written to; where they are away, they come home."""
        return self._values.home

    @property
    def here(self) -> Any:
        """The values on the device where operations run now, which optimizers write to."""
        return self._values.here

    def read(self) -> np.ndarray:
        """Return the values, not to be written to; they stay where they are."""
        return self._values.read()

    @property
    def placed(self) -> Placed:
        """The values, wherever they are."""
        return self._values

    @property
    def trainable(self) -> bool:
        """Whether an optimizer may change it."""
        return self.learned and not self.frozen

    @property
    def path(self) -> str:
        """Its layer's name and its own: ``dense/kernel``."""
        return f"{self.owner}/{self.name}" if self.owner else self.name

    @property
    def shape(self) -> tuple[int, ...]:
        """Its length along each axis."""
        return self._leaf.shape

    @property
    def dtype(self) -> np.dtype:
        """The kind of its numbers."""
        return self._leaf.dtype

    @property
    def leaf(self) -> Leaf:
        """Its place in the record."""
        return self._leaf

    @property
    def tensor(self) -> Tensor:
        """The values as an operand; a gradient is wanted of them where it is trainable."""
        return Tensor.of(self.here, self._leaf if self.trainable else None)

    def assign(self, values: object) -> None:
        """Take other values of the same shape.

        Raises
        ------
        InputError
            Another shape, what are no finite real numbers, or what the constraint does not admit.
        """
        given = to_host(real_numbers(values, self.path))
        if given.shape != self.shape:
            raise InputError(
                f"{self.path}: its values have shape {self.shape} (got shape {given.shape})"
            )
        with np.errstate(over="ignore"):
            taken = given.astype(self.dtype)
        if not np.isfinite(taken).all():
            raise InputError(f"{self.path}: weights must be finite numbers as {taken.dtype}")
        if self.constraint is not None:
            admitted = taken.copy()
            self.constraint(admitted)
            if (admitted != taken).any():
                wrong = taken[admitted != taken][0]
                raise InputError(f"{self.path}: weights must be {self.constraint} (got {wrong:g})")
        self.array[...] = taken

    def __repr__(self) -> str:
        return f"Parameter({self.path!r}, shape={self.shape}, dtype={self.dtype})"
