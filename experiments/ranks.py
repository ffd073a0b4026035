"""Whether numbers of one kind are smaller than those of another, by their ranks alone."""

from __future__ import annotations

import numpy as np


def smaller_by_chance(smaller: np.ndarray, larger: np.ndarray) -> float:
    """Return the probability that, were both alike, the first ranked so low, or lower.

    The exact test of Mann & Whitney (1947), of one side: U counts the pairs in which the first is
    larger, a tie as one half; half a pair is rounded up.

    Parameters
    ----------
    smaller, larger
        (m,) and (n,), up to 500 in all: of more the orders are beyond a float.
    """
    m, n = len(smaller), len(larger)
    pairs = np.sign(np.subtract.outer(smaller, larger))
    u = int(np.ceil((pairs + 1).sum() / 2))
    # ways[k, v]: orders of k of the first and some of the second that have U = v
    ways = np.zeros((m + 1, m * n + 1))
    ways[:, 0] = 1.0
    for some in range(1, n + 1):  # the last is one of the second, or one of the first, above `some`
        for k in range(1, m + 1):
            ways[k, some:] += ways[k - 1, :-some]
    return float(ways[m, : u + 1].sum() / ways[m].sum())
