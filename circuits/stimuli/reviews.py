"""Reviews by a small grammar, whose verdict lies in the order of the words alone.

A review praises and blames in equal parts, with filling words between; "not" stands before one of
its judgments, some filling words ahead, and turns it round.  The verdict is the sum of all
judgments: a good one turned leaves more bad ones.  As any judgment is turned with equal chance, a
review and its twin with the other verdict have the same words equally often: whoever counts words
is right half of the time, whoever keeps "not" in mind until the next judgment is always right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim import InputError
from neurosim.timing import real, whole

GOOD = ("good", "lovely", "moving", "witty", "brilliant", "charming", "graceful", "rich")
BAD = ("bad", "dull", "clumsy", "hollow", "tedious", "shallow", "stale", "weak")
FILLING = (
    "the", "a", "film", "plot", "music", "scene", "is", "was", "and", "very", "with", "so",
)  # fmt: skip
PADDING, NOT = 0, 1
VOCABULARY = ("", "not", *GOOD, *BAD, *FILLING)


@dataclass(frozen=True, eq=False)
class Reviews:
    """Reviews of varying lengths, and the verdict of each.

    Attributes
    ----------
    sequences : the words of each, their places in the vocabulary; 0, the padding, is never one
    labels : 1 where the judgments come to more good than bad, else 0, int64, (reviews,)
    vocabulary : the words, the padding's first
    best_accuracy : expected of the best reader; of the best that counts words it is 1/2
    """

    sequences: list[list[int]]
    labels: np.ndarray
    vocabulary: tuple[str, ...]
    best_accuracy: float

    def __len__(self) -> int:
        return len(self.sequences)

    def text(self, number: int) -> str:
        """Return a review as a line of text."""
        return " ".join(self.vocabulary[word] for word in self.sequences[number])


def make_reviews(
    count: int, seed: int = 0, *, pairs: int = 1, longest_gap: int = 3, mislabelled: float = 0.0
) -> Reviews:
    """Return reviews whose verdict is in the order of their words.

    Parameters
    ----------
    count
        Reviews.
    seed
        An integer from 0.
    pairs
        Good judgments, and as many bad ones, at most; from 1 to so many with equal chance.
    longest_gap
        Filling words before "not" and before each judgment, at most; from 0 to so many with equal
        chance.
    mislabelled
        Chance that a review bears the other verdict, from 0 to 1/2: the best accuracy is
        1 − mislabelled.

    Raises
    ------
    InputError
        A number or a chance that cannot be.
    """
    count, seed = whole(count, "count", 0), whole(seed, "seed", 0)
    pairs, longest_gap = whole(pairs, "pairs", 1), whole(longest_gap, "longest_gap", 0)
    try:
        chance = real(mislabelled)
    except (TypeError, ValueError):
        chance = -1.0
    if not 0 <= chance <= 0.5:
        raise InputError(f"mislabelled must be a chance from 0 to 1/2 (got {mislabelled!r})")
    random = np.random.default_rng(seed)
    written = [_review(random, pairs, longest_gap) for _ in range(count)]
    favourable = np.array([label for _, label in written], np.int64)
    wrong = random.random(count) < chance
    labels = np.where(wrong, 1 - favourable, favourable)
    return Reviews([words for words, _ in written], labels, VOCABULARY, 1.0 - chance)


def _review(random: np.random.Generator, pairs: int, longest_gap: int) -> tuple[list[int], int]:
    """Return the words of one review, and 1 where its judgments come to more good than bad."""
    good = random.permutation(np.repeat([True, False], random.integers(1, pairs + 1)))
    turned = random.integers(len(good))
    words: list[int] = []
    for place, is_good in enumerate(good.tolist()):
        words += _filling(random, longest_gap)
        if place == turned:
            words += [NOT, *_filling(random, longest_gap)]
        judgments = GOOD if is_good else BAD
        words.append(VOCABULARY.index(judgments[random.integers(len(judgments))]))
    return words, int(not good[turned])


def _filling(random: np.random.Generator, longest: int) -> list[int]:
    first = len(VOCABULARY) - len(FILLING)
    return random.integers(first, len(VOCABULARY), random.integers(longest + 1)).tolist()
