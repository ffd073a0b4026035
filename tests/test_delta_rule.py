"""The delta rule against loops that say the same, least squares, and closed forms."""

import csv
import math
import sys

import numpy as np
import pytest
from scipy.linalg import lstsq

from neurosim import ConvergenceError, FileError, InputError, learning, power
from neurosim.learning import delta_rule, largest_rate

FUNCTIONS = {
    "identity": (lambda u: u, lambda u: 1.0),
    "threshold-linear": (lambda u: max(u, 0.0), lambda u: float(u > 0)),
    "logistic": (lambda u: 1 / (1 + math.exp(-u)), lambda u: 0.25 / math.cosh(u / 2) ** 2),
    "tanh": (math.tanh, lambda u: 1 / math.cosh(u) ** 2),
    "softplus": (lambda u: math.log1p(math.exp(u)), lambda u: 1 / (1 + math.exp(-u))),
}


def by_hand(x, t, start, rate, passes, batch, transfer):
    """One pattern after the other, one neuron after the other, one weight after the other."""
    f, slope = FUNCTIONS[transfer]
    x, path, errors = np.column_stack([x, np.ones(len(x))]), [start], []
    for _ in range(passes):
        heard = learning = path[-1].copy()
        if batch:
            learning = heard.copy()
        error = 0.0
        for n in range(len(x)):
            u = [sum(w * value for w, value in zip(row, x[n], strict=True)) for row in heard]
            for j in range(len(start)):
                miss = t[n, j] - f(u[j])
                error += miss**2 / t.size
                for e in range(x.shape[1]):
                    change = rate * miss * slope(u[j]) * x[n, e]
                    learning[j, e] += change / len(x) if batch else change
        path.append(learning)
        errors.append(error)
    return np.array(path), np.array(errors)


@pytest.fixture
def noisy(rng):
    """Patterns about 0, and targets that no line answers: (samples, inputs), (samples,)."""
    x = rng.normal(size=(40, 3)) * [1, 2, 0.5]
    return x, x @ [1, -0.5, 2] + 0.7 + 0.3 * rng.normal(size=40)


def solved(x, t):
    return lstsq(np.column_stack([x, np.ones(len(x))]), t)[0]


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("transfer", FUNCTIONS)
def test_each_pattern_moves_the_weights_along_its_own_slope(transfer, batch, rng):
    x, t = rng.normal(size=(7, 11)), rng.random((7, 3))
    start = 0.3 * rng.normal(size=(3, 12))
    path, errors = by_hand(x, t, start, 0.2, 4, batch, transfer)
    found = delta_rule(x, t, rate=0.2, passes=4, transfer=transfer, start=start, batch=batch)
    np.testing.assert_allclose(found.path, path, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.errors, errors, rtol=1e-12)
    np.testing.assert_array_equal(found.weights, found.path[-1, :, :-1])
    np.testing.assert_array_equal(found.bias, found.path[-1, :, -1])
    one = delta_rule(x, t[:, 1], rate=0.2, passes=4, transfer=transfer, start=start[1], batch=batch)
    np.testing.assert_array_equal(one.path, found.path[:, 1])
    f = FUNCTIONS[transfer][0]
    expected = [f(u) for u in x @ one.weights + one.bias]
    np.testing.assert_allclose(one(x), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.compiled
@pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
def test_in_a_batch_it_ends_at_least_squares(noisy, share):
    x, t = noisy
    found = delta_rule(
        x, t, rate=share * largest_rate(x), passes=100_000, batch=True, tolerance=1e-13
    )
    assert found.converged
    np.testing.assert_allclose([*found.weights, found.bias], solved(x, t), atol=1e-10)
    at_best = np.mean((t - np.column_stack([x, np.ones(40)]) @ solved(x, t)) ** 2)
    assert found.errors[-1] == pytest.approx(at_best, rel=1e-10)
    assert (np.diff(found.errors) <= 1e-14).all()


def test_the_largest_rate_is_the_bound(noisy):
    x, t = noisy
    design = np.column_stack([x, np.ones(40)])
    values, vectors = np.linalg.eigh(design.T @ design / 40)
    assert largest_rate(x) == pytest.approx(2 / values[-1])
    assert largest_rate(x, bias=False) == pytest.approx(2 * 40 / np.linalg.norm(x, 2) ** 2)
    # Along the steepest axis each pass multiplies the distance by 1 − η·λmax.
    for share, factor in ((0.9, -0.8), (1.1, -1.2)):
        rate = share * largest_rate(x)
        start = solved(x, t) + vectors[:, -1]
        found = delta_rule(x, t, rate=rate, passes=20, start=start, batch=True)
        along = (found.path - solved(x, t)) @ vectors[:, -1]
        np.testing.assert_allclose(along, factor ** np.arange(21), rtol=1e-9)


@pytest.mark.parametrize("scale", [1e-80, 1e80])
def test_the_largest_rate_of_patterns_of_any_size(scale):
    assert largest_rate([[scale, 0], [0, 2 * scale]], bias=False) == pytest.approx(
        1 / scale**2, rel=1e-12
    )


@pytest.mark.compiled
def test_weights_that_answer_every_pattern_are_found_pattern_by_pattern(noisy, rng):
    x, _ = noisy
    t = x @ [1, -0.5, 2] + 0.7
    largest = (x**2).sum(axis=1).max() + 1
    for shuffle in (False, True):
        found = delta_rule(x, t, rate=1 / largest, passes=10_000, shuffle=shuffle, tolerance=0)
        np.testing.assert_allclose([*found.weights, found.bias], [1, -0.5, 2, 0.7], atol=1e-13)
        assert found.converged  # nothing moves any more


def test_each_shuffled_pass_has_an_order_of_its_own(noisy):
    x, t = noisy
    found, again, other = (
        delta_rule(x, t, rate=0.05, passes=5, shuffle=True, seed=seed).path for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(found, again)
    assert not np.array_equal(found, other)
    # Two patterns, one weight: a pass is one of two products, by which pattern came first.
    found = delta_rule([[1.0], [2.0]], [1.0, 1.0], rate=0.1, passes=40, bias=False, shuffle=True)
    w = found.path[:-1, 0]
    first = [w + 0.1 * (1 - w), w + 0.1 * 2 * (1 - 2 * w)]
    after = np.array([first[0] + 0.1 * 2 * (1 - 2 * first[0]), first[1] + 0.1 * (1 - first[1])])
    near = np.abs(after - found.path[1:, 0]) < 1e-14
    assert near.any(axis=0).all()
    assert 5 < near[0].sum() < 35


@pytest.mark.compiled
def test_a_run_is_the_same_however_it_is_cut(noisy, monkeypatch):
    x, t = noisy
    whole = delta_rule(x, t, rate=0.05, passes=30)
    monkeypatch.setattr("neurosim.learning.passes.STRETCH", 7 * 40 * 4)
    cut = delta_rule(x, t, rate=0.05, passes=30)
    np.testing.assert_array_equal(cut.path, whole.path)
    np.testing.assert_array_equal(cut.errors, whole.errors)
    halves = delta_rule(x, t, rate=0.05, passes=15)
    again = delta_rule(x, t, rate=0.05, passes=15, start=halves.path[-1])
    np.testing.assert_array_equal(again.path, whole.path[15:])


@pytest.mark.compiled
@pytest.mark.parametrize("scale", [1.0, 1e3, 1e9])
@pytest.mark.parametrize("transfer", ["identity", "tanh"])
def test_it_does_not_rest_early_where_weights_are_small(noisy, scale, transfer):
    """Patterns in a unit a thousand times smaller have weights that are as much smaller."""
    x, t = noisy
    t = 0.1 * (t - 0.7)
    rate = 0.1 * largest_rate(x, bias=False)
    whole, small = (
        delta_rule(
            unit * x, t, rate=rate / unit**2, passes=3000, bias=False, batch=True, tolerance=1e-6,
            transfer=transfer,
        )
        for unit in (1.0, scale)
    )  # fmt: skip
    assert small.converged
    np.testing.assert_allclose(scale * small.weights, whole.weights, rtol=1e-4)


@pytest.mark.compiled
def test_small_targets_are_learned_as_large_ones_are(noisy):
    x, t = noisy
    large, small = (
        delta_rule(x, unit * t, rate=0.5 * largest_rate(x), batch=True, passes=3000, tolerance=1e-9)
        for unit in (1, 1e-12)
    )
    np.testing.assert_allclose(1e12 * small.weights, large.weights, rtol=1e-6)


def test_without_a_bias():
    found = delta_rule([[2.0], [0.0]], [6.0, 1.0], rate=0.25, passes=3, bias=False)
    # w ← w + ¼·(6 − 2w)·2 = 3 at once; the second pattern says nothing.
    np.testing.assert_array_equal(found.path[:, 0], [0, 3, 3, 3][: len(found.path)])
    assert found.bias == 0
    assert found.converged
    np.testing.assert_array_equal(found.errors, [(36 + 1) / 2, 1 / 2])
    assert found([1.0]) == 3
    assert found(np.zeros((2, 5, 1))).shape == (2, 5)


def test_the_neurons_are_a_circuit(noisy):
    x, t = noisy
    found = delta_rule(x, np.column_stack([t, -t]), rate=0.01, transfer="tanh")
    circuit = found.circuit()
    np.testing.assert_allclose(circuit(x[3]), np.tanh(found.weights @ x[3] + found.bias))
    np.testing.assert_array_equal(found(x)[3], circuit(x[3]))
    assert found(x.reshape(4, 10, 3)).shape == (4, 10, 2)


def test_threshold_linear_neurons_start_where_they_answer():
    found = delta_rule([[1.0], [2.0]], [1.0, 3.0], rate=0.1, passes=1, transfer="threshold-linear")
    np.testing.assert_array_equal(found.path[0], [0, 1])
    with pytest.raises(InputError, match="neuron 1 is silent at every pattern, where threshold-li"):
        delta_rule(
            [[1.0], [2.0]], np.ones((2, 2)), rate=0.1, transfer="threshold-linear",
            start=[[1, 0], [-1, 0]],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "message"),
    [
        # Each time u − t becomes (1 − 4η)(u − t) = −3(u − t): 3²¹ = 1.05·10¹⁰ is the first beyond.
        (
            {"rate": 1.0},
            r"^delta_rule diverged in pass 22, at sample 0: the net input is beyond 1e\+10 at a "
            r"rate of 1; take a rate of at most 1/max\|x\|² = 0.25$",
        ),
        (
            {"rate": 1.0, "batch": True, "targets": [[0.5, 1]]},
            r"^delta_rule diverged in pass 22, at sample 0, neuron 1: .* take a rate below "
            r"2/λmax = 0.5$",
        ),
    ],
)
def test_divergence_says_where(options, message):
    given = {"patterns": [[2.0]], "targets": [1.0], "bias": False, **options}
    with pytest.raises(ConvergenceError, match=message) as caught:
        delta_rule(**given)
    assert caught.value.step == 22


def test_divergence_at_the_very_end_is_seen():
    with pytest.raises(ConvergenceError, match=r"in pass 1, at sample 1, neuron 1: .* rate of 1e"):
        delta_rule([[0.0], [1e90]], [[0, 0], [0, 1e90]], rate=1e200, passes=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patterns": [1.0]}, "^delta_rule: patterns must be of shape"),
        ({"patterns": [[math.nan], [1]]}, "^delta_rule: patterns must be finite"),
        ({"targets": [1.0]}, r"^delta_rule: targets must be of shape \(2,\), or"),
        ({"targets": [1.0, math.inf]}, "^delta_rule: targets must be finite"),
        ({"rate": 0}, r"^delta_rule: rate must be finite and above 0 \(got 0\)"),
        ({"passes": 0}, r"^delta_rule: passes must be a whole number from 1 \(got 0\)"),
        ({"seed": -1}, "^delta_rule: seed must be a whole number from 0"),
        ({"bias": 1}, r"^delta_rule: bias must be True or False \(got 1\)"),
        ({"batch": "no"}, r"^delta_rule: batch must be True or False \(got 'no'\)"),
        ({"shuffle": None}, r"^delta_rule: shuffle must be True or False \(got None\)"),
        ({"tolerance": -1}, r"^delta_rule: tolerance must be finite, 0 or above \(got -1\)"),
        ({"tolerance": "x"}, r"^delta_rule: tolerance must be a number \(got 'x'\)"),
        (
            {"start": [1.0]},
            r"^delta_rule: start must be of shape \(2,\), the weights and, last, the bias \(got sh",
        ),
        ({"start": [1.0, math.nan]}, r"^delta_rule: start must be finite \(got nan\)"),
        ({"start": [1.0, 1e91]}, "^delta_rule: start "),
        ({"transfer": "step"}, "^delta_rule: transfer 'step' has slope 0 .* perceptron_rule"),
        ({"transfer": power()}, "^delta_rule: transfer must be one of identity, .*'power'"),
        ({"transfer": "relu"}, "'threshold-linear'"),
    ],
)
def test_what_it_refuses(options, message):
    given = {"patterns": [[0.0], [1.0]], "targets": [1.0, 2.0], "rate": 0.1, **options}
    with pytest.raises(ValueError, match=message):
        delta_rule(**given)


def test_what_the_others_refuse():
    with pytest.raises(InputError, match=r"^largest_rate: all patterns are 0, so no rate is too"):
        largest_rate(np.zeros((2, 2)), bias=False)
    with pytest.raises(InputError, match=r"^largest_rate: bias must be True or False \(got 'a'\)"):
        largest_rate(np.ones((2, 2)), bias="a")
    found = delta_rule([[0.0], [1.0]], [1.0, 2.0], rate=0.1)
    with pytest.raises(InputError, match=r"it has 1 input, .* shape \(…, 1\) \(got \(2,\)\)"):
        found([1.0, 2.0])
    with pytest.raises(InputError, match=r"^Circuit 'delta': patterns must be real numbers in one"):
        found([[1.0], [1.0, 2.0]])
    with pytest.raises(FileError, match="cannot be written"):
        found.to_csv("nowhere/at/all.csv")


def test_the_regressor_asks_for_scikit_learn(monkeypatch):
    monkeypatch.delitem(sys.modules, "neurosim.learning.regressor", raising=False)
    for name in [name for name in sys.modules if name.startswith("sklearn.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    message = (
        r"^DeltaRegressor needs scikit-learn, which is not .*: pip install 'neurosim\[sklearn\]'$"
    )
    with pytest.raises(ImportError, match=message):
        learning.DeltaRegressor  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'DeltaRegression'"):
        learning.DeltaRegression  # noqa: B018


def test_the_curve_and_the_table(tmp_path):
    found = delta_rule([[0.0], [1.0]], [1.0, 2.0], rate=0.5, passes=2)
    assert str(found) == "has not converged after 2 passes, at a mean squared error of 0.0390625"
    ax = found.plot(label="curve")
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [(1, 1.625), (2, 0.0390625)])
    assert (ax.get_xlabel(), ax.get_yscale()) == ("pass", "log")
    rows = [*csv.reader(found.to_csv(tmp_path / "path.csv").read_text().splitlines())]
    # The first pattern misses by 1: b = ½; the second by 1½: w = ¾, b = 1¼.
    assert rows[:2] == [["pass", "error", "w1", "bias"], ["0", "", "0.0", "0.0"]]
    assert rows[2] == ["1", "1.625", "0.75", "1.25"]
    both = delta_rule([[0.0], [1.0]], [[1.0, 2.0], [2.0, 0.0]], rate=0.5, passes=1)
    header = both.to_csv(tmp_path / "both.csv").read_text().splitlines()[0]
    assert header == "pass,error,w1 of 0,bias of 0,w1 of 1,bias of 1"
