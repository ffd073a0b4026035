"""Layers that bring branches together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from ...errors import InputError
from .. import operations
from ..engines import engine
from ..graph import Shape
from ..tensor import Tensor
from .layer import Layer
from .settings import whole

MOST_AXES = 32


class Add(Layer):
    """The sum of branches, as of a residual one and what goes around it (He et al. 2016).

    Parameters
    ----------
    **settings
        As every `Layer` takes them.
    """

    def call(self, x: list[Tensor]) -> Tensor:
        """Return their sum."""
        total = x[0]
        for branch in x[1:]:
            total = total + branch
        return total

    def compute_mask(self, x: Any, mask: Any) -> np.ndarray | None:
        """Return which steps count in any branch."""
        return _in_any(mask)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return their shape, or raise InputError where it is not one."""
        _check_several(self, input_shape)
        if any(shape != input_shape[0] for shape in input_shape):
            raise InputError(f"{self}: adds what has one shape (got {_told(input_shape)})")
        shape: Shape = input_shape[0]
        return shape


class Concatenate(Layer):
    """Branches side by side, along the last axis or another.

    Parameters
    ----------
    axis
        Along which.
    **settings
        As every `Layer` takes them.
    """

    def __init__(self, axis: int = -1, **settings: Any) -> None:
        super().__init__(**settings)
        self.axis = whole(axis, f"{self}: axis", -MOST_AXES)

    def call(self, x: list[Tensor]) -> Tensor:
        """Return them side by side."""
        return operations.concatenate(x, axis=self.axis)

    def compute_mask(self, x: Any, mask: Any) -> np.ndarray | None:
        """Return which steps count in any branch, or those of all one after the other."""
        if self.axis % x[0].ndim != 1 or x[0].ndim < 3 or all(m is None for m in mask):
            return _in_any(mask)
        steps = [
            engine().xp.ones(branch.shape[:2], bool) if m is None else m
            for branch, m in zip(x, mask, strict=True)
        ]
        return np.concatenate(steps, axis=1)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape, that axis as long as all together, or raise InputError."""
        _check_several(self, input_shape)
        ranks = {len(shape) for shape in input_shape}
        count = len(input_shape[0])
        if len(ranks) == 1 and (self.axis in (0, -count) or not -count <= self.axis < count):
            raise InputError(
                f"{self}: axis {self.axis} is none of a sample's (got {_told(input_shape)}; axis 0 "
                "is that of the samples)"
            )
        axis = self.axis % count
        rests = {shape[:axis] + shape[axis + 1 :] for shape in input_shape}
        if len(ranks) > 1 or len(rests) > 1:
            raise InputError(
                f"{self}: shapes must be the same but along axis {self.axis} (got "
                f"{_told(input_shape)})"
            )
        ends = [shape[axis] for shape in input_shape]
        length = None if None in ends else sum(ends)
        first: Shape = input_shape[0]
        return (*first[:axis], length, *first[axis + 1 :])

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {**super().get_config(), "axis": self.axis}


def _check_several(layer: Layer, input_shape: Any) -> None:
    """Raise InputError unless there are two or more to bring together."""
    if not isinstance(input_shape, list) or len(input_shape) < 2:
        raise InputError(f"{layer} takes a list of two or more (got shape {input_shape})")


def _in_any(masks: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """Return which steps count in any branch, as in Keras; None where all of one do."""
    given = [mask for mask in masks if mask is not None]
    found: np.ndarray | None = None
    if len(given) == len(masks):
        found = reduce(np.logical_or, given)
    return found


def _told(shapes: Any) -> str:
    return " and ".join(map(str, shapes))
