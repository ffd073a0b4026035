"""Hebb's rule and Oja's against closed forms and numpy.linalg.eigh."""

import csv
import math

import numpy as np
import pytest

from neurosim import ConvergenceError, InputError
from neurosim.learning import hebb_rule, oja_rule


@pytest.fixture
def cloud(rng):
    """Patterns of mean 0, long in one direction: (samples, inputs)."""
    x = rng.normal(size=(60, 4)) @ (np.diag([3, 2, 1.2, 0.5]) @ rng.normal(size=(4, 4)))
    return x - x.mean(axis=0)


def eigen(x):
    """The eigenvalues and eigenvectors (rows) of the mean of x·xᵀ, the largest first."""
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    return values[::-1], vectors.T[::-1]


def test_hebb_in_a_batch_multiplies_by_the_correlations(cloud, rng):
    start = rng.normal(size=4)
    found = hebb_rule(cloud, rate=0.1, passes=6, start=start, batch=True)
    values, vectors = eigen(cloud)
    for n, w in enumerate(found.path):
        expected = vectors.T @ ((1 + 0.1 * values) ** n * (vectors @ start))
        np.testing.assert_allclose(w, expected, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(found.norms, np.sqrt((found.path**2).sum(axis=1)), rtol=1e-14)
    assert not found.converged


def test_hebb_pattern_by_pattern_is_a_product(cloud, rng):
    start = rng.normal(size=4)
    found = hebb_rule(cloud, rate=0.01, passes=2, start=start)
    once = np.eye(4)
    for x in cloud:
        once = (np.eye(4) + 0.01 * np.outer(x, x)) @ once
    np.testing.assert_allclose(found.path, [start, once @ start, once @ once @ start], rtol=1e-11)


def test_hebb_grows_along_the_first_principal_component(cloud):
    values, vectors = eigen(cloud)
    found = hebb_rule(cloud, rate=1 / values[0], passes=100, batch=True)
    assert abs(found.weights @ vectors[0]) / found.norms[-1] == pytest.approx(1, abs=1e-10)
    np.testing.assert_allclose(found.norms[-1] / found.norms[-2], 2, rtol=1e-10)


@pytest.mark.compiled
def test_oja_in_a_batch_ends_at_the_first_eigenvector(cloud):
    values, vectors = eigen(cloud)
    found = oja_rule(cloud, rate=0.5 / values[0], passes=10_000, batch=True, tolerance=1e-15)
    assert found.converged
    sign = np.sign(found.path[0] @ vectors[0])
    np.testing.assert_allclose(found.weights, sign * vectors[0], atol=1e-12)
    assert found.norms[-1] == pytest.approx(1, abs=1e-13)
    assert found.norms[0] == pytest.approx(1)


@pytest.mark.compiled
def test_several_neurons_end_at_the_eigenvectors_in_order(cloud):
    values, vectors = eigen(cloud)
    found = oja_rule(
        cloud, rate=0.5 / values[0], passes=100_000, neurons=4, batch=True, tolerance=1e-15
    )
    assert found.converged
    overlaps = found.weights @ vectors.T
    np.testing.assert_allclose(np.abs(overlaps), np.eye(4), atol=1e-10)
    # Their answers are the principal components: uncorrelated, with the eigenvalues as variances.
    answers = found(cloud)
    np.testing.assert_allclose(answers.T @ answers / len(cloud), np.diag(values), atol=1e-9)


@pytest.mark.parametrize("batch", [False, True])
def test_sangers_rule_by_hand(cloud, batch, rng):
    start = 0.3 * rng.normal(size=(3, 4))
    w = start.copy()
    changes = np.zeros_like(w)
    for x in cloud[:9]:
        y = w @ x
        # Δwⱼ = η·yⱼ·(x − Σ_{k≤j} yₖ·wₖ): Sanger 1989, in matrices.
        change = 0.004 * (np.outer(y, x) - np.tril(np.outer(y, y)) @ w)
        if batch:
            changes += change / 9
        else:
            w = w + change
    found = oja_rule(cloud[:9], rate=0.004, passes=1, neurons=3, start=start, batch=batch)
    np.testing.assert_allclose(found.weights, w + changes, rtol=1e-12, atol=1e-13)
    one = oja_rule(cloud[:9], rate=0.004, passes=1, start=start[0], batch=batch)
    np.testing.assert_array_equal(one.weights, found.weights[0])


@pytest.mark.compiled
@pytest.mark.parametrize("share", [0.2, 1.0, 1.9])
def test_ojas_weights_stay_bounded(cloud, share):
    largest = (cloud**2).sum(axis=1).max()
    rate = share / largest
    found = oja_rule(cloud, rate=rate, passes=500, shuffle=True)
    # |w + Δw|² = L + s(2 + a − 2L) + s²(L − 2), L = |w|², s = ηy², a = η|x|²: no more than
    # 1 + a/2 for L up to it.
    assert (found.norms**2 <= 1 + share / 2 + 1e-12).all()
    assert found.norms[-1] > 0.9


@pytest.mark.compiled
def test_pattern_by_pattern_it_ends_the_nearer_the_smaller_the_rate(cloud):
    values, vectors = eigen(cloud)
    apart = []
    for rate in (0.02 / values[0], 0.002 / values[0]):
        found = oja_rule(cloud, rate=rate, passes=20_000, tolerance=1e-13)
        assert found.converged  # the same order each time: the same place at its end
        apart.append(1 - abs(found.weights @ vectors[0]) / found.norms[-1])
    assert apart[1] < apart[0] / 20 < 0.001  # of the angle's square


def test_two_directions_alike_leave_every_unit_vector_at_rest():
    cross = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    for angle in (0.3, 2.0):
        start = [math.cos(angle), math.sin(angle)]
        found = oja_rule(cross, rate=0.5, passes=3, start=start, batch=True, tolerance=1e-15)
        np.testing.assert_allclose(found.weights, start, rtol=1e-14)
        assert found.converged


@pytest.mark.parametrize(
    ("call", "message", "step"),
    [
        # w doubles: 2³³² < 10¹⁰⁰ < 2³³³
        (
            lambda: hebb_rule([[1.0]], rate=1, passes=500, start=[1.0]),
            r"^hebb_rule diverged in pass 334, at sample 0: the answer is beyond 1e\+100, for "
            "nothing bounds these weights; take fewer passes, or oja_rule$",
            334,
        ),
        # w becomes 4w − 3w³: 2, −16, 12,224, −5·10¹², 5·10³⁸, −3·10¹¹⁶
        (
            lambda: oja_rule([[1.0]], rate=3, start=[2.0]),
            r"^oja_rule diverged in pass \d+, at sample 0: the answer is beyond 1e\+100 at a rate "
            r"of 3; take a rate of at most 1/max\|x\|² = 1, and a start no longer than 1$",
            6,
        ),
        (
            lambda: oja_rule([[1.0, 2]], rate=3, start=[[2.0, 0], [0, 1]], neurons=2),
            "at sample 0, neuron [01]: the answer is beyond",
            None,
        ),
    ],
)
def test_divergence_says_where(call, message, step):
    with pytest.raises(ConvergenceError, match=message) as caught:
        call()
    assert step is None or caught.value.step == step


@pytest.mark.parametrize(
    ("rule", "options", "message"),
    [
        (hebb_rule, {"patterns": []}, "^hebb_rule: patterns must be"),
        (oja_rule, {"patterns": [[math.inf]]}, "^oja_rule: patterns must be finite"),
        (hebb_rule, {"rate": -1}, "^hebb_rule: rate must be finite and above 0"),
        (oja_rule, {"passes": 1.5}, "^oja_rule: passes must be a whole number from 1"),
        (oja_rule, {"seed": None}, "^oja_rule: seed must be a whole number from 0"),
        (oja_rule, {"batch": "no"}, r"^oja_rule: batch must be True or False \(got 'no'\)"),
        (hebb_rule, {"shuffle": 1}, r"^hebb_rule: shuffle must be True or False \(got 1\)"),
        (oja_rule, {"tolerance": math.nan}, "^oja_rule: tolerance must be finite, 0 or above"),
        (oja_rule, {"neurons": 0}, "^oja_rule: neurons must be a whole number from 1"),
        (oja_rule, {"neurons": 3}, "^oja_rule: neurons must be at most 2, the inputs"),
        (hebb_rule, {"start": [0, 0]}, "^hebb_rule: start must not be 0: a neuron that never"),
        (oja_rule, {"start": [[1, 0], [0, 0]], "neurons": 2}, "^oja_rule: start must not be 0"),
        (oja_rule, {"start": [1]}, r"^oja_rule: start must be of shape \(2,\)"),
    ],
)
def test_what_they_refuse(rule, options, message):
    given = {"patterns": [[1.0, 0], [0, 1]], "rate": 0.1, **options}
    with pytest.raises(InputError, match=message):
        rule(**given)


def test_the_drawing_and_the_table(cloud, tmp_path):
    flat = oja_rule(cloud[:, :2], rate=1e-4, passes=3)
    assert str(flat).startswith("has not converged after 3 passes, at |w| = ")
    ax = flat.plot()
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), flat.path)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$w_1$", "$w_2$")
    rows = [*csv.reader(flat.to_csv(tmp_path / "path.csv").read_text().splitlines())]
    assert rows[0] == ["pass", "w1", "w2"]
    assert [float(x) for x in rows[-1]] == [3, *flat.weights]
    deep = oja_rule(cloud, rate=0.01, passes=3, neurons=2)
    ax = deep.plot()
    np.testing.assert_array_equal([line.get_ydata() for line in ax.lines], deep.norms.T)
    header = deep.to_csv(tmp_path / "both.csv").read_text().splitlines()[0]
    assert header.split(",")[:5] == ["pass", "w1 of 0", "w2 of 0", "w3 of 0", "w4 of 0"]
