"""How sure a mean over folds is, although what the folds learn from overlaps."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import stdtrit  # scipy.stats takes a second to import

from .proportions import CONFIDENCE


def corrected_interval(
    scores: np.ndarray, folds: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return what a mean over the folds of repeated cross-validation may be, by the corrected t.

    What is learned from in two folds is largely the same, so that their scores are not
    independent, and s/√J, the standard error of J independent ones, is too small: more rounds
    would make it as small as one likes.  Nadeau & Bengio (2003) put s·√(1/J + n₂/n₁) in its place,
    of n₂ samples held out and n₁ learned from; Bouckaert & Frank (2004) showed that it serves
    repeated folds, where n₂/n₁ = 1/(folds − 1).

    Parameters
    ----------
    scores
        One a fold, all rounds together, (J,); or the differences of two machines' scores.
    folds
        Of a round.
    confidence
        The part of such intervals that hold the truth, about.
    """
    count = len(scores)
    error = scores.std(ddof=1) * math.sqrt(1 / count + 1 / (folds - 1))
    reach = float(stdtrit(count - 1, (1 + confidence) / 2) * error)
    middle = float(scores.mean())
    return middle - reach, middle + reach


def wider(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return the interval that reaches as far as either does, at both ends."""
    return min(one[0], other[0]), max(one[1], other[1])
