"""What files of networks hold: a configuration, what is told beside it, and arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...errors import FileError


@dataclass(frozen=True)
class Entry:
    """An array in a file: its shape and dtype were checked, its values are not read yet.

    Attributes
    ----------
    shape, dtype : of the array
    values : reads it
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    values: Callable[[], np.ndarray]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Stored:
    """What a file holds.

    Attributes
    ----------
    name : the file's, for messages
    arrays : by their paths, which are Keras's: ``layers/dense/vars/0``
    config : what makes the network, as Keras writes it; None in a file of weights alone
    ours : what neurosim keeps beside it: random numbers, and how training goes
    """

    name: str
    arrays: Mapping[str, Entry]
    config: Mapping[str, Any] | None = None
    ours: Mapping[str, Any] = field(default_factory=dict)

    def take(self, path: str, shape: tuple[int, ...], what: str) -> Entry:
        """Return an array of real numbers, or raise FileError where it is not that shape."""
        entry = self.arrays.get(path)
        if entry is None:
            raise FileError(f"{self.name}: {what} is missing ({path}, of shape {shape})")
        if entry.shape != shape:
            raise FileError(
                f"{self.name}: {what} has shape {shape}, and {path} in the file has {entry.shape}"
            )
        if entry.dtype.kind != "f":
            raise FileError(f"{self.name}: {what} must be real numbers (got {entry.dtype})")
        return entry

    def finite(self, entry: Entry, dtype: np.dtype, what: str) -> None:
        """Raise FileError unless all numbers of an array are finite, and are so in a dtype."""
        with np.errstate(over="ignore"):
            values = entry.values().astype(dtype, copy=False)
        if not np.isfinite(values).all():
            raise FileError(f"{self.name}: {what} is not finite everywhere")
