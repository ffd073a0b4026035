"""`DeltaRegressor` against scikit-learn's own checks, and SGDRegressor."""

import pickle

import numpy as np
import pytest

pytestmark = pytest.mark.peers
pytest.importorskip("sklearn")

from sklearn.linear_model import LinearRegression, SGDRegressor  # noqa: E402
from sklearn.model_selection import cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from neurosim import ConvergenceError, InputError  # noqa: E402
from neurosim.learning import DeltaRegressor  # noqa: E402


@parametrize_with_checks([DeltaRegressor(), DeltaRegressor(bias=False, shuffle=True)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.fixture
def plane(rng):
    x = rng.normal(size=(300, 4)) * [1, 20, 0.1, 3] + [0, 5, 0, -3]
    return x, x @ [2, 0.1, 5, -1] + 4 + 0.5 * rng.normal(size=300)


def test_it_learns_what_sgd_learns(plane):
    x, y = plane
    ours = DeltaRegressor(rate=1e-3, passes=7, tolerance=0).fit(x, y)
    theirs = SGDRegressor(
        penalty=None, learning_rate="constant", eta0=1e-3, shuffle=False, max_iter=7, tol=None
    ).fit(x, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-10)
    assert ours.intercept_ == pytest.approx(theirs.intercept_[0], rel=1e-10)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=1e-9, atol=1e-12)


def test_in_a_pipeline_it_is_nearly_the_best_plane(plane):
    x, y = plane
    learner = make_pipeline(StandardScaler(), DeltaRegressor(random_state=0, shuffle=True))
    scores = cross_val_score(learner, x, y)
    best = cross_val_score(LinearRegression(), x, y)
    # A hundredth more squared error, and what five folds of 60 leave to chance.
    assert ((1 - scores) < 1.1 * (1 - best)).all()


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_no_rate_need_be_given(plane, scale):
    x, y = plane
    learner = DeltaRegressor().fit(scale * x, y)
    squares = (scale**2 * x**2).sum(axis=1) + 1
    assert learner.rate_ == pytest.approx(min(0.02 / squares.mean(), 1 / squares.max()))


@pytest.mark.parametrize("scale", [1.0, 1e6, 1e9])
def test_patterns_in_a_small_unit_are_learned_as_well(rng, scale):
    x = rng.normal(size=(200, 3))
    y = x @ [1, -2, 0.5]
    assert DeltaRegressor().fit(scale * x, y).score(scale * x, y) > 0.9999


def test_patterns_without_a_rate(rng):
    """Too large, and too small for their squares to be numbers."""
    x, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    with pytest.raises(InputError, match=r"^delta_rule: patterns must be finite"):
        DeltaRegressor().fit(1e200 * x, y)
    assert DeltaRegressor(bias=False).fit(1e-160 * x, y).rate_ == 1


def test_targets_in_columns(plane):
    x, y = plane
    x = StandardScaler().fit_transform(x)
    both = DeltaRegressor().fit(x, np.column_stack([y, -2 * y]))
    one = DeltaRegressor().fit(x, y)
    np.testing.assert_allclose(
        both.predict(x), np.column_stack([one.predict(x), -2 * one.predict(x)]), rtol=1e-3
    )
    assert both.coef_.shape == (2, 4)
    assert both.intercept_.shape == (2,)


def test_copies_answer_alike(plane):
    x, y = plane
    learner = DeltaRegressor(random_state=3, shuffle=True, passes=5).fit(x, y)
    again = pickle.loads(pickle.dumps(learner))
    np.testing.assert_array_equal(again.predict(x), learner.predict(x))
    same = DeltaRegressor(random_state=3, shuffle=True, passes=5).fit(x, y)
    np.testing.assert_array_equal(same.coef_, learner.coef_)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"rate": -1}, InputError, "^delta_rule: rate must be finite and above 0"),
        ({"transfer": "step"}, InputError, "^delta_rule: transfer 'step' has slope 0"),
        ({"rate": 1.0}, ConvergenceError, "^delta_rule diverged in pass 1"),
    ],
)
def test_what_it_refuses(options, error, message, plane):
    with pytest.raises(error, match=message):
        DeltaRegressor(**options).fit(*plane)
