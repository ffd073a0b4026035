"""The experiment `vanishing-gradient`: closed forms for every parameter, and what it refuses."""

import numpy as np
import pytest

from experiments import vanishing_gradient
from experiments.vanishing_gradient import chains, mean_field
from neurosim import InputError
from neurosim.result import Result


@pytest.mark.parametrize("weight", [0.1, 1.0, 4.0])
@pytest.mark.parametrize("length", [2, 30])
def test_the_chains_claims_hold_for_every_weight_and_length(weight, length):
    result = Result("vanishing-gradient")
    chains.check_chains(result, weight, length)
    assert [claim.claim for claim in result.claims if not claim.holds] == []


def test_ten_logistic_cells_leave_what_is_known():
    result = Result("vanishing-gradient")
    chains.check_golden(result)
    assert result.holds


def test_of_relu_cells_he_weights_keep_all_and_glorot_weights_half_a_layer():
    np.testing.assert_array_equal(mean_field.predict("relu", 2.0, 6, False).factors, np.ones(5))
    np.testing.assert_array_equal(mean_field.predict("relu", 1.0, 6, False).factors, [0.5] * 5)


def test_the_first_factor_is_a_mean_over_normal_net_inputs(rng):
    h = rng.standard_normal(400_000)
    slopes = {"tanh": 1 / np.cosh(h) ** 2, "sigmoid": 0.25 / np.cosh(h / 2) ** 2}
    for activation, slope in slopes.items():
        found = mean_field.predict(activation, 1.0, 2, False).factors
        np.testing.assert_allclose(found, [np.mean(slope**2)], rtol=0.01)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"weight": 5}, "weight must be from 0.1 to 4 (got 5)"),
        ({"length": 1}, "length must be from 2 to 30 (got 1)"),
        ({"depth": 3}, "depth must be from 5 to 40 (got 3)"),
        ({"width": 8}, "width must be from 64 to 256 (got 8)"),
    ],
)
def test_what_is_out_of_range_is_refused(given, told):
    with pytest.raises(InputError) as caught:
        vanishing_gradient.run(**given)
    assert str(caught.value) == told
