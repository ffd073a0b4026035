"""What cases are made of: arguments that are the same on both devices, and what was found there.

A case is given `Arguments`, which makes the same ones on either device, and returns what was found
there, with how near the card's must be to the CPU's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from neurosim.backend import TINY
from neurosim.kernels import rules
from neurosim.kernels.cuda_jit import THREADS

FEW = 4  # units in the last place, by which mathematical functions may differ
ORDER = 32  # and sums of terms about 1, by the order in which these are added

# A grid of the simulator's is one block: fewer values than it has threads, as many, and more.
COUNTS = (1, THREADS, THREADS + 1, 3 * THREADS + 1)
# One value, one row, one column, as many as threads, and more rows than are summed at once.
SHAPES = ((1, 1), (1, 9), (7, 1), (2, THREADS // 2), (11, 3))
CODES = (rules.IDENTITY, rules.THRESHOLD_LINEAR, rules.LOGISTIC, rules.TANH, rules.SOFTPLUS)


class Arguments:
    """Makes a case's arguments on a device, of float32 or float64."""

    def __init__(self, on: Any, rng: np.random.Generator, dtype: str) -> None:
        self.on = on
        self.rng = rng
        self.real = np.dtype(dtype).type
        self.tiny = TINY[np.dtype(dtype)]

    def take(self, values: Any) -> Any:
        """Return real numbers as they are."""
        return self.on.take(np.array(values, self.real))

    def whole(self, values: Any) -> Any:
        """Return whole numbers as they are."""
        return self.on.take(np.array(values, np.int64))

    def normal(self, *shape: int) -> Any:
        return self.take(self.rng.normal(size=shape))

    def uniform(self, *shape: int) -> Any:
        return self.take(self.rng.uniform(size=shape))

    def zeros(self, *shape: int) -> Any:
        return self.take(np.zeros(shape))

    def blank(self, *shape: int) -> Any:
        """Return room in which all must be written."""
        return self.take(np.full(shape, np.nan))


class Found(NamedTuple):
    """What was found on a device.

    Attributes
    ----------
    values : an array of the device
    ulps : by how many units in the last place of each value the devices may differ
    size : or of so large a value, where that is more
    """

    values: Any
    ulps: int
    size: float = 0.0


def same(values: Any) -> Found:
    return Found(values, 0)


def near(values: Any) -> Found:
    return Found(values, FEW)


def summed(values: Any, size: float = 1.0) -> Found:
    return Found(values, ORDER, size)


@dataclass(frozen=True)
class Case:
    """What calls one or more functions.

    Attributes
    ----------
    holds : the functions' names, as `kernels` has them, or with that of their module
    call : from Arguments, and what of `given` it is called with
    given : one tuple for each time
    """

    holds: tuple[str, ...]
    call: Callable[..., list[Found]]
    given: tuple[tuple[Any, ...], ...]


CASES: dict[str, Case] = {}


def case(*holds: str, given: Iterable[tuple[Any, ...]] = ((),)) -> Callable[..., Any]:
    """Keep a function as a case, by its name, of what it holds: where left out, of its name."""

    def keep(call: Callable[..., list[Found]]) -> Callable[..., list[Found]]:
        assert call.__name__ not in CASES
        CASES[call.__name__] = Case(holds or (call.__name__,), call, tuple(given))
        return call

    return keep
