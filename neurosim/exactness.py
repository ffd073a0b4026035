"""How far numbers are exact, and how large they may be.

Binary neurons take their parameters as integers:

0.1 + 0.7 ≥ 0.8 is true, but not in binary floating point.  A finite parameter therefore means its
shortest decimal; a population's weights and thresholds are scaled to integers, whose sums are
exact in any order as long as they stay below 2^53 (2^24 in float32).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Of a weight, a parameter, a constant or an input.  A threshold times a weight times an input,
# added up over 2^31 synapses, is then finite: no ∞ − ∞ passes for an answer.
LARGEST = 1e90

EXACT_FLOAT64 = 2.0**53
EXACT_FLOAT32 = 2.0**24
MOST_DECIMALS = 15  # beyond which no double is a decimal of that many places


def magnitude(values: np.ndarray) -> float:
    """Return the largest |v|, 0 of none, without an array of its own; NaN if one is."""
    return float(max(values.max(), -values.min())) if values.size else 0.0


def too_large(values: np.ndarray, most: float = LARGEST) -> str:
    """Return what is wrong with values if one is beyond `most` either way, else nothing."""
    if magnitude(values) <= most:
        return ""
    wrong = float(values.flat[np.abs(values).argmax()])
    return f"must be at most {most:g} either way (got {wrong!r})"


def decimals(values: Sequence[np.ndarray]) -> int | None:
    """Return how many decimal places the shortest decimals of all values need, or None.

    None where a value has more than 15 places or its digits do not fit into 2^53.
    """
    most = 0
    for array in values:
        distinct = np.unique(np.abs(np.asarray(array, dtype=np.float64)))
        for places in range(most, MOST_DECIMALS + 1):
            scale = 10.0**places
            with np.errstate(over="ignore"):
                digits = np.rint(distinct * scale)
            # The division is correctly rounded, so this holds iff the decimal reads back the same.
            if digits.size == 0 or (
                digits[-1] < EXACT_FLOAT64 and (digits / scale == distinct).all()
            ):
                most = places
                break
        else:
            return None
    return most


def integers(values: np.ndarray, places: int) -> np.ndarray:
    """Return the values' shortest decimals times 10^places, as whole floats."""
    return np.rint(np.asarray(values, dtype=np.float64) * 10.0**places)


def common_divisor(values: Sequence[np.ndarray]) -> float:
    """Return the greatest common divisor of whole floats below 2^53; 1 where all are 0."""
    divisor = 0
    for array in values:
        distinct = np.unique(np.abs(array)).astype(np.int64)
        divisor = int(np.gcd.reduce(np.append(distinct, divisor)))
    return float(max(divisor, 1))
