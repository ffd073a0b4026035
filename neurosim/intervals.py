"""Where a number may lie: intervals, their ends rounded so that none outside counts as inside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache


@dataclass(frozen=True)
class Interval:
    """Where one number may lie, everything else as it is; `low_open` leaves `low` itself out."""

    low: float
    high: float
    low_open: bool
    high_open: bool

    def __contains__(self, value: float) -> bool:
        starts = value > self.low if self.low_open else value >= self.low
        stops = value < self.high if self.high_open else value <= self.high
        return starts and stops

    def __str__(self) -> str:
        left = "(" if self.low_open or math.isinf(self.low) else "["
        right = ")" if self.high_open or math.isinf(self.high) else "]"
        return f"{left}{_told(self.low)}, {_told(self.high)}{right}"


@lru_cache(maxsize=1 << 16)
def decimal(value: float) -> Fraction:
    """Return the number that a float's shortest decimal writes."""
    return Fraction(repr(float(value)))


def below(exact: Fraction | None, otherwise: float) -> float:
    """Return the largest float whose decimal is not above a number."""
    if exact is None:
        return otherwise
    nearest = _nearest(exact)
    if math.isinf(nearest) or decimal(nearest) <= exact:
        return nearest
    return math.nextafter(nearest, -math.inf)


def above(exact: Fraction | None, otherwise: float) -> float:
    """Return the smallest float whose decimal is not below a number."""
    return otherwise if exact is None else -below(-exact, math.inf)


def _nearest(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.copysign(math.inf, exact)


def _told(value: float) -> str:
    return ("−∞" if value < 0 else "∞") if math.isinf(value) else f"{value:g}"
