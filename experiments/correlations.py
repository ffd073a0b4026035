"""How sure a correlation is, and the mean of several, by Fisher's z."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from scipy.special import ndtri  # scipy.stats takes a second to import

from .proportions import CONFIDENCE
from .resampled import corrected_interval, wider


class Correlation(NamedTuple):
    """Pearson's correlation of so many pairs, that are independent of one another."""

    r: float
    pairs: int

    @classmethod
    def of(cls, predicted: np.ndarray, measured: np.ndarray) -> Self:
        """Return that of two quantities, (pairs,) each; of a constant, which tells nothing, 0."""
        if not (np.ptp(predicted) and np.ptp(measured)):
            return cls(0.0, len(measured))
        return cls(float(np.corrcoef(predicted, measured)[0, 1]), len(measured))

    @property
    def z(self) -> float:
        """Fisher's (1921) z, artanh r: nearly normal, with a deviation of 1/√(pairs − 3)."""
        return math.atanh(self.r)

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Return what it may be of all such pairs, of which that part of the intervals holds it."""
        reach = float(ndtri((1 + confidence) / 2)) / math.sqrt(self.pairs - 3)
        return math.tanh(self.z - reach), math.tanh(self.z + reach)


def mean_correlation(of_folds: Sequence[Correlation]) -> tuple[float, float, float]:
    """Return the mean of the correlations of folds, by their z, and from where to where it may be.

    The interval is the wider, at either end, of two at 95%: by how many pairs there are in all
    (Fisher 1921), and by how the folds differ, which have learned from much the same samples
    (Nadeau & Bengio 2003).

    Parameters
    ----------
    of_folds
        One a fold, of pairs of its own.
    """
    z = np.array([one.z for one in of_folds])
    middle = math.tanh(z.mean())
    few = Correlation(middle, sum(one.pairs - 3 for one in of_folds) + 3).interval()
    low, high = corrected_interval(z, len(z))
    return middle, *wider(few, (math.tanh(low), math.tanh(high)))
