"""Correlations by Fisher's z: their intervals, and the mean of several."""

import math

import numpy as np
import pytest
from scipy.stats import pearsonr

from experiments.correlations import Correlation, mean_correlation
from experiments.resampled import corrected_interval, wider


@pytest.mark.parametrize("confidence", [0.95, 0.999])
def test_a_correlation_and_its_interval_are_pearsons_and_fishers(rng, confidence):
    x = rng.normal(size=40)
    y = 0.6 * x + rng.normal(size=40)
    known = pearsonr(x, y)
    found = Correlation.of(x, y)
    assert found.pairs == 40
    assert found.r == pytest.approx(known.statistic, rel=1e-12)
    np.testing.assert_allclose(found.interval(confidence), known.confidence_interval(confidence))


def test_a_constant_tells_nothing(rng):
    for pair in ((np.full(9, 0.1), rng.normal(size=9)), (rng.normal(size=9), np.zeros(9))):
        assert Correlation.of(*pair) == Correlation(0.0, 9)


def test_the_interval_of_a_table():
    # tanh(artanh 0.5 ∓ 3.29/√100)
    low, high = Correlation(0.5, 103).interval(0.999)
    assert low == pytest.approx(math.tanh(math.atanh(0.5) - 0.329), abs=1e-4)
    assert high == pytest.approx(math.tanh(math.atanh(0.5) + 0.329), abs=1e-4)


def test_the_mean_of_the_lectures_five_experiments():
    # Its table: 0.8509, 0.8050, 0.8112, 0.7817, 0.8446, on average 0.8187.
    lecture = [Correlation(r, 100) for r in (0.8509, 0.8050, 0.8112, 0.7817, 0.8446)]
    middle, low, high = mean_correlation(lecture)
    assert middle == pytest.approx(0.8187, abs=2e-3)  # of z, and so a little above it
    assert middle > np.mean([one.r for one in lecture])
    assert low < middle < high


@pytest.mark.parametrize(("apart", "pairs"), [(0.0, 30), (0.2, 100_000)])
def test_the_means_interval_is_the_wider_of_two(apart, pairs):
    z = np.array([0.8, 1.0, 1.0, 1.0, 1.2]) if apart else np.full(5, 1.0)
    folds = [Correlation(math.tanh(value), pairs) for value in z]
    middle, low, high = mean_correlation(folds)
    assert middle == pytest.approx(math.tanh(1.0))
    by_pairs = 1.959964 / math.sqrt(5 * (pairs - 3))
    by_folds = np.ptp(corrected_interval(z, 5)) / 2
    assert (by_folds > by_pairs) == bool(apart)
    reach = max(by_pairs, by_folds)
    np.testing.assert_allclose((low, high), np.tanh([1 - reach, 1 + reach]), rtol=1e-6)


def test_the_wider_interval_reaches_as_far_as_either():
    assert wider((0.1, 0.5), (0.2, 0.7)) == (0.1, 0.7)
