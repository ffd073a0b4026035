"""How many of the cases held out are told right, and how sure that number is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import bdtrc  # scipy.stats takes a second to import

from neurosim.result import Result

from .proportions import CONFIDENCE, wilson_interval
from .signs import ahead_by_chance

SURE = 0.001  # the largest probability of a claim to fail by chance


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
        """What the part may be of all such cases, at 95% (Wilson 1927)."""
        return wilson_interval(self.right, self.cases)

    @property
    def by_chance(self) -> float:
        """The probability that guesses at chance are right as often, by the exact binomial test."""
        return float(bdtrc(self.right - 1, self.cases, self.chance))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.part:.1f}% ({100 * low:.1f} to {100 * high:.1f})"


def claim_above_chance(
    result: Result, accuracy: Accuracy, told: str, at_most: float = SURE, who: str = ""
) -> None:
    """Claim that more cases are told right than by one answer for all; say how sure the part is.

    Parameters
    ----------
    told
        What is told: "held-out digits".
    at_most
        The largest probability of so many by chance.
    who
        Who tells them, where several do.
    """
    low, high = accuracy.interval
    result.claim(
        f"{f'{who}: ' if who else ''}{accuracy.right} of {accuracy.cases} {told} are told right "
        f"({CONFIDENCE:.0%} interval {low:.1%} to {high:.1%}), and {accuracy.chance:.0%} would be "
        "by one answer for all: probability of as many by chance (exact binomial test)",
        accuracy.by_chance, at_most=at_most,
    )  # fmt: skip


def tabulate_accuracies(result: Result, learners: Mapping[str, Accuracy]) -> None:
    """Add the table of how many cases held out each learner tells right, by its name."""
    result.table(
        "held-out",
        ("learner", "right", "cases", "accuracy", "from (95%)", "to (95%)"),
        [
            (name, score.right, score.cases, score.part, *score.interval)
            for name, score in learners.items()
        ],
    )


def behind_by_chance(answers: np.ndarray, others: np.ndarray, labels: np.ndarray) -> float:
    """Return the probability that equals are as far behind others as these answers are.

    McNemar's test (1947), exact and one-sided: of the cases that only one of both tells right,
    half would be told right by the first.  Of several rounds a case counts for the one that tells
    it right more often.

    Parameters
    ----------
    answers, others
        The classes told by one and by the other, (cases,) or (rounds, cases).
    labels
        The true ones, (cases,).
    """
    first, second = (np.atleast_2d(told == labels).sum(axis=0) for told in (answers, others))
    return ahead_by_chance(second, first)
