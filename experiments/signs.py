"""Whether one is ahead of another, by in how many cases it is."""

from __future__ import annotations

import numpy as np
from scipy.special import bdtrc  # scipy.stats takes a second to import


def ahead_by_chance(values: np.ndarray, others: np.ndarray) -> float:
    """Return the probability that equals are ahead in so many cases, or more.

    The sign test, of one side: in each case that tells them apart, either is ahead by a toss of a
    coin (Arbuthnot 1710).

    Parameters
    ----------
    values, others
        What both reach in each case, the larger the better, (cases,).
    """
    ahead, behind = int((values > others).sum()), int((values < others).sum())
    return float(bdtrc(ahead - 1, ahead + behind, 0.5)) if ahead else 1.0
