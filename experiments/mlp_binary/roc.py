"""The receiver operating characteristic: hits against false alarms, for every threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Roc:
    """How well scores tell two classes apart (Hanley & McNeil 1982).

    Attributes
    ----------
    false_alarms, hits : the parts of class 0 and of class 1 at or above each threshold, from the
        highest threshold on, (thresholds + 1,)
    area : the probability that a score of class 1 is above one of class 0, ties counted by half
    error : the area's standard error
    """

    false_alarms: np.ndarray
    hits: np.ndarray
    area: float
    error: float

    @classmethod
    def of(cls, scores: np.ndarray, labels: np.ndarray) -> Roc:
        """Return that of scores, (cases,), of cases of class 0 and 1, both of which there are.

        The area is that of Mann and Whitney's U (1947), by the ranks of the scores.
        """
        from scipy.stats import rankdata  # a second to import

        positive = labels == 1
        ones, zeros = int(positive.sum()), int((~positive).sum())
        area = (rankdata(scores)[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros)
        # Two of class 1 above one of class 0, and one of class 1 above two of class 0, of scores
        # that fall off exponentially.
        two_above, above_two = area / (2 - area), 2 * area**2 / (1 + area)
        variance = (
            area * (1 - area)
            + (ones - 1) * (two_above - area**2)
            + (zeros - 1) * (above_two - area**2)
        ) / (ones * zeros)
        order = np.argsort(-scores, kind="stable")
        last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
        hits, alarms = np.cumsum(positive[order])[last], np.cumsum(~positive[order])[last]
        return cls(
            np.append(0, alarms) / zeros,
            np.append(0, hits) / ones,
            float(area),
            math.sqrt(max(variance, 0.0)),
        )

    @property
    def area_below_the_curve(self) -> float:
        """The area by trapezoids."""
        return float(np.trapezoid(self.hits, self.false_alarms))
