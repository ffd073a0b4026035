"""The experiment `delta-rule`: its claims at the ends of its parameters, and its closed forms."""

import numpy as np
import pytest
from scipy import optimize

from experiments import delta_rule
from experiments.delta_rule import bound, linear_layers, patterns, slopes, wandering
from neurosim import InputError
from neurosim.learning import delta_rule as learn
from neurosim.learning import gradient_descent
from neurosim.plotting import new_figure
from neurosim.result import Result

pytestmark = pytest.mark.compiled


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.mark.parametrize(
    ("correlation", "noise", "seed"), [(0.0, 0.01, 1), (0.9, 3.0, 2), (0.383876620733297, 1.0, 3)]
)
def test_every_claim_holds_at_the_ends_of_the_parameters(correlation, noise, seed):
    assert failed(delta_rule.run(correlation, noise, seed, quick=True)) == []


def test_white_columns_are_orthogonal(rng):
    x = patterns.white(rng, 30, 4)
    np.testing.assert_allclose(x.T @ x / 30, np.eye(4), atol=1e-14)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-14)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_misadjustment_is_where_the_covariance_rests(share):
    """K ← K − η(RK + KR) + η²(2RKR + R·tr RK) + η²σ²R: Gaussian fourth moments, step by step."""
    correlations = np.array([[1, 0.6], [0.6, 1]])
    curvatures = np.array([0.4, 1.6])
    rate = share * wandering.endless_rate(curvatures)
    covariance = np.zeros((2, 2))
    for _ in range(5000):
        heard = correlations @ covariance
        covariance = (
            covariance
            - rate * (heard + heard.T)
            + rate**2 * (2 * heard @ correlations + correlations * (np.trace(heard) + 1))
        )
        covariance = (covariance + covariance.T) / 2  # else rounding that is not so would grow
    expected = np.trace(correlations @ covariance)
    assert wandering.misadjustment(rate, curvatures) == pytest.approx(expected, rel=1e-9)


def test_small_rates_cost_half_the_rate_times_the_power():
    curvatures = np.array([0.4, 1.6])
    assert wandering.misadjustment(1e-6, curvatures) == pytest.approx(1e-6, rel=1e-5)
    # Two equal inputs: s = ηλ/(1 − ηλ) is 1 at ηλ = ½.
    assert wandering.endless_rate(np.ones(2)) == pytest.approx(0.5)


def test_the_layers_gradient_is_their_errors(rng):
    layers = linear_layers.Layers(rng.normal(size=(9, 3)), rng.normal(size=(9, 2)), 2)
    for w in rng.normal(size=(3, 10)):
        np.testing.assert_allclose(
            layers.gradient(w), optimize.approx_fprime(w, layers.value, 1e-7), atol=1e-5
        )
    first, second = layers.apart(w)
    np.testing.assert_allclose(
        layers.circuit(w)(layers.x), layers.x @ (second @ first).T, rtol=1e-12
    )


def test_a_middle_leaves_what_the_best_map_of_its_rank_leaves():
    result = Result("delta-rule")
    _, ax = new_figure()
    linear_layers.narrow_the_middle(result, ax, 0.5, 7)
    rows = result.tables["narrow-middle"].rows
    assert [row[2] for row in rows] == [5.75, 1.75, 0.75]  # 2² + 1², 1², nothing; and 3·½²
    assert not failed(result)


def test_the_table_of_batches_grows_above_the_bound():
    result = delta_rule.run(quick=True)
    rows = result.tables["batches"].rows
    assert len(rows) == bound.PASSES
    # Along the steepest axis the excess error is (1 − ηλmax)² = 1.1² times as large each pass.
    above = [row[3] for row in rows]
    assert above[-1] / above[-2] == pytest.approx(1.1**2, rel=1e-3)


def test_the_claims_about_the_bound_can_fail(monkeypatch):
    def slower(*given, rate, **options):
        return learn(*given, rate=0.9 * rate, **options)

    monkeypatch.setattr(bound, "delta_rule", slower)
    result = Result("delta-rule")
    bound.learn_below_and_above(result, bound.Plane(0.5, 0.3, 0))
    wrong = " ".join(failed(result))
    assert "1 − ηλmax" in wrong
    assert "it diverges" in wrong


def test_the_claims_about_wandering_can_fail(monkeypatch):
    monkeypatch.setattr(
        wandering, "misadjustment", lambda rate, curvatures: rate * curvatures.sum() / 2
    )
    result = Result("delta-rule")
    _, ax = new_figure()
    wandering.measure_wandering(result, ax, 0.5, 0.3, 64, 0)
    assert len(failed(result)) == 1


def test_the_claims_about_slopes_can_fail(monkeypatch):
    def linear(*given, transfer="identity", **options):
        return learn(*given, **options)

    monkeypatch.setattr(slopes, "delta_rule", linear)
    monkeypatch.setattr(slopes, "largest_rate", lambda patterns: 0.1)
    result = Result("delta-rule")
    _, ax = new_figure()
    slopes.compare_forms(result, ax)
    wrong = " ".join(failed(result))
    assert "for every f" in wrong
    assert "with f′" in wrong


def test_the_claims_about_layers_can_fail(monkeypatch):
    def early(*given, **options):
        return gradient_descent(*given, **{**options, "steps": 20})

    monkeypatch.setattr(linear_layers, "gradient_descent", early)
    result = Result("delta-rule")
    _, axes = new_figure(1, 2)
    linear_layers.stop_at_xor(result, axes[0], 0)
    linear_layers.narrow_the_middle(result, axes[1], 0.3, 0)
    wrong = " ".join(failed(result))
    for part in ("stop at the same ¼", "answer ½ to everything", "a middle of 1, 2, 3", "with 3"):
        assert part in wrong


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"correlation": 0.95}, r"^correlation must be from 0 to 0.9 \(got 0.95\)"),
        ({"correlation": float("nan")}, "^correlation must be from 0 to 0.9"),
        ({"noise": 0.0}, r"^noise must be from 0.01 to 3 \(got 0\)"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        delta_rule.run(**options)
