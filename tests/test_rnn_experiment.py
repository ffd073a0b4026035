"""The experiment `rnn`: its claims, twins of reviews, and IMDB's file."""

import numpy as np
import pytest

from circuits.stimuli import make_reviews
from circuits.stimuli.reviews import NOT, VOCABULARY
from experiments import rnn
from experiments.rnn.learners import counts
from experiments.rnn.twins import IS_GOOD, twin
from neurosim import InputError

pytestmark = pytest.mark.compiled


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


def verdict(words):
    """Whether the judgments come to more good than bad, read word by word."""
    total, turned = 0, False
    for word in words:
        if word == NOT:
            turned = True
        elif word in IS_GOOD:
            total += 1 if IS_GOOD[word] != turned else -1
            turned = False
    return int(total > 0)


def test_twins_have_the_same_words_and_opposite_verdicts(rng):
    reviews = make_reviews(200, 3, pairs=3)
    for words, label in zip(reviews.sequences, reviews.labels, strict=True):
        other = twin(words, rng)
        assert sorted(other) == sorted(words)
        assert verdict(words) == label
        assert verdict(other) == 1 - label


def test_words_are_counted_and_padding_is_none():
    table = counts(np.array([[0, 0, 3, 1], [2, 2, 2, 4]]), 6)
    np.testing.assert_array_equal(table, [[0, 1, 0, 1, 0, 0], [0, 0, 3, 0, 1, 0]])


def test_every_claim_holds_where_some_verdicts_are_wrong():
    result = rnn.run(mislabelled=0.1, seed=1, quick=True)
    assert failed(result) == []
    assert any("verdicts are true" in claim.claim for claim in result.claims)
    right = result.tables["held-out"].rows[0]
    assert right[1] > 0.8 * right[2]


def test_claims_can_fail(monkeypatch):
    def by_a_word(count, seed, **options):
        made = make_reviews(count, seed, **options)
        praised = [VOCABULARY.index("good") in words for words in made.sequences]
        return type(made)(made.sequences, np.array(praised, int), VOCABULARY, 1.0)

    monkeypatch.setattr(rnn, "make_reviews", by_a_word)
    wrong = " ".join(failed(rnn.run(quick=True)))
    assert "who counts words is right half of the time" in wrong
    assert "tells twins apart" in wrong


def test_a_users_reviews_are_learned(tmp_path, rng, monkeypatch):
    arrays = {}
    for part in ("train", "test"):
        labels = rng.integers(0, 2, 120)
        texts = np.empty(120, object)
        texts[:] = [[*rng.integers(30, 90, 5).tolist(), 10 + 10 * int(label)] for label in labels]
        arrays |= {f"x_{part}": texts, f"y_{part}": labels}
    np.savez(tmp_path / "imdb.npz", **arrays)
    monkeypatch.setattr(rnn, "MOST_WORDS", 100)
    monkeypatch.setattr(rnn, "LONGEST", 8)
    result = rnn.run(data=tmp_path / "imdb.npz", quick=True)
    assert failed(result) == []
    assert result.tables["held-out"].rows[0][2] == 120


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reviews": 100}, r"^reviews must be from 1500 to 20000 \(got 100\)"),
        ({"mislabelled": 0.2}, r"^mislabelled must be from 0 to 0.1 \(got 0.2\)"),
        ({"networks": 0}, r"^networks must be from 1 to 10 \(got 0\)"),
        ({"epochs": 9}, r"^epochs must be from 10 to 100 \(got 9\)"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        rnn.run(**options)
