"""Where a network's random numbers come from: Philox streams, addressed rather than drawn in turn.

First weights, the order of the samples in an epoch, and the cells that drop out are each a
function of the network's seed and of where they are needed.  So a run that goes on from a saved
state draws what an uninterrupted one would have drawn.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np

from ..errors import InputError
from ..kernels import random

_LIMIT = 2**64
_lock = Lock()
_given: list[int] = []  # the seed of set_random_seed and how many were taken of it


def set_random_seed(seed: int) -> None:
    """Make all that is random from here on the same each time: networks made without a seed.

    Raises
    ------
    InputError
        A seed that is no whole number from 0 to 2⁶⁴ − 1.
    """
    checked = as_seed(seed)
    with _lock:
        _given[:] = [checked, 0]


def fresh_seed() -> int:
    """Return the seed of a network that was given none."""
    with _lock:
        if not _given:
            return secrets.randbits(64)
        _given[1] += 1
        first, second, _, _ = random.philox(
            np.uint64(_given[1]), np.uint64(0), np.uint64(0), random.SAMPLE,
            *random.seed_words(_given[0]),
        )  # fmt: skip
    return int(first) << 32 | int(second)


def as_seed(seed: object) -> int:
    """Return a seed as a Python integer, or raise InputError."""
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool | np.bool_)
    if not whole or not 0 <= int(seed) < _LIMIT:  # type: ignore[call-overload]
        raise InputError(f"a seed is a whole number from 0 to 2^64 - 1 (got {seed!r})")
    return int(seed)  # type: ignore[call-overload]


@dataclass
class Streams:
    """The random numbers of one network.

    Attributes
    ----------
    seed : a whole number from 0 to 2⁶⁴ − 1
    step : how many batches it was trained on: where the masks of dropout are
    counter : where a card counts these, (1,) uint64, while it trains the network; else None
    epoch : how many times it has gone over its samples: where their order is
    """

    seed: int
    step: int = 0
    epoch: int = 0
    counter: Any = field(default=None, repr=False, compare=False)

    @property
    def now(self) -> Any:
        """The step as `operations.dropout` takes it: where a card counts, its counter."""
        return self.step if self.counter is None else self.counter

    def order(self, count: int) -> np.ndarray:
        """Return the order in which the present epoch goes over the samples, (count,)."""
        return random.order(count, self.epoch, self.seed)


@dataclass(frozen=True)
class Draws:
    """The numbers that one parameter begins with.

    Attributes
    ----------
    seed : the network's
    number : which parameter of it
    """

    seed: int
    number: int

    def uniform(self, shape: tuple[int, ...], low: float, high: float) -> np.ndarray:
        """Return numbers between two limits, float64."""
        size = int(np.prod(shape, dtype=np.int64))
        numbers = random.uniforms(range(1), size, self.number, self.seed)[0]
        return (low + (high - low) * numbers).reshape(shape)

    def normal(self, shape: tuple[int, ...], deviation: float) -> np.ndarray:
        """Return normal numbers around 0, float64 (Box & Muller 1958)."""
        u, v = self.uniform((2, *shape), 0.0, 1.0)
        return deviation * np.sqrt(-2 * np.log1p(-u)) * np.cos(2 * np.pi * v)

    def truncated_normal(self, shape: tuple[int, ...], deviation: float) -> np.ndarray:
        """Return normal numbers none of which lies beyond two deviations, float64.

        `deviation` is that of the whole bell, of which the tails are cut.
        """
        from scipy.special import ndtr, ndtri

        edge = ndtr(-2.0)
        return deviation * ndtri(self.uniform(shape, edge, 1 - edge))
