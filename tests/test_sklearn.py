"""Our estimators under scikit-learn's own checks, and beside its perceptron."""

import numpy as np
import pytest

from neurosim import ConvergenceError, InputError
from neurosim.learning import perceptron_rule

pytestmark = pytest.mark.peers
sklearn = pytest.importorskip("sklearn", reason="scikit-learn is not installed (extra: peers)")

from sklearn.linear_model import Perceptron  # noqa: E402 (after the skip)
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from neurosim.learning import PerceptronClassifier  # noqa: E402


def overlapping(rng, classes=2):
    patterns = rng.normal(size=(120, 4))
    drive = patterns @ rng.normal(size=(4, classes)) + 0.3 * rng.normal(size=(120, classes))
    return patterns, drive.argmax(axis=1)


@parametrize_with_checks([PerceptronClassifier()])
def test_every_check_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("classes", [2, 4])
def test_it_learns_what_scikit_learns_perceptron_does(rng, classes):
    patterns, labels = overlapping(rng, classes)
    names = np.array(["ape", "bee", "cat", "dog"])[labels]
    ours = PerceptronClassifier(shuffle=False, passes=15).fit(patterns, names)
    peer = Perceptron(shuffle=False, max_iter=15, tol=None).fit(patterns, names)
    np.testing.assert_allclose(ours.coef_, peer.coef_, atol=1e-12)
    np.testing.assert_allclose(ours.intercept_, peer.intercept_, atol=1e-12)
    np.testing.assert_array_equal(ours.predict(patterns), peer.predict(patterns))
    assert ours.score(patterns, names) == peer.score(patterns, names)
    assert ours.n_iter_ == 15


def test_it_is_the_rule(rng):
    patterns, labels = overlapping(rng)
    fitted = PerceptronClassifier(rate=0.5, passes=3, random_state=7).fit(patterns, labels)
    seed = int(np.random.RandomState(7).randint(2**31))
    found = perceptron_rule(patterns, labels, rate=0.5, passes=3, shuffle=True, seed=seed)
    np.testing.assert_array_equal(fitted.coef_[0], found.weights)
    assert fitted.learning_.mistakes == found.mistakes


def test_without_a_bound_it_says_that_no_plane_parts_the_classes():
    table = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    with pytest.raises(ConvergenceError, match="no plane parts the classes"):
        PerceptronClassifier(passes=None).fit(table, [0, 1, 1, 0])


def test_one_class_is_refused():
    with pytest.raises(
        InputError, match=r"y must have two classes at least \(got one class, 'a'\)"
    ):
        PerceptronClassifier().fit([[1], [2]], ["a", "a"])
