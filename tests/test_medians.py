"""Medians of a few samples: how sure they are, by the order of the samples alone."""

import numpy as np
import pytest
from scipy.stats import binom

from experiments.medians import Median


@pytest.mark.parametrize(
    ("count", "k", "confidence"),
    [
        (2, 1, 1 - 2 / 4),
        (5, 1, 1 - 2 / 32),
        (6, 1, 1 - 2 / 64),
        (8, 1, 1 - 2 / 256),
        (9, 2, 1 - 2 * (1 + 9) / 512),
        (12, 3, 1 - 2 * (1 + 12 + 66) / 4096),
    ],
)
def test_the_interval_is_from_the_kth_least_to_the_kth_largest(count, k, confidence, rng):
    samples = rng.permutation(count)
    median = Median.of(samples)
    assert median.value == (count - 1) / 2
    assert (median.low, median.high) == (k - 1, count - k)
    assert median.confidence == pytest.approx(confidence)
    assert median.confidence == pytest.approx(1 - 2 * binom.cdf(k - 1, count, 0.5))


def test_one_sample_is_no_interval():
    assert Median.of(np.array([3.0])) == (3.0, 3.0, 3.0, 0.0)


def test_as_many_intervals_hold_the_median_of_all_as_they_say(rng):
    held = [m.low <= 0 <= m.high for m in map(Median.of, rng.standard_cauchy((4000, 9)))]
    assert np.mean(held) == pytest.approx(0.9609, abs=5 * np.sqrt(0.04 / 4000))


def test_it_is_told_with_its_interval():
    assert str(Median.of(np.arange(1, 7.0))) == "3.5 (97% interval 1 to 6)"
