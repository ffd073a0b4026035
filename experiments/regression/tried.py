"""What came of all folds of one way of showing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from ..correlations import Correlation, mean_correlation
from .learning import Predicted

Who = Literal["network", "plane", "mean"]


class Tried(NamedTuple):
    """What came of all folds.

    Attributes
    ----------
    shown : what was shown
    folds : what was predicted in each
    """

    shown: str
    folds: Sequence[Predicted]

    @property
    def true(self) -> np.ndarray:
        """The angles of all originals, fold by fold, in degrees, (originals,)."""
        return np.concatenate([fold.true for fold in self.folds])

    def predicted(self, who: Who = "network") -> np.ndarray:
        """Return what one predicts of them, in degrees, (originals,)."""
        return np.concatenate([getattr(fold, who) for fold in self.folds])

    def error(self, who: Who = "network") -> float:
        """Return by how many degrees one is off, as a mean."""
        return float(np.abs(self.predicted(who) - self.true).mean())

    def correlations(self, who: Who = "network") -> list[Correlation]:
        """Return the correlation of predicted and true in each fold."""
        return [Correlation.of(getattr(fold, who), fold.true) for fold in self.folds]

    def mean_correlation(self, who: Who = "network") -> tuple[float, float, float]:
        """Return their mean, and from where to where it may be, at 95%."""
        return mean_correlation(self.correlations(who))


def ahead(better: np.ndarray, worse: np.ndarray, true: np.ndarray) -> float:
    """Return by how many standard errors one's squared error is below another's, image by image.

    Parameters
    ----------
    better, worse, true
        What one and the other predict, and what is so, (images,).
    """
    gain = np.square(worse - true) - np.square(better - true)
    return float(gain.mean() / (gain.std(ddof=1) / np.sqrt(len(gain))))
