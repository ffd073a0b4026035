"""Samples held out in turn, and how sure what is told of them is."""

import numpy as np
import pytest
from scipy.stats import binomtest

from experiments.accuracy import Accuracy, behind_by_chance, claim_above_chance, tabulate_accuracies
from experiments.confusion import confusion, draw_confusion
from experiments.held_out import fold, given_apart
from experiments.mistakes import draw_mistakes
from experiments.mlp_binary.roc import Roc
from experiments.proportions import wilson_interval
from neurosim import InputError
from neurosim.plotting import new_figure
from neurosim.result import Result


def test_each_sample_is_held_out_once_and_classes_are_shared_out(rng):
    y = rng.permutation(np.repeat([0, 1], [30, 60]))
    x = np.arange(90.0)[:, None]
    parts = fold(x, y, 5, seed=3)
    assert sorted(np.concatenate([part.x_held_out[:, 0] for part in parts])) == list(range(90))
    for part in parts:
        assert not set(part.x[:, 0]) & set(part.x_held_out[:, 0])
        assert len(part.x) + len(part.x_held_out) == 90
        assert list(np.bincount(part.y_held_out)) == [6, 12]
        np.testing.assert_array_equal(part.y, y[part.x[:, 0].astype(int)])
        assert (np.diff(part.x[:, 0]) < 0).any()  # in no order
    again = fold(x, y, 5, seed=3)
    np.testing.assert_array_equal(again[0].x, parts[0].x)
    assert not np.array_equal(fold(x, y, 5, seed=4)[0].x, parts[0].x)


def test_standard_units_are_those_of_what_is_learned(rng):
    part = fold(rng.normal(5, 3, (40, 2)), rng.normal(size=40), 4, 0)[0]
    standard = part.standardized()
    np.testing.assert_allclose(standard.x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(standard.x.std(axis=0), 1)
    expected = (part.x_held_out - part.x.mean(axis=0)) / part.x.std(axis=0)
    np.testing.assert_allclose(standard.x_held_out, expected)


@pytest.mark.parametrize("parts", [2, 11, 8])
def test_parts_that_cannot_be(parts):
    with pytest.raises(
        InputError, match=rf"^folds must be from 3 to 10, .* \(got {parts} of 7 samples\)$"
    ):
        fold(np.zeros((7, 1)), np.zeros(7), parts, 0)


@pytest.mark.parametrize(("learned", "tried"), [(0, 3), (3, 0)])
def test_a_set_without_samples_is_refused(learned, tried):
    train, test = ((np.zeros((n, 2, 2)), np.zeros(n)) for n in (learned, tried))
    with pytest.raises(
        InputError, match=rf"^a set needs samples .* \(got {learned} and {tried}\)$"
    ):
        given_apart(train, test, 0)


def test_who_falls_behind_by_chance_is_told_by_the_binomial_test():
    labels = np.zeros(20, dtype=int)
    one, other = np.zeros(20, dtype=int), np.zeros(20, dtype=int)
    one[:7] = 1  # 7 mistakes of its own
    other[18:] = 1  # 2 of the other's
    expected = binomtest(2, 9, 0.5, "less").pvalue
    assert behind_by_chance(one, other, labels) == pytest.approx(expected)
    assert behind_by_chance(one, one, labels) == 1
    # Of three rounds a case counts for the one that tells it right more often.
    rounds = np.stack([one, one, np.ones_like(one)]), np.stack([other, other, other])
    assert behind_by_chance(*rounds, labels) == pytest.approx(binomtest(2, 20, 0.5, "less").pvalue)
    assert str(Accuracy(13, 20, 0.5)) == "65.0% (43.3 to 81.9)"  # Wilson's


def test_a_claim_of_accuracy_states_its_interval():
    result = Result("held-out")
    claim_above_chance(result, Accuracy(13, 20, 0.5), "held-out cases")
    claim_above_chance(result, Accuracy(20, 20, 0.5), "held-out cases", who="retina")
    guessed, told = result.claims
    assert guessed.claim.startswith(
        "13 of 20 held-out cases are told right (95% interval 43.3% to 81.9%), and 50% would be"
    )
    assert guessed.measured == pytest.approx(binomtest(13, 20, 0.5, "greater").pvalue)
    assert not guessed.holds
    assert told.holds
    assert told.claim.startswith("retina: 20 of 20 held-out cases")


def test_accuracies_are_tabulated_with_their_intervals():
    result = Result("held-out")
    tabulate_accuracies(result, {"network": Accuracy(13, 20, 0.5)})
    (table,) = result.tables.values()
    assert table.header[-2:] == ("from (95%)", "to (95%)")
    assert table.rows == (("network", 13, 20, 0.65, *wilson_interval(13, 20)),)


def test_the_area_is_the_part_of_pairs_in_their_order(rng):
    scores, labels = rng.integers(0, 6, 40).astype(float), rng.integers(0, 2, 40)
    pairs = scores[labels == 1][:, None] - scores[labels == 0]
    expected = (pairs > 0).mean() + (pairs == 0).mean() / 2
    roc = Roc.of(scores, labels)
    assert roc.area == pytest.approx(expected, abs=1e-14)
    assert roc.area_below_the_curve == pytest.approx(expected, abs=1e-14)
    assert (roc.false_alarms[0], roc.hits[0], roc.false_alarms[-1], roc.hits[-1]) == (0, 0, 1, 1)
    at = 3  # the part of each class at or above a score
    place = np.flatnonzero(roc.hits == (scores[labels == 1] >= at).mean())
    assert (scores[labels == 0] >= at).mean() in roc.false_alarms[place]


def test_the_areas_error_is_that_of_scores_that_fall_off_exponentially(rng):
    # Exponential scores of rates 1 and 1/3: the area is 3/4, and the formula is exact.
    areas = [
        Roc.of(
            np.append(rng.exponential(1, 30), rng.exponential(3, 20)), np.repeat([0, 1], [30, 20])
        )
        for _ in range(2000)
    ]
    found = np.array([roc.area for roc in areas])
    assert found.mean() == pytest.approx(0.75, abs=4 * found.std() / 2000**0.5)
    mean_error = np.sqrt(np.mean([roc.error**2 for roc in areas]))
    assert mean_error == pytest.approx(found.std(), rel=0.08)


def test_confusion_counts_and_writes_what_is_taken_for_what():
    labels, answers = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 0])
    table = confusion(answers, labels, 3)
    np.testing.assert_array_equal(table, [[1, 1, 0], [0, 1, 0], [2, 0, 1]])
    _, ax = new_figure()
    draw_confusion(ax, table, "abc")
    assert sorted(text.get_text() for text in ax.texts) == ["1", "1", "1", "1", "2"]


@pytest.mark.parametrize("channels", [1, 3])
def test_mistakes_are_named(channels):
    images, labels = np.zeros((30, 2, 2, channels)), np.zeros(30, dtype=int)
    answers = np.repeat([0, 1], [10, 20])
    _, ax = new_figure()
    draw_mistakes(ax, images, answers, labels, "ab")
    assert [text.get_text() for text in ax.texts] == ["a as b"] * 12
    _, ax = new_figure()
    draw_mistakes(ax, images, labels, labels, "ab")
    assert not ax.texts
