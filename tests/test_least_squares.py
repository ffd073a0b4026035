"""Least squares against NumPy, SciPy, closed forms and published values."""

import csv
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from neurosim import FileError, FitError, InputError
from neurosim.learning import least_squares
from neurosim.plotting import new_figure


def plane(rng, rows=2000, count=4):
    x = rng.normal(size=(rows, count)) * [1, 10, 0.1, 5][:count] + [0, 3, 100, -2][:count]
    return x, x @ [1.0, -0.5, 7.0, 0.0][:count] + 3 + rng.normal(size=rows)


def test_a_line_is_that_of_linregress(rng):
    x = rng.uniform(-3, 8, 60)
    y = 2 - 0.7 * x + rng.normal(size=60)
    fit, known = least_squares(x, y), stats.linregress(x, y)
    found = [
        fit.intercept, fit.coefficients[0], fit.intercept_error, fit.standard_errors[0],
        fit.r_squared,
    ]  # fmt: skip
    expected = [
        known.intercept, known.slope, known.intercept_stderr, known.stderr, known.rvalue**2,
    ]  # fmt: skip
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(fit.residuals, y - known.intercept - known.slope * x, atol=1e-13)
    assert fit.degrees_of_freedom == 58
    assert fit.residual_deviation == pytest.approx(np.sqrt(np.square(fit.residuals).sum() / 58))


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("rows", [6, 511, 512, 513, 5000])  # of one block, and of several
def test_a_plane_is_that_of_numpy_and_the_normal_equations(rng, intercept, rows):
    x, y = plane(rng, rows)
    fit = least_squares(x, y, intercept=intercept)
    design = np.column_stack([np.ones(rows), x]) if intercept else x
    expected, (squares,), *_ = np.linalg.lstsq(design, y)
    found = [fit.intercept, *fit.coefficients] if intercept else fit.coefficients
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(fit.residuals, y - design @ expected, atol=1e-9)
    free = rows - design.shape[1]
    assert fit.degrees_of_freedom == free
    assert fit.residual_deviation**2 * free == pytest.approx(squares, rel=1e-8)
    errors = np.sqrt(squares / free * np.diag(np.linalg.inv(design.T @ design)))
    told = [fit.intercept_error, *fit.standard_errors] if intercept else fit.standard_errors
    np.testing.assert_allclose(told, errors, rtol=1e-5)
    around = np.square(y - y.mean() * intercept).sum()
    assert fit.r_squared == pytest.approx(1 - squares / around, abs=1e-10)


def test_the_coefficients_are_exact_to_rounding_where_the_normal_equations_are_not():
    # Läuchli's columns: their products lose ε² to rounding.
    epsilon = Fraction(1, 2**30)
    x = np.array([[1, 1, 1], [epsilon, 0, 0], [0, epsilon, 0], [0, 0, epsilon]], dtype=float)
    y = np.array([6, 1 * 2.0**-30, 2 * 2.0**-30, 3 * 2.0**-30])
    assert np.linalg.matrix_rank(x.T @ x) == 1
    fit = least_squares(x, y, intercept=False)
    np.testing.assert_allclose(fit.coefficients, [1, 2, 3], atol=1e-6)  # 2³⁰ · 2⁻⁵²


def test_longley_is_as_certified():
    # NIST StRD, Longley (1967): highly collinear; certified to 15 digits.
    x = np.array(
        [
            [83.0, 234289, 2356, 1590, 107608, 1947], [88.5, 259426, 2325, 1456, 108632, 1948],
            [88.2, 258054, 3682, 1616, 109773, 1949], [89.5, 284599, 3351, 1650, 110929, 1950],
            [96.2, 328975, 2099, 3099, 112075, 1951], [98.1, 346999, 1932, 3594, 113270, 1952],
            [99.0, 365385, 1870, 3547, 115094, 1953], [100.0, 363112, 3578, 3350, 116219, 1954],
            [101.2, 397469, 2904, 3048, 117388, 1955], [104.6, 419180, 2822, 2857, 118734, 1956],
            [108.4, 442769, 2936, 2798, 120445, 1957], [110.8, 444546, 4681, 2637, 121950, 1958],
            [112.6, 482704, 3813, 2552, 123366, 1959], [114.2, 502601, 3931, 2514, 125368, 1960],
            [115.7, 518173, 4806, 2572, 127852, 1961], [116.9, 554894, 4007, 2827, 130081, 1962],
        ]
    )  # fmt: skip
    y = [
        60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655,
        69564, 69331, 70551,
    ]  # fmt: skip
    fit = least_squares(x, y)
    certified = [
        15.0618722713733, -0.358191792925910e-01, -2.02022980381683, -1.03322686717359,
        -0.511041056535807e-01, 1829.15146461355,
    ]  # fmt: skip
    np.testing.assert_allclose(fit.coefficients, certified, rtol=1e-8)
    assert fit.intercept == pytest.approx(-3482258.63459582, rel=1e-8)
    assert fit.intercept_error == pytest.approx(890420.383607373, rel=1e-8)
    assert fit.residual_deviation == pytest.approx(304.854073561965, rel=1e-8)
    assert fit.r_squared == pytest.approx(0.995479004577296, rel=1e-10)


def test_units_change_nothing(rng):
    x, y = plane(rng, 50)
    fit, other = least_squares(x, y), least_squares(1e90 * x, 1e-90 * y)
    np.testing.assert_allclose(other.coefficients, 1e-180 * fit.coefficients, rtol=1e-9)
    np.testing.assert_allclose(other.standard_errors, 1e-180 * fit.standard_errors, rtol=1e-9)
    assert other.r_squared == pytest.approx(fit.r_squared)


def test_y_may_be_as_small_as_floats_are(rng):
    x, y = plane(rng, 50)
    fit, other = least_squares(x, y), least_squares(x, 1e-250 * y)
    np.testing.assert_allclose(other.coefficients, 1e-250 * fit.coefficients, rtol=1e-9)
    assert other.r_squared == pytest.approx(fit.r_squared)


def test_points_on_a_line_leave_nothing():
    fit = least_squares(np.arange(10), 3 + 2 * np.arange(10))
    assert (fit.intercept, fit.coefficients[0]) == pytest.approx((3, 2))
    assert fit.residual_deviation < 1e-14
    assert fit.r_squared == pytest.approx(1)


def test_where_y_does_not_vary_there_is_no_share_to_explain():
    assert np.isnan(least_squares([1, 2, 4], [0.1, 0.1, 0.1]).r_squared)
    assert np.isnan(least_squares([1, 2, 4], [0, 0, 0], intercept=False).r_squared)
    assert least_squares([1, 1, 1], [2, 2, 2], intercept=False).r_squared == pytest.approx(1)


def test_it_answers_at_other_places(rng):
    line = least_squares([0, 1, 2], [1, 3, 5])
    assert line(10) == pytest.approx(21)
    np.testing.assert_allclose(line([[0, 1], [2, 3]]), [[1, 3], [5, 7]])
    x, y = plane(rng, 50)
    fit = least_squares(x, y)
    np.testing.assert_allclose(fit(x), y - fit.residuals, rtol=1e-12)
    assert fit(x.reshape(5, 10, 4)).shape == (5, 10)
    with pytest.raises(InputError, match=r"so it takes x of shape \(…, 4\) \(got \(50, 3\)\)$"):
        fit(x[:, :3])


def test_it_prints_and_is_written(tmp_path):
    fit = least_squares([0, 1, 2, 3], [0, 1, 1, 2], names=["contrast"])
    assert str(fit) == (
        "least squares: intercept = 0.1 ± 0.26, contrast = 0.6 ± 0.14; residual deviation 0.3162, "
        "r² = 0.9000 (2 degrees of freedom)"
    )
    bare = str(least_squares([1, 2], [1, 2], intercept=False))
    assert bare.startswith("least squares: x = 1 ± ")
    with fit.to_csv(tmp_path / "fit.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["parameter", "value", "standard error"]
    assert [row[0] for row in rows[1:]] == [
        "intercept", "contrast", "residual deviation", "r squared", "degrees of freedom",
    ]  # fmt: skip
    assert [float(cell) for cell in rows[2][1:]] == pytest.approx([0.6, np.sqrt(0.02)])
    with pytest.raises(FileError, match="cannot be written"):
        fit.to_csv(tmp_path / "nowhere" / "fit.csv")


def test_a_line_is_drawn_through_its_points(rng):
    fit = least_squares([[3], [1], [2]], [6, 2, 4.5], names=["contrast"])
    ax = fit.plot()
    points, line = ax.lines
    np.testing.assert_array_equal(points.get_xdata(), [3, 1, 2])
    np.testing.assert_array_equal(line.get_xdata(), [1, 3])
    np.testing.assert_allclose(line.get_ydata(), fit([[1], [3]]))
    assert ax.get_xlabel() == "contrast"
    _, given = new_figure()
    assert fit.plot(given, color="red") is given
    assert len(given.lines) == 1
    with pytest.raises(InputError, match=r"one predictor \(this fit has 4\)$"):
        least_squares(*plane(rng, 50)).plot()


# ------------------------------------------------------------------ columns that depend


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (lambda a, b: [a, b, 2 * a - 0.5 * b], "depend on one another: c = 2·a − 0.5·b; leave out"),
        (lambda a, b: [a, b, 1 - a - b], r"= .* \+ 1; leave out [abc]$"),
        (lambda a, b: [a, b, -a], "= −[ac]; leave out [ac]$"),
        (lambda a, b: [a, b, 0 * a], "^least squares: c is 0 in every row; leave it out$"),
        (lambda a, b: [a, 0 * a + 0.3, b], "^least squares: b is the same in every row, as the i"),
        (lambda a, b: [1e6 + a, 1e6 + a - b, b], "depend on one another: "),
    ],
)
def test_which_columns_depend_is_told(rng, columns, message):
    x = np.column_stack(columns(*rng.normal(size=(2, 700))))
    with pytest.raises(FitError) as caught:
        least_squares(x, rng.normal(size=700), names=list("abc"))
    assert caught.match(message)
    assert "\n" not in str(caught.value)


def test_what_varies_too_little_is_not_called_the_same():
    with pytest.raises(
        FitError, match=r"^least squares: x varies by less than 1e-12 of its size, "
    ):
        least_squares(1e13 + np.arange(5), [1, 2, 4, 4, 5])


def test_what_is_told_of_dependent_columns_is_true(rng):
    a, b = rng.normal(size=(2, 700))
    x = np.column_stack([a, b, 3 * a - 2 * b + 5])
    with pytest.raises(FitError) as caught:
        least_squares(x, a)
    told = str(caught.value).split(": ")[2].split(";")[0]
    name, combination = told.replace("·", "*").replace("−", "-").split(" = ")
    values = {"x0": a, "x1": b, "x2": x[:, 2]}
    np.testing.assert_allclose(eval(combination, {}, values), values[name], atol=2e-3)


def test_columns_without_an_intercept_may_be_constant(rng):
    a = rng.normal(size=50)
    x = np.column_stack([np.ones(50), a])
    fit = least_squares(x, 3 + 2 * a, intercept=False)
    np.testing.assert_allclose(fit.coefficients, [3, 2])


def test_columns_that_nearly_depend_are_fitted(rng):
    a, b, e = rng.normal(size=(3, 1000))
    x = np.column_stack([a, a + 1e-9 * b])
    fit = least_squares(x, x @ [1, 1] + 1e-12 * e)
    assert fit.coefficients.sum() == pytest.approx(2)


def test_of_many_dependent_columns_three_are_told(rng):
    a, y = rng.normal(size=(2, 50))
    with pytest.raises(FitError, match=r"and 2 more; leave out .* and 2 more$") as caught:
        least_squares(a[:, None] * np.arange(1, 7), y)
    assert str(caught.value).count(" = ") == 3


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("x", "y", "options", "message"),
    [
        ([1, np.nan, 3], [1, 2, 3], {}, r"\(got nan for x in row 1\); leave out such rows$"),
        ([[1, 2], [3, -np.inf]] * 2, [1] * 4, {}, r"\(got -inf for x1 in row 1\)"),
        ([1, 2, 3], [1, 2, np.nan], {}, r"\(got nan for y in row 2\)"),
        ([1, 2, 1e160], [1, 2, 3], {}, r"from -1e\+150 to 1e\+150 \(got 1e\+160 for x in row 2\)"),
        (
            [1e-170, 2e-170, 3e-170],
            [1, 2, 4],
            {},
            r"x is at most 3e-170 in every row, too small for its square; give it in a unit",
        ),
        ([1, 2], [1, 2], {}, r"more rows than its 2 coefficients \(got 2\); measure more, or"),
        ([1], [1], {"intercept": False}, r"more rows than its 1 coefficient \(got 1\)"),
        ([], [], {}, r"its 2 coefficients \(got 0\)"),
        (np.ones((3, 0)), [1, 2, 3], {}, "needs a predictor at least"),
        ([1, 2, 3], [1, 2], {}, r"\(rows,\) \(got \(3,\) and \(2,\)\)$"),
        (np.ones((3, 1, 1)), [1, 2, 3], {}, r"got \(3, 1, 1\) and \(3,\)"),
        ([1, 2, 3], [[1], [2], [3]], {}, r"got \(3,\) and \(3, 1\)"),
        (3, 4, {}, r"got \(\) and \(\)"),
        (
            ["1", "2", "3"],
            [1, 2, 3],
            {},
            r"^least squares: x must be real numbers in one array \(got '1'\)$",
        ),
        ([1, 2, 3], [1, 2, 3j], {}, r"y must be real numbers in one array \(got 3j\)$"),
        ([[1], [2, 3]], [1, 2], {}, r"x must be real .*\(got rows of several lengths\)$"),
        ([1, 2, 3], [1, 2, None], {}, r"\(got nan for y in row 2\)"),
        ([1, 2, 3], [1, 2, 4], {"intercept": 1}, r"^intercept must be True or False \(got 1\)$"),
        ([1, 2, 3], [1, 2, 4], {"names": "x"}, "^names must be 1 different texts"),
        ([1, 2, 3], [1, 2, 4], {"names": ["intercept"]}, "none of them 'intercept'"),
        ([[1, 2]] * 4, [1] * 4, {"names": ["a", "a"]}, r"\(got \['a', 'a'\]\)$"),
        ([1, 2, 3], [1, 2, 4], {"names": 5}, r"different texts, .*\(got 5\)$"),
        ([[1, 2]] * 4, [1] * 4, {"names": ["a"]}, "^names must be 2 different texts"),
        ([[1, 2]] * 4, [1] * 4, {"names": ["a", 1]}, "^names must be 2 different texts"),
    ],
)
def test_bad_input_is_one_clear_line(x, y, options, message):
    with pytest.raises(InputError, match=message) as caught:
        least_squares(x, y, **options)
    assert "\n" not in str(caught.value)
