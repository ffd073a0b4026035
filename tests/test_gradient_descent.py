"""Gradient descent against closed forms and scipy.optimize."""

import csv
import math

import numpy as np
import pytest
from scipy import optimize

from neurosim import Circuit, ConvergenceError, InputError
from neurosim.learning import ArmijoStep, DecayingStep, FixedStep, gradient_descent

CURVATURES = np.array([1.0, 4.0])


def bowl(w):
    return 0.5 * np.sum(CURVATURES * w**2)


def slope(w):
    return CURVATURES * w


def test_the_path_on_a_bowl_is_geometric():
    found = gradient_descent(bowl, [3, -2], slope, step=0.3)
    n = np.arange(len(found.path))[:, None]
    expected = np.array([3, -2]) * (1 - 0.3 * CURVATURES) ** n
    np.testing.assert_allclose(found.path, expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(found.values, [bowl(w) for w in expected], rtol=1e-10)
    assert found.converged
    assert np.linalg.norm(slope(found.point)) <= 1e-8 < np.linalg.norm(slope(found.path[-2]))
    np.testing.assert_array_equal(found.sizes, 0.3)


@pytest.mark.parametrize(("share", "falls"), [(0.99, True), (1.01, False)])
def test_two_over_the_largest_curvature_is_the_bound(share, falls):
    found = gradient_descent(bowl, [0, 1], slope, step=share * 2 / 4, steps=50)
    assert (np.diff(found.values) < 0).all() == falls
    assert (np.diff(found.values) > 0).all() == (not falls)


def test_divergence_says_at_which_step():
    # |1 − 0.75·4| = 2 a step: 2³³ < 10¹⁰ < 2³⁴
    with pytest.raises(ConvergenceError, match=r"diverged at step 34: at w = \[0, 1.71799e\+10\]"):
        gradient_descent(bowl, [0, 1], slope, step=0.75)


def test_momentum_is_polyaks(rng):
    start = rng.normal(size=2)
    found = gradient_descent(bowl, start, slope, step=0.2, momentum=0.6, steps=25)
    before = w = start
    for n in range(25):
        w, before = w - 0.2 * slope(w) + 0.6 * (w - before), w
        np.testing.assert_allclose(found.path[n + 1], w, rtol=1e-12)


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize(
    "options",
    [
        {"step": FixedStep(0.05), "momentum": 0.5},
        {"step": DecayingStep(0.2, half=50)},
        {"step": ArmijoStep()},
    ],
)
def test_it_ends_where_scipy_does(rng, options, given):
    matrix = rng.normal(size=(6, 3))
    matrix -= matrix.mean(axis=0)

    def value(w):
        return np.sum(np.exp(matrix @ w)) + np.sum((w - 1) ** 2)

    def gradient(w):
        return np.exp(matrix @ w) @ matrix + 2 * (w - 1)

    found = gradient_descent(
        value, np.zeros(3), gradient if given else None, tolerance=1e-7, **options
    )
    assert found.converged
    expected = optimize.minimize(value, np.zeros(3), jac=gradient, tol=1e-10).x
    np.testing.assert_allclose(found.point, expected, atol=1e-7)


def test_backtracking_takes_the_first_size_that_lowers_enough():
    found = gradient_descent(bowl, [0, 1], slope, step=ArmijoStep(1.0, 0.5, 0.1), steps=3)
    # at α: ½·4·(1 − 4α)² ≤ 2 − 0.1·α·16, so α ≤ 0.45: 1 and ½ do not, ¼ does
    np.testing.assert_array_equal(found.sizes, [0.25])
    assert found.converged


def test_backtracking_in_small_steps_comes_as_far():
    steep = gradient_descent(
        lambda w: 1e6 * w**2, 1.0, lambda w: 2e6 * w, step=ArmijoStep(shrink=0.95), steps=1
    )
    # (1 − 2·10⁶α)² ≤ 1 − 10⁻⁴·4·10⁶α, so α ≤ 0.9999·10⁻⁶
    tried = 0.95 ** np.arange(400)
    assert steep.sizes[0] == pytest.approx(tried[tried <= 0.9999e-6][0])


def test_backtracking_steps_back_from_where_the_value_overflows():
    found = gradient_descent(math.cosh, 10.0, math.sinh, step=ArmijoStep(), tolerance=1e-7)
    assert found.point == pytest.approx(0, abs=1e-7)


def test_a_decaying_step_is_half_as_large_after_so_many():
    found = gradient_descent(bowl, [1, 1], slope, step=DecayingStep(0.1, half=4), steps=9)
    assert found.sizes[[0, 4, 8]] == pytest.approx([0.1, 0.05, 0.1 / 3])


def test_the_rules_have_names():
    rules = (FixedStep(1), DecayingStep(1), ArmijoStep())
    assert [rule.name for rule in rules] == ["fixed", "decaying", "Armijo"]


def test_a_value_of_one_number():
    found = gradient_descent(lambda x: math.cosh(x - 2), 0.0, lambda x: math.sinh(x - 2))
    assert found.point == pytest.approx(2, abs=1e-8)
    assert found.path.shape == (len(found.values), 1)


def test_a_circuit_is_a_value():
    circuit = Circuit("error")
    w = circuit.inputs("w", shape=2, real=True)
    over = circuit.rate("over", excite=w, bias=-1, transfer="power")  # [w − 1]₊²
    circuit.output(circuit.rate("e", excite=over.sum(), transfer="identity"))
    found = gradient_descent(circuit, [3, 2], step=0.1, tolerance=1e-6)
    np.testing.assert_allclose(found.point, [1, 1], atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"value": lambda w: math.nan}, r"cannot start: the value is nan at w = \[1, 1\]; start"),
        ({"gradient": lambda w: w * math.inf}, r"cannot start: the gradient is \[inf, inf\]"),
        (
            {"value": lambda w: -math.inf if w[0] < 1 else w[0]},
            r"diverged at step 1: the value is -inf at w = \[0.9, 0.6\]; take a smaller step",
        ),
        # Python's own floats raise where NumPy's become infinite or NaN.
        (
            {"value": math.cosh, "start": 1.0, "gradient": math.sinh, "step": 1e3},
            r"diverged at step 1: the value is nan at w = -1174.2; take a smaller step",
        ),
        (
            {"value": lambda w: 1e200 * w.sum(), "gradient": lambda w: np.full(2, 1e200)},
            r"diverged at step 1: at w = \[-1e\+199, -1e\+199\]",
        ),
        (
            {"gradient": lambda w: -slope(w), "step": ArmijoStep()},
            "stopped at step 1: no step along the gradient lowers the value 2.5; check",
        ),
    ],
)
def test_where_it_stops_and_why(options, message):
    with pytest.raises(ConvergenceError, match=message):
        gradient_descent(**{"value": bowl, "start": [1, 1], "gradient": slope, **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"value": 1}, "^gradient_descent: value must be a function or a circuit"),
        ({"gradient": 1}, "^gradient_descent: gradient must be a function or a circuit"),
        ({"start": None}, "^gradient_descent: start must be real numbers"),
        ({"step": 0}, r"^step must be finite and above 0 \(got 0\)"),
        ({"step": "big"}, r"^step must be a number \(got 'big'\)"),
        ({"momentum": 1}, r"^momentum must be from 0 to below 1 \(got 1\)"),
        ({"momentum": "x"}, r"^momentum must be a number \(got 'x'\)"),
        (
            {"momentum": 0.5, "step": ArmijoStep()},
            r"^the Armijo rule searches along the gradient, so momentum must be 0 \(got 0.5\)",
        ),
        ({"steps": 1.5}, "^steps must be a whole number from 1"),
        ({"tolerance": -1}, "^tolerance must be finite and above 0"),
        ({"value": lambda w: w}, r"^gradient_descent: value must return one number .*\(2,\)\)"),
        ({"gradient": lambda w: 1.0}, r"^gradient_descent: gradient must return an array of shape"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        gradient_descent(**{"value": bowl, "start": [1, 1], "gradient": slope, **options})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FixedStep(-1), "^FixedStep: alpha must be finite and above 0"),
        (lambda: DecayingStep(1, 0), "^DecayingStep: half must be finite and above 0 steps"),
        (lambda: ArmijoStep(shrink=1), r"^ArmijoStep: shrink must be between 0 and 1 \(got 1\)"),
    ],
)
def test_what_the_rules_refuse(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_two_dimensions_are_a_map_and_others_a_curve():
    flat = gradient_descent(bowl, [3, -2], slope, step=0.3)
    ax = flat.plot()
    (path,) = (line for line in ax.lines if line.get_label() == "path")
    np.testing.assert_array_equal(path.get_xydata(), flat.path)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$w_1$", "$w_2$")
    line = gradient_descent(lambda x: x**2, 1.0)
    ax = line.plot()
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), line.values)
    assert ax.get_xlabel() == "step"


def test_the_table(tmp_path):
    found = gradient_descent(bowl, [1, 1], slope, step=0.25, steps=1)
    rows = [*csv.reader(found.to_csv(tmp_path / "path.csv").read_text().splitlines())]
    assert rows[0] == ["step", "alpha", "w1", "w2", "value"]
    assert rows[1] == ["0", "", "1.0", "1.0", "2.5"]
    assert rows[2] == ["1", "0.25", "0.75", "0.0", "0.28125"]
