"""Constraints: what makes a parameter's values admissible again after each change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class AtLeast:
    """A least value: each below it becomes it, the nearest that is admissible.

    After a step of gradient descent this is projected gradient descent (Goldstein 1964).

    Attributes
    ----------
    least : the limit
    """

    least: float = 0.0

    def __call__(self, array: np.ndarray) -> None:
        """Make values admissible, in place; NaN stays NaN."""
        np.maximum(array, array.dtype.type(self.least), out=array)

    def __str__(self) -> str:
        return f"at least {self.least:g}"
