"""Each machine tried on each image by folds, several times over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..accuracy import Accuracy, behind_by_chance
from ..held_out import fold
from ..proportions import wilson_interval
from ..resampled import corrected_interval, wider
from .cases import Case
from .machines import Learn


class Tried(NamedTuple):
    """What came of one case.

    In every round all images are held out once, in folds with nearly as many of each class, and
    the machines learn the same images.

    Attributes
    ----------
    case : what was to be told
    folds : of a round
    of_fold : in which fold of a round each image was held out, from 0, (rounds, images)
    held_out : how often each image was, in a round, (rounds, images)
    shared : how many images held out were, pixel by pixel, also learned, all folds together
    answers : what each machine takes each image for, (rounds, images), by its name
    """

    case: Case
    folds: int
    of_fold: np.ndarray
    held_out: np.ndarray
    shared: int
    answers: dict[str, np.ndarray]

    def right(self, machine: str) -> np.ndarray:
        """Return whether each image is told right, (rounds, images)."""
        return self.answers[machine] == self.case.labels

    def by_fold(self, machine: str) -> np.ndarray:
        """Return the part of each fold that is told right, (rounds · folds,)."""
        right = self.right(machine)
        places = self.of_fold + self.folds * np.arange(len(right))[:, None]
        return np.bincount(places.ravel(), right.ravel()) / np.bincount(places.ravel())

    def accuracy(self, machine: str) -> Accuracy:
        """Return how many images are told right in a round: the mean, rounded down."""
        count = self.right(machine).shape[1]
        return Accuracy(self.right(machine).sum() // len(self.of_fold), count, self.case.chance)

    def interval(self, machine: str) -> tuple[float, float]:
        """Return what the part told right may be, at 95%: the wider of two intervals at each end.

        Nadeau & Bengio's (2003) comes from how folds differ, and so from what was learned; where
        all folds are alike it is nothing.  Wilson's (1927) comes from how few images there are.
        """
        right = self.right(machine)
        learned = corrected_interval(self.by_fold(machine), self.folds)
        few = wilson_interval(right.mean() * right.shape[1], right.shape[1])
        low, high = wider(learned, few)
        return max(0.0, low), min(1.0, high)

    def ahead(self, machine: str, other: str) -> tuple[float, float, float]:
        """Return by how much of all images a machine is ahead, and from where to where at 95%."""
        gain = self.by_fold(machine) - self.by_fold(other)
        return float(gain.mean()), *corrected_interval(gain, self.folds)

    def behind_by_chance(self, machine: str, other: str) -> float:
        """Return the probability that equals are as far behind as a machine is behind another."""
        return behind_by_chance(self.answers[machine], self.answers[other], self.case.labels)


def try_out(case: Case, machines: Mapping[str, Learn], rounds: int, folds: int, seed: int) -> Tried:
    """Let machines learn a case, fold by fold, and name the images held out.

    Parameters
    ----------
    rounds
        How often all images are divided anew.
    folds
        Parts that are held out in turn, from 3 to 10.
    seed
        Of the divisions and of what machines do by chance.
    """
    size = (rounds, len(case.images))
    of_fold, held_out = np.zeros(size, dtype=int), np.zeros(size, dtype=int)
    answers = {name: np.full(size, -1) for name in machines}
    shared = 0
    for number in range(rounds):
        parts = fold(np.arange(size[1]), case.labels, folds, seed + number)
        for place, part in enumerate(parts):
            learned, out = part.x, part.x_held_out
            of_fold[number, out] = place
            held_out[number, out] += 1
            shared += _shared(case.images[learned], case.images[out])
            for name, learn in machines.items():
                tell = learn(case.images[learned], case.labels[learned], seed + number)
                answers[name][number, out] = tell(case.images[out])
    return Tried(case, folds, of_fold, held_out, shared, answers)


def _shared(learned: np.ndarray, out: np.ndarray) -> int:
    """Return how many images of one kind are among those of another, pixel by pixel."""
    known = {image.tobytes() for image in learned}
    return sum(image.tobytes() in known for image in out)
