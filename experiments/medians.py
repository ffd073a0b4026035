"""The median of a few samples, and how sure it is, whatever they are distributed like."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from scipy.special import bdtr  # scipy.stats takes a second to import

from .proportions import CONFIDENCE


class Median(NamedTuple):
    """The median of a few samples, and between which of them that of all such samples may lie.

    Attributes
    ----------
    value : of these samples
    low, high : from which sample to which that of all may be
    confidence : the part of such intervals that hold it, at least: 95% where there are six samples
        or more; fewer do not reach that
    """

    value: float
    low: float
    high: float
    confidence: float

    @classmethod
    def of(cls, samples: np.ndarray) -> Self:
        """Return that of samples, (samples,), by their order alone (Thompson 1936).

        As each is below the median of all with probability ½, fewer than k of n are with a
        probability of P = Σ (n choose i)/2ⁿ, i < k: the k-th least and the k-th largest hold it
        between them but for 2P.  The largest such k that leaves 95% or more is taken, or 1.
        """
        ordered = np.sort(samples)
        count = len(ordered)
        out = 2 * bdtr(np.arange(count // 2), count, 0.5)  # for k from 1
        k = max(1, int((out <= 1 - CONFIDENCE).sum()))
        confidence = 1 - float(out[k - 1]) if count > 1 else 0.0
        return cls(float(np.median(ordered)), float(ordered[k - 1]), float(ordered[-k]), confidence)

    def __str__(self) -> str:
        interval = f"{self.confidence:.0%} interval {self.low:.3g} to {self.high:.3g}"
        return f"{self.value:.3g} ({interval})"
