"""Fits: parameters and errors of known curves, and what cannot be fitted."""

import csv

import numpy as np
import pytest
from linear_cells import SCREEN
from scipy import stats

from neurosim import FitError, InputError
from neurosim.measuring import MODELS, fit

PLACES = np.stack([axis.ravel() for axis in (SCREEN.x, SCREEN.y)])
TRUE = {
    "naka-rushton": (np.geomspace(0.01, 1, 12), [30.0, 0.2, 2.3, 1.5]),
    "dog frequency": (np.linspace(0.02, 2, 20), [1.0, 0.62, 0.85, 1.26]),
    "dog diameter": (np.linspace(0.1, 6, 25), [1.0, 0.62, 0.85, 1.26]),
    "gaussian": (np.linspace(-3, 5, 20), [4.0, 1.2, 0.7, 0.3]),
    "orientation": (np.arange(16) * 180 / 16, [4.0, 170.0, 18.0, 0.3]),
    "direction": (np.arange(16) * 360 / 16, [4.0, 1.5, 350.0, 25.0, 0.3]),
    "dog field": (PLACES, [2.0, 0.5, 1.7, 1.1, 0.2, -0.3]),
    "gabor field": (PLACES, [1.3, 0.2, -0.1, 0.5, 0.8, 35.0, 0.9, 60.0]),
}


def test_every_model_is_tested():
    assert TRUE.keys() == MODELS.keys()


def test_the_equations_are_those_of_the_papers():
    def value(model, x):
        return MODELS[model].equation(np.asarray(x, dtype=float), *TRUE[model][1])

    c = np.array([0.0, 0.05, 0.2, 1.0])
    np.testing.assert_allclose(value("naka-rushton", c), 30 * c**2.3 / (0.2**2.3 + c**2.3) + 1.5)
    x = np.array([-2.0, 1.2, 1.9])
    density = stats.norm.pdf(x, 1.2, 0.7) / stats.norm.pdf(0, 0, 0.7)
    np.testing.assert_allclose(value("gaussian", x), 0.3 + 4 * density)

    def around(degrees, period, mean, width):
        turn = 2 * np.pi / period
        density = stats.vonmises(1 / (turn * width) ** 2)
        return density.pdf(turn * (degrees - mean)) / density.pdf(0)

    degrees = np.array([0.0, 10.0, 97.0, 170.0, 171.0])
    np.testing.assert_allclose(
        value("orientation", degrees), 0.3 + 4 * around(degrees, 180, 170, 18)
    )
    assert np.log(around(171.0, 180, 170, 18)) == pytest.approx(-0.5 / 18**2, rel=1e-3)
    two = 4 * around(degrees, 360, 350, 25) + 1.5 * around(degrees, 360, 170, 25)
    np.testing.assert_allclose(value("direction", degrees), 0.3 + two)
    center, surround = (
        gain * stats.multivariate_normal([0.2, -0.3], spread**2 / 2).pdf([0.9, 0.4])
        for gain, spread in ((2.0, 0.5), (1.7, 1.1))
    )
    assert value("dog field", [0.9, 0.4]) == pytest.approx(center - surround)


@pytest.mark.parametrize("model", MODELS)
def test_a_fit_finds_the_parameters_and_its_errors_are_those_of_noise(model, rng):
    x, true = TRUE[model]
    exact = MODELS[model].equation(x, *true)
    found = fit(model, x, exact)
    np.testing.assert_allclose(list(found.parameters.values()), true, rtol=1e-3, atol=1e-3)
    assert found.r_squared == pytest.approx(1)
    np.testing.assert_allclose(found(x), exact, atol=1e-5 * np.abs(exact).max())
    noise = 0.01 * np.abs(exact).max()
    off = []
    for _ in range(12):
        noisy = fit(model, x, exact + rng.normal(0, noise, exact.shape))
        off.append(
            [(noisy[n] - t) / noisy.errors[n] for n, t in zip(noisy.parameters, true, strict=True)]
        )
    assert np.mean(np.abs(off) < 2) > 0.8  # of Student's t 95% or a little less


def test_a_fit_tells_draws_and_exports_itself(tmp_path):
    x, true = TRUE["naka-rushton"]
    found = fit("naka-rushton", x, MODELS["naka-rushton"].equation(x, *true))
    assert str(found).startswith("naka-rushton: maximum = 30 ±")
    assert found.plot().lines[-1].get_label() == "naka-rushton"
    rows = list(csv.reader(found.to_csv(tmp_path / "fit.csv").read_text().splitlines()))
    assert rows[0] == ["parameter", "value", "standard error"]
    assert [row[0] for row in rows[1:]] == [*found.parameters, "r squared", "residual"]
    with pytest.raises(InputError, match="no parameter of 'naka-rushton' is called 'c51'"):
        found["c51"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fit("line", [1], [1]), InputError, "^no model is called 'line'"),
        (lambda: fit(["gaussian"], [1], [1]), InputError, "^no model is called"),
        (lambda: fit("gaussian", ["a"], [1]), InputError, "^a fit of 'gaussian' takes numbers"),
        (lambda: fit("gaussian", [[1], [1, 2]], [1]), InputError, "^a fit of 'gaussian' takes num"),
        (lambda: fit("gaussian", [1, 2, 3], [1, 2, 3]), InputError, "has 4 parameters, so it need"),
        (lambda: fit("gaussian", [1, 2], [1, 2, 3]), InputError, r"takes \(points,\) places"),
        (lambda: fit("dog field", np.ones(9), np.ones(9)), InputError, r"takes \(2, points\)"),
        (
            lambda: fit("gaussian", np.arange(9), [np.nan] * 9),
            InputError, "needs finite measurements",
        ),
        (
            lambda: fit("naka-rushton", -np.arange(9), np.arange(9)),
            InputError, "^a fit of 'naka-rushton': where it was measured leaves no room for c50",
        ),
        (
            lambda: fit("gabor field", [np.zeros(9), np.arange(9)], np.arange(9)),
            InputError, "leaves no room for x, width, length; measure at more places",
        ),
        (lambda: fit("gaussian", np.arange(9), [2.0] * 9), FitError, "all 9 measurements are 2"),
    ],
)  # fmt: skip
def test_fits_that_cannot_be_are_one_clear_error(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_what_the_measurements_do_not_determine_is_said(rng):
    where = np.full(9, 0.5)  # one contrast again and again
    with pytest.raises(FitError, match=r"the fit of 'naka-rushton' to 9 points leaves .*c50"):
        fit("naka-rushton", where, 3 + 0.1 * rng.random(9))
    center_alone = np.exp(-np.square(np.linspace(0.1, 3, 12)))  # any surround of gain 0 will do
    with pytest.raises(FitError, match=r"leaves .*surround(_gain)? undetermined; measure more"):
        fit("dog frequency", np.linspace(0.1, 3, 12), center_alone)


@pytest.mark.parametrize("model", ["dog diameter", "dog field"])
def test_an_off_cell_has_the_fit_of_its_on_cell_with_the_signs_turned(model, rng):
    x, true = TRUE[model]
    answers = MODELS[model].equation(x, *true)
    answers = answers + rng.normal(0, 1e-3 * np.abs(answers).max(), answers.shape)
    on, off = fit(model, x, answers), fit(model, x, -answers)
    for name, value in on.parameters.items():
        sign = -1 if "gain" in name else 1
        assert off[name] == pytest.approx(sign * value, rel=1e-3, abs=1e-3)
        assert off.errors[name] == pytest.approx(on.errors[name], rel=0.01)
    assert 0 < off["center"] < off["surround"]


def test_preferred_angles_are_those_of_the_higher_peak_in_one_turn():
    degrees = np.arange(16) * 22.5
    both = 3 * np.exp(-np.square((degrees - 90) / 30)) + np.exp(-np.square((degrees - 270) / 30))
    found = fit("direction", degrees + 180, both)
    assert found["preferred"] == pytest.approx(270, abs=1)
    assert found["height"] == pytest.approx(3, rel=0.1)
    assert found["opposite"] == pytest.approx(1, rel=0.1)
    even = np.exp(4 * (np.cos(np.radians(2 * (degrees / 2 - 90))) - 1))
    preferred = fit("orientation", degrees / 2 - 90, even)["preferred"]
    assert 0 <= preferred < 180
    assert (preferred + 90) % 180 == pytest.approx(90, abs=1e-6)


@pytest.mark.parametrize("size", [1e-9, 1e9])
def test_a_fit_is_the_same_in_any_unit(size):
    x, true = TRUE["naka-rushton"]
    measured = MODELS["naka-rushton"].equation(x, *true)
    found = fit("naka-rushton", x, size * measured)
    assert found["c50"] == pytest.approx(true[1], rel=1e-4)
    assert found["maximum"] / size == pytest.approx(true[0], rel=1e-4)


def test_a_fit_that_does_not_converge_is_an_error(monkeypatch, rng):
    monkeypatch.setattr("neurosim.measuring.fitting.EVALUATIONS", 2)
    with pytest.raises(FitError, match="did not converge from any of its starts"):
        fit("gaussian", np.arange(9), rng.random(9))
