"""How sure a proportion is, and whether one is larger than another, from a few counts."""

from __future__ import annotations

import math

from scipy.special import ndtri  # scipy.stats takes a second to import

CONFIDENCE = 0.95


def wilson_interval(
    right: float, total: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return what the proportion may be of all such trials (Wilson 1927).

    Parameters
    ----------
    right, total
        How many of how many trials; of several rounds of them, their mean.
    confidence
        The part of such intervals that hold the truth, about.
    """
    z = ndtri((1 + confidence) / 2)
    part, weight = right / total, total / (total + z * z)
    middle = weight * part + (1 - weight) / 2
    spread = part * (1 - part) / total + z * z / (4 * total**2)
    reach = weight * z * math.sqrt(spread)
    # at the ends the formula is exact, its rounding is not
    low = 0.0 if right == 0 else float(middle - reach)
    return low, 1.0 if right == total else float(middle + reach)


def by_chance(more: int, total: int, fewer: int, of: int) -> float:
    """Return the probability that, were both alike, the first were so often right, or more often.

    Fisher's (1935) exact test, of one side: `more` of `total` trials against `fewer` of `of`.
    """
    right = more + fewer
    ways = sum(
        math.comb(total, k) * math.comb(of, right - k) for k in range(more, min(total, right) + 1)
    )
    return ways / math.comb(total + of, right)
