"""The experiment `gradient-descent`: its claims at the ends of its parameters, and its GIF."""

import numpy as np
import pytest
from scipy import optimize

from experiments import gradient_descent
from experiments.gradient_descent import bowl, valleys
from neurosim import InputError
from neurosim.learning import gradient_descent as descend
from neurosim.plotting import new_figure
from neurosim.result import Result


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.mark.parametrize(
    ("curvature", "starts", "seed"), [(2.0, 1, 1), (100.0, 30, 2), (3.838766207332969, 5, 3)]
)
def test_every_claim_holds_at_the_ends_of_the_parameters(curvature, starts, seed):
    assert failed(gradient_descent.run(curvature, starts, seed)) == []


def test_the_minima_are_scipys():
    low, ridge, high = valleys.level_places().T
    for k, start in ((low, -1), (high, 1)):
        found = optimize.minimize(valleys.surface, [start] * 2, jac=valleys.slopes, tol=1e-12)
        np.testing.assert_allclose(k, found.x, atol=1e-8)
    np.testing.assert_allclose(valleys.slopes(ridge), 0, atol=1e-14)
    heights = [
        valleys.surface(np.array([x, y])) for x in (low[0], high[0]) for y in (low[1], high[1])
    ]
    assert np.argmin(heights) == 0
    assert np.unique(np.round(heights, 3)).size == 4


def test_the_gradients_are_the_values(rng):
    steep = bowl.Bowl(7.0)
    for w in rng.normal(size=(5, 2)):
        for value, slope in ((steep.value, steep.gradient), (valleys.surface, valleys.slopes)):
            np.testing.assert_allclose(
                slope(w), optimize.approx_fprime(w, value, 1e-7), rtol=1e-4, atol=1e-5
            )


def test_the_claims_can_fail(monkeypatch):
    def ascending(value, start, gradient, **options):
        """Slopes a tenth too large: the bound is passed below 2/L."""
        return descend(
            value,
            start,
            lambda w: 1.1 * gradient(w),
            **{**options, "steps": min(options["steps"], 60)},
        )

    monkeypatch.setattr(bowl, "gradient_descent", ascending)
    result = Result("gradient-descent")
    _, axes = new_figure(1, 4)
    bowl.draw_paths(result, axes[0], axes[1], bowl.Bowl(10.0))
    bowl.draw_factors(result, axes[2], bowl.Bowl(10.0))
    bowl.compare_momentum(result, axes[3], bowl.Bowl(10.0))
    wrong = " ".join(failed(result))
    for part in ("falls at every step", "diverges", "1 − αλ", "exactly where", "(κ − 1)/(κ + 1)"):
        assert part in wrong


def test_the_animation_shows_the_paths_step_by_step():
    moving = gradient_descent.run(starts=1).animations["path"]
    ax = moving.figure.axes[0]
    for frame in (0, 3, moving.frames - 1):
        moving.update(frame)
        for line, share in zip(ax.lines[1:], bowl.SHARES, strict=True):
            n = np.arange(frame + 1)
            alpha = share * 2 / 10
            expected = [2 * (1 - alpha) ** n, (1 - 10 * alpha) ** n]
            np.testing.assert_allclose(line.get_data(), expected, atol=1e-12, rtol=1e-10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"curvature": 1.0}, r"^curvature must be from 2 to 100 \(got 1\)"),
        ({"curvature": float("nan")}, "^curvature must be from 2 to 100"),
        ({"starts": 0}, r"^starts must be from 1 to 100 \(got 0\)"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        gradient_descent.run(**options)
