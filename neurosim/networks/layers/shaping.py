"""Layers that only give the values another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InputError
from .. import operations
from ..graph import Shape
from ..tensor import Tensor
from .layer import Layer, product
from .settings import whole


class Flatten(Layer):
    """All values of a sample in one row.

    Parameters
    ----------
    **settings
        As every `Layer` takes them.
    """

    takes_several = False

    def call(self, x: Tensor) -> Tensor:
        """Return (batch, values)."""
        return operations.reshape(x, (x.shape[0], math.prod(x.shape[1:])))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (None, values)."""
        return (None, product(tuple(input_shape[1:])))


class Reshape(Layer):
    """The values of a sample in another shape.

    Parameters
    ----------
    target_shape
        That of one sample; one length may be −1, which is what is left.
    **settings
        As every `Layer` takes them.

    Raises
    ------
    InputError
        What is no shape; at the first use, one that the values do not fit.
    """

    takes_several = False

    def __init__(self, target_shape: Sequence[int], **settings: Any) -> None:
        super().__init__(**settings)
        several = isinstance(target_shape, Sequence | np.ndarray)
        given = tuple(target_shape) if several else (target_shape,)
        open_ones = [length for length in given if length == -1]
        if len(open_ones) > 1:
            raise InputError(f"{self}: one length may be -1 (got target_shape {given})")
        self.target_shape = tuple(
            length if length == -1 else whole(length, f"{self}: target_shape") for length in given
        )

    def call(self, x: Tensor) -> Tensor:
        """Return (batch, *target_shape)."""
        shape = self._fitting((None, *x.shape[1:]))
        return operations.reshape(x, (x.shape[0], *shape))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (None, *target_shape), an open length found."""
        return (None, *self._fitting(input_shape))

    def _fitting(self, input_shape: Shape) -> tuple[Any, ...]:
        size = product(tuple(input_shape[1:]))
        known = math.prod(length for length in self.target_shape if length != -1)
        if size is None:
            return tuple(None if length == -1 else length for length in self.target_shape)
        if size % known if -1 in self.target_shape else size != known:
            raise InputError(
                f"{self}: {size} values of shape {tuple(input_shape[1:])} do not fit shape "
                f"{self.target_shape}"
            )
        return tuple(size // known if length == -1 else length for length in self.target_shape)

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {**super().get_config(), "target_shape": list(self.target_shape)}
