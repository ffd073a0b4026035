"""How many of the cases held out are told right, and how sure that number is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import bdtr, bdtrc  # scipy.stats takes a second to import

from .proportions import wilson_interval


class Accuracy(NamedTuple):
    """How many of so many cases are right, where one answer for all is right of a part."""

    right: int
    cases: int
    chance: float

    @classmethod
    def of(cls, answers: np.ndarray, labels: np.ndarray) -> Accuracy:
        """Return how many answers are the labels; chance is always to say the commonest."""
        commonest = np.bincount(labels).max() / len(labels)
        return cls(int((answers == labels).sum()), len(labels), float(commonest))

    @property
    def part(self) -> float:
        """The part that is right."""
        return self.right / self.cases

    @property
    def interval(self) -> tuple[float, float]:
        """What the part may be of all such cases, at 95 % (Wilson 1927)."""
        return wilson_interval(self.right, self.cases)

    @property
    def by_chance(self) -> float:
        """The probability that guesses at chance are right as often, by the exact binomial test."""
        return float(bdtrc(self.right - 1, self.cases, self.chance))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.part:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def behind_by_chance(answers: np.ndarray, others: np.ndarray, labels: np.ndarray) -> float:
    """Return the probability that equals are as far behind others as these answers are.

    McNemar's test (1947), exact and one-sided: of the cases that only one of both tells right,
    half would be told right by the first.

    Parameters
    ----------
    answers, others, labels
        The classes told by one, by the other, and the true ones, (cases,).
    """
    first, second = answers == labels, others == labels
    ahead, behind = int((first & ~second).sum()), int((second & ~first).sum())
    return float(bdtr(ahead, ahead + behind, 0.5)) if ahead + behind else 1.0
