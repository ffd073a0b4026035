"""The corrected interval of repeated folds, beside that of independent samples."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from experiments.resampled import corrected_interval


@pytest.mark.parametrize(("rounds", "folds"), [(1, 3), (2, 5), (10, 10)])
@pytest.mark.parametrize("confidence", [0.95, 0.999])
def test_it_is_students_interval_widened_by_the_samples_shared(rng, rounds, folds, confidence):
    scores = rng.normal(0.8, 0.05, rounds * folds)
    student = ttest_1samp(scores, 0).confidence_interval(confidence)
    # Nadeau & Bengio's variance over that of the mean of independent scores, 1 + J n₂/n₁.
    wider = np.sqrt(1 + rounds * folds / (folds - 1))
    found = corrected_interval(scores, folds, confidence)
    np.testing.assert_allclose(np.mean(found), scores.mean())
    np.testing.assert_allclose(np.ptp(found), wider * np.ptp(student))


def test_more_rounds_do_not_make_it_as_small_as_one_likes():
    widths = [np.ptp(corrected_interval(np.tile([0.7, 0.9], n), 5)) for n in (10, 1000, 100_000)]
    assert widths[0] > widths[1] > widths[2]
    assert widths[2] == pytest.approx(2 * 1.96 * 0.1 * np.sqrt(1 / 4), rel=1e-3)
