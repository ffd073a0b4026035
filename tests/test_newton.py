"""Newton's method against closed forms and scipy.optimize."""

import csv
import math

import numpy as np
import pytest
from scipy import optimize

from neurosim import Circuit, ConvergenceError, FileError, InputError
from neurosim.learning import newton


def test_the_root_of_two_is_the_babylonians():
    found = newton(lambda x: x**2 - 2, 1, lambda x: 2 * x)
    assert found.converged
    assert found.root == pytest.approx(math.sqrt(2), rel=4e-16)
    expected = [1, 3 / 2, 17 / 12, 577 / 408, 665857 / 470832]  # xₙ₊₁ = (xₙ + 2/xₙ)/2
    np.testing.assert_allclose(found.iterates[:5], expected, rtol=1e-15)
    np.testing.assert_array_equal(found.values, found.iterates**2 - 2)
    assert str(found) == "root 1.41421 after 6 steps"


@pytest.mark.parametrize("start", [0.3, 1.0, 5.0])
def test_differences_find_scipy_s_root(start):
    found = newton(lambda x: math.exp(x) - 3 * x**2 - 2, start + 3)
    scipys = optimize.newton(lambda x: math.exp(x) - 3 * x**2 - 2, start + 3, tol=1e-14)
    assert found.converged
    assert found.root == pytest.approx(scipys, rel=1e-12)


@pytest.mark.parametrize("given", [True, False])
def test_a_system_meets_scipys_root(given):
    def system(w):
        x, y = w
        return [x**2 + y**2 - 4, np.exp(x) + y - 1]

    def jacobian(w):
        return [[2 * w[0], 2 * w[1]], [np.exp(w[0]), 1]]

    found = newton(system, [1, -1.5], jacobian if given else None)
    expected = optimize.root(system, [1, -1.5], tol=1e-13).x
    assert found.converged
    assert found.iterates.shape == found.values.shape == (len(found.iterates), 2)
    np.testing.assert_allclose(found.root, expected, rtol=1e-10)


def test_a_linear_system_takes_one_step_whatever_its_units(rng):
    matrix = rng.normal(size=(4, 4)) * np.geomspace(1e-12, 1e12, 4)[:, None]
    units = np.geomspace(1e8, 1e-8, 4)
    matrix, expected = matrix * units, [1, 2, 3, 4] / units
    right = matrix @ expected
    found = newton(lambda w: matrix @ w - right, np.zeros(4), lambda w: matrix, steps=1)
    np.testing.assert_allclose(found.iterates[1], expected, rtol=1e-10)


def test_a_circuit_is_a_function():
    circuit = Circuit("square less two")
    x = circuit.inputs("x", real=True)
    square = circuit.rate("square", excite=x, transfer="power")  # [x]₊²
    circuit.output(circuit.rate("f", excite=square, bias=-2, transfer="identity"))
    assert newton(circuit, 3.0).root == pytest.approx(math.sqrt(2), rel=1e-12)


def test_a_double_root_halves_the_error():
    found = newton(lambda x: x**2, 1, lambda x: 2 * x, steps=20)
    assert not found.converged
    np.testing.assert_array_equal(found.iterates, 0.5 ** np.arange(21))
    assert str(found) == "no root: at 9.53674e-07 after 20 steps"


def test_a_start_that_circles_uses_up_its_steps():
    found = newton(lambda x: x**3 - 2 * x + 2, 0, lambda x: 3 * x**2 - 2, steps=7)
    assert not found.converged
    np.testing.assert_array_equal(found.iterates, [0, 1] * 4)


def test_a_start_at_the_root_takes_no_step():
    found = newton(lambda x: x - 2, 2, lambda x: math.nan)
    assert (found.root, found.converged, len(found.iterates)) == (2.0, True, 1)


@pytest.mark.parametrize(
    ("function", "start", "derivative", "step", "message"),
    [
        (lambda x: x**2 - 2, 0, None, 1, r"step 1: the derivative is zero at x = 0, where the"),
        (lambda x: x**3 - 1, 1e-60, lambda x: 3 * x**2, 1, r"diverged at step 1: from x = 1e-60"),
        (
            np.arctan,
            1.5,
            lambda x: 1 / (1 + x**2),
            10,
            r"diverged at step 10: from x = -1.\d+e\+54",
        ),
        (np.log, 3, lambda x: 1 / x, 1, r"step 1: the function is nan at x = -0.295837"),
        (lambda x: math.nan, 3, None, 1, r"step 1: the function is nan at x = 3;"),
        # Python's own floats raise where NumPy's become infinite or NaN.
        (lambda x: math.exp(x) - 2, -10, math.exp, 1, r"step 1: the function is nan at x = 440"),
        (lambda x: 1 / x, 0, None, 1, r"step 1: the function is nan at x = 0;"),
        (lambda x: x - 1, 0, lambda x: 1 / x, 1, r"the derivative is not finite at x = 0;"),
        # A step beyond all floats.
        (lambda x: 1.0, 3, lambda x: 1e-310, 1, r"diverged at step 1: from x = 3 to -inf;"),
        (
            lambda w: w - 1,
            [0, 0],
            lambda w: [[1e-320, 0], [0, 1]],
            1,
            r"diverged at step 1: from x = \[0, 0\] to",
        ),
        (lambda x: x - 1, 3, lambda x: math.inf, 1, r"the derivative is not finite at x = 3;"),
        (
            lambda w: [w[0] + w[1], 2 * w[0] + 2 * w[1] + 1],
            [0, 0],
            lambda w: [[1, 1], [2, 2]],
            1,
            r"step 1: the Jacobian is singular at x = \[0, 0\]; start elsewhere",
        ),
        (lambda w: [w[0] + 1, w[0] + 2], [0, 0], None, 1, "the Jacobian is singular"),
        (lambda w: [w[0] + 1, 3], [0, 0], None, 1, "the Jacobian is singular"),
    ],
)
def test_where_it_stops_and_why(function, start, derivative, step, message):
    with pytest.raises(ConvergenceError, match=message) as caught:
        newton(function, start, derivative)
    assert caught.value.step == step
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"function": 3}, r"^newton: function must be a function or a circuit \(got 3\)"),
        ({"derivative": 3}, "^newton: derivative must be a function or a circuit"),
        ({"start": "1"}, r"^newton: start must be real numbers \(got '1'\)"),
        ({"start": [1j]}, "^newton: start must be real numbers"),
        ({"start": [[1.0]]}, r"^newton: start must be a number or a vector \(got shape \(1, 1\)"),
        ({"start": []}, "^newton: start must be a number or a vector"),
        ({"start": math.inf}, r"^newton: start must be finite \(got inf\)"),
        ({"tolerance": 0}, r"^tolerance must be finite and above 0 \(got 0\)"),
        ({"steps": 0}, r"^steps must be a whole number from 1 \(got 0\)"),
        ({"function": lambda x: [x]}, r"^newton: function must return one number .*shape \(1,\)"),
        ({"function": lambda x: None}, r"^newton: function must be real numbers \(got None\)"),
        (
            {"start": [1, 2], "derivative": lambda w: w},
            r"^newton: derivative must return an array of shape \(2, 2\) .*got shape \(2,\)",
        ),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        newton(**{"function": lambda x: x, "start": 1.0, **options})


def test_the_tangents_are_drawn_and_meet_the_axis():
    found = newton(lambda x: x**2 - 2, 4, lambda x: 2 * x)
    ax = found.plot()
    assert ax.get_title("left").replace("\n", " ") == "Root 1.41421 after 7 steps"
    tangents = [
        line for line in ax.lines if line.get_color() == "#D55E00" and len(line.get_xdata()) == 2
    ]
    assert len(tangents) == 7
    for line, x in zip(tangents, found.iterates, strict=False):
        (left, right), (high, low) = line.get_xdata(), line.get_ydata()
        assert (left, low) == (x, 0)
        assert high / (left - right) == pytest.approx(2 * x, rel=1e-6) or high < 1e-8


def test_a_system_has_no_tangents():
    with pytest.raises(InputError, match=r"one number \(this root is of a system of 1\); draw"):
        newton(lambda w: w - 1, [0.0]).plot()


def test_the_table(tmp_path):
    found = newton(lambda w: w - [1, 2], [0, 0], lambda w: np.eye(2))
    rows = [*csv.reader(found.to_csv(tmp_path / "path.csv").read_text().splitlines())]
    assert rows[0] == ["step", "x 1", "x 2", "f 1", "f 2"]
    assert [float(x) for x in rows[2]] == [1, 1, 2, 0, 0]
    newton(lambda x: x - 1, 0.5).to_csv(tmp_path / "one.csv")
    assert (tmp_path / "one.csv").read_text().startswith("step,x,f")
    with pytest.raises(FileError, match="cannot be written"):
        found.to_csv(tmp_path / "no" / "path.csv")
