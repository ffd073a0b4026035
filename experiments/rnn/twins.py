"""Twins: two reviews of the same words, whose verdicts differ by where "not" stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from circuits.stimuli.reviews import BAD, GOOD, NOT, VOCABULARY

IS_GOOD = {VOCABULARY.index(word): True for word in GOOD} | {
    VOCABULARY.index(word): False for word in BAD
}


def twin(words: Sequence[int], random: np.random.Generator) -> list[int]:
    """Return a review with "not" moved before one of the judgments of the other kind.

    Where it turned a good judgment it turns a bad one then, so that the verdict is the other.
    """
    at = list(words).index(NOT)
    turned = next(IS_GOOD[word] for word in words[at + 1 :] if word in IS_GOOD)
    rest = [word for word in words if word != NOT]
    places = [n for n, word in enumerate(rest) if word in IS_GOOD and IS_GOOD[word] != turned]
    place = places[random.integers(len(places))]
    return [*rest[:place], NOT, *rest[place:]]
