"""How many of the images held out are told right, and how sure that number is."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import bdtrc, ndtri  # scipy.stats takes a second to import

CONFIDENCE = 0.95


class Accuracy(NamedTuple):
    """How many of so many images are right, where one answer for all is right of a part."""

    right: int
    images: int
    chance: float

    @classmethod
    def of(cls, answers: np.ndarray, labels: np.ndarray) -> Accuracy:
        """Return how many answers are the labels; chance is always to say the commonest."""
        commonest = np.bincount(labels).max() / len(labels)
        return cls(int((answers == labels).sum()), len(labels), float(commonest))

    @property
    def part(self) -> float:
        """The part that is right."""
        return self.right / self.images

    @property
    def interval(self) -> tuple[float, float]:
        """What the part may be of all such images, at 95 % (Wilson 1927)."""
        z = ndtri((1 + CONFIDENCE) / 2)
        weight = self.images / (self.images + z * z)
        middle = weight * self.part + (1 - weight) / 2
        spread = self.part * (1 - self.part) / self.images + z * z / (4 * self.images**2)
        reach = weight * z * math.sqrt(spread)
        return float(middle - reach), float(middle + reach)

    @property
    def by_chance(self) -> float:
        """The probability that guesses at chance are right as often, by the exact binomial test."""
        return float(bdtrc(self.right - 1, self.images, self.chance))
