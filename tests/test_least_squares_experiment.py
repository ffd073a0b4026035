"""The experiment `least-squares`: its claims hold for any parameters it takes, and can fail."""

import dataclasses
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from experiments import least_squares
from neurosim import InputError


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.mark.parametrize(
    ("alpha", "beta", "noise", "points"),
    [
        (10.0, -10.0, 1e-3, 3), (-10.0, -10.0, 10.0, 3), (0.0, 0.0, 10.0, 4),
        (0.0, 0.0, 1e-3, 1000), (10.0, 10.0, 0.3, 10_000),
    ],
)  # fmt: skip
def test_its_claims_hold(alpha, beta, noise, points):
    result = least_squares.run(alpha, beta, noise, points, lines=100, seed=3)
    assert failed(result) == []


@pytest.mark.parametrize("seed", range(1, 4))
def test_they_hold_for_any_seed(seed):
    assert failed(least_squares.run(seed=seed, quick=True)) == []


def test_errors_half_as_large_are_noticed(monkeypatch):
    true = least_squares.least_squares

    def bold(x, y):
        fit = true(x, y)
        return dataclasses.replace(fit, standard_errors=fit.standard_errors / 2)

    monkeypatch.setattr(least_squares, "least_squares", bold)
    (claim,) = failed(least_squares.run(quick=True))
    assert "intervals" in claim


def test_a_line_beside_the_points_is_noticed(monkeypatch):
    true = least_squares.least_squares

    def beside(x, y):
        fit = true(x, y)
        values = fit.coefficients + 1e-6
        return dataclasses.replace(
            fit, coefficients=values, residuals=y - fit.intercept - x * values[0]
        )

    monkeypatch.setattr(least_squares, "least_squares", beside)
    assert len(failed(least_squares.run(quick=True))) == 4


def test_a_step_beyond_its_bound_is_noticed(monkeypatch):
    descend = least_squares._descend

    def too_far(x, y):
        design = np.column_stack([np.ones_like(x), x])
        below = descend(x, y)
        path = below.path[:30].copy()
        for k in range(len(path) - 1):
            slope = 2 / x.size * design.T @ (design @ path[k] - y)
            path[k + 1] = path[k] - 1.3 * below.sizes[0] * slope
        return replace(below, path=path)

    monkeypatch.setattr(least_squares, "_descend", too_far)  # 2.08/λmax
    assert len(failed(least_squares.run(quick=True))) == 2


def test_the_table_is_that_of_linregress():
    result = least_squares.run(alpha=2.0, beta=-1.0, noise=0.5, points=12, seed=4, quick=True)
    x = np.linspace(0, 2, 12)
    known = stats.linregress(x, 2 - x + 0.5 * np.random.default_rng(4).standard_normal(12))
    rows = result.tables["line"].rows
    assert rows[0][1:4] == pytest.approx((2, known.intercept, known.intercept_stderr))
    assert rows[1][1:4] == pytest.approx((-1, known.slope, known.stderr))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alpha": 11}, r"^alpha must be from -10 to 10 \(got 11\)$"),
        ({"beta": float("nan")}, r"^beta must be from -10 to 10 \(got nan\)$"),
        ({"noise": 0}, r"^noise must be from 0.001 to 10 \(got 0\)$"),
        ({"points": 2}, r"^points must be from 3 to 10000 \(got 2\)$"),
        ({"lines": 10}, r"^lines must be from 100 to 10000 \(got 10\)$"),
    ],
)
def test_what_it_does_not_take_is_named(parameters, message):
    with pytest.raises(InputError, match=message):
        least_squares.run(**parameters)


def test_the_band_of_the_residuals_is_called_what_it_is():
    figure = least_squares.run(lines=100).figures["least-squares"]
    titles = [" ".join(ax.get_title(loc="left").split()) for ax in figure.axes]
    assert any(title.endswith("within one standard deviation, 0.24") for title in titles)
