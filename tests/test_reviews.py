"""Reviews whose verdict is in the order of words: a reader is right, a counter at chance."""

import itertools

import numpy as np
import pytest

from circuits.stimuli import Reviews, make_reviews
from circuits.stimuli.reviews import BAD, FILLING, GOOD
from neurosim import InputError


def verdict(text):
    """Whether the judgments come to more good than bad, "not" turning the next one round."""
    total, sign = 0, 1
    for word in text.split():
        if word == "not":
            sign = -1
        elif word in GOOD or word in BAD:
            total += sign if word in GOOD else -sign
            sign = 1
    return int(total > 0)


@pytest.mark.parametrize("pairs", [1, 3])
def test_a_reader_who_keeps_not_in_mind_is_always_right(pairs):
    reviews = make_reviews(300, 5, pairs=pairs)
    read = [verdict(reviews.text(number)) for number in range(len(reviews))]
    np.testing.assert_array_equal(read, reviews.labels)
    assert reviews.best_accuracy == 1


def test_equal_words_have_either_verdict_equally_often():
    # Of one pair and no filling, the judgments' kinds are all that a counter sees, and they are
    # the same in every review; four orders of "not", good and bad remain.
    reviews = make_reviews(4000, 1, longest_gap=0)
    kinds = [tuple((w > 9) + (w > 1) for w in words) for words in reviews.sequences]
    assert {tuple(sorted(kind)) for kind in kinds} == {(0, 1, 2)}
    orders = {kind: reviews.labels[[k == kind for k in kinds]] for kind in set(kinds)}
    assert set(orders) == {o for o in itertools.permutations((0, 1, 2)) if o[-1] != 0}
    assert all(len(np.unique(labels)) == 1 for labels in orders.values())
    assert reviews.labels.mean() == pytest.approx(0.5, abs=4 * 0.5 / 4000**0.5)


@pytest.mark.compiled
def test_no_count_of_words_goes_with_the_verdict():
    reviews = make_reviews(6000, 2, pairs=2)
    counts = np.array(
        [np.bincount(s, minlength=len(reviews.vocabulary)) for s in reviews.sequences]
    )
    varying = counts.std(axis=0) > 0
    correlations = np.corrcoef(counts[:, varying].T, reviews.labels)[-1, :-1]
    assert np.abs(correlations).max() < 4.5 / 6000**0.5
    lengths = counts.sum(axis=1)
    assert abs(np.corrcoef(lengths, reviews.labels)[0, 1]) < 4.5 / 6000**0.5


def test_what_a_review_is_made_of():
    reviews = make_reviews(500, 3, pairs=2, longest_gap=4)
    assert isinstance(reviews, Reviews)
    assert reviews.vocabulary == ("", "not", *GOOD, *BAD, *FILLING)
    texts = [reviews.text(number).split() for number in range(len(reviews))]
    assert all(text.count("not") == 1 for text in texts)
    goods = [sum(word in GOOD for word in text) for text in texts]
    assert goods == [sum(word in BAD for word in text) for text in texts]
    assert set(goods) == {1, 2}
    lengths = {len(text) for text in texts}
    assert min(lengths) >= 3
    assert max(lengths) <= 5 + 5 * 4
    assert len(lengths) > 10
    assert all(0 < word < len(reviews.vocabulary) for words in reviews.sequences for word in words)


def test_the_seed_makes_the_reviews():
    first, again, other = (make_reviews(20, seed) for seed in (4, 4, 5))
    assert first.sequences == again.sequences != other.sequences
    np.testing.assert_array_equal(first.labels, again.labels)
    assert len(make_reviews(0)) == 0


@pytest.mark.compiled
def test_some_bear_the_other_verdict():
    reviews = make_reviews(4000, 6, mislabelled=0.1)
    read = [verdict(reviews.text(number)) for number in range(len(reviews))]
    assert reviews.best_accuracy == 0.9
    assert np.mean(read == reviews.labels) == pytest.approx(0.9, abs=4 * (0.09 / 4000) ** 0.5)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"count": -1}, "count must be a whole number from 0 .got -1"),
        ({"count": 1, "pairs": 0}, "pairs must be a whole number from 1"),
        ({"count": 1, "longest_gap": 1.5}, "longest_gap must be a whole number from 0"),
        ({"count": 1, "mislabelled": 0.6}, "mislabelled must be a chance from 0 to 1/2 .got 0.6"),
        ({"count": 1, "mislabelled": "a"}, "mislabelled must be a chance"),
    ],
)
def test_what_is_no_review_is_told(options, match):
    with pytest.raises(InputError, match=match):
        make_reviews(**options)
