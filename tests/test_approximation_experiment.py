"""The experiment `approximation`: its bounds for every parameter, and what it refuses."""

import numpy as np
import pytest
from scipy.integrate import quad

from experiments import approximation
from experiments.approximation.series import check_series
from experiments.approximation.steps import check_rates, construct
from experiments.approximation.targets import TARGETS
from neurosim import InputError
from neurosim.result import Result


@pytest.mark.compiled
@pytest.mark.parametrize("name", TARGETS)
def test_the_staircase_and_the_series_keep_their_bounds(name):
    result = Result("approximation")
    for epsilon, steepness in ((0.02, 4.0), (0.5, 100.0)):
        construct(result, TARGETS[name], epsilon, steepness)
        check_rates(result, TARGETS[name], steepness)
    check_series(result, TARGETS[name])
    assert [claim.claim for claim in result.claims if not claim.holds] == []


@pytest.mark.parametrize("name", TARGETS)
def test_coefficients_are_the_integrals_that_define_them(name):
    target = TARGETS[name]
    edges = [target.edge] if target.edge else None
    np.testing.assert_allclose(quad(target, 0, 1, points=edges)[0], target.mean, rtol=1e-7)
    for k in (1, 2, 5):
        found = quad(lambda x, k=k: target(x) * np.cos(k * np.pi * x), 0, 1, points=edges)[0]
        np.testing.assert_allclose(2 * found, target.coefficients(np.array(k)), atol=1e-7)


@pytest.mark.parametrize(("name", "rate"), [("kink", 1 / 2), ("root", np.sqrt(1 / 2))])
def test_the_series_largest_error_falls_as_the_title_says(name, rate):
    errors = check_series(Result("approximation"), TARGETS[name]).largest  # at twice as many terms
    np.testing.assert_allclose(errors[-1] / errors[-2], rate, rtol=0.05)


@pytest.mark.parametrize("name", TARGETS)
def test_no_two_points_differ_by_more_than_the_modulus(name, rng):
    target = TARGETS[name]
    x, y = rng.uniform(size=(2, 10_000))
    bounds = target.constant * np.abs(x - y) ** target.exponent
    assert (np.abs(target(x) - target(y)) <= bounds + 1e-12).all()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"epsilon": 0.01}, "epsilon must be from 0.02 to 0.5 (got 0.01)"),
        ({"steepness": 1}, "steepness must be from 4 to 100 (got 1)"),
    ],
)
def test_what_is_out_of_range_is_refused(given, told):
    with pytest.raises(InputError) as caught:
        approximation.run(**given)
    assert str(caught.value) == told
