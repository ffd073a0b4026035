"""First weights: their spread against the formulas of those who proposed them."""

import numpy as np
import pytest

from neurosim import InputError
from neurosim.networks import Dense, Input, Sequential, initializers, set_random_seed
from neurosim.networks.streams import Draws

SHAPE = (200, 300)
COUNT = 200 * 300


@pytest.mark.parametrize(
    ("name", "deviation", "limit"),
    [
        ("glorot_uniform", np.sqrt(2 / 500), np.sqrt(6 / 500)),
        ("glorot_normal", np.sqrt(2 / 500), np.inf),
        ("he_uniform", np.sqrt(2 / 200), np.sqrt(6 / 200)),
        ("he_normal", np.sqrt(2 / 200), np.inf),
        ("lecun_uniform", np.sqrt(1 / 200), np.sqrt(3 / 200)),
        ("lecun_normal", np.sqrt(1 / 200), np.inf),
        ("uniform", 0.1 / np.sqrt(12), 0.05),
        ("normal", 0.05, np.inf),
        ("truncated_normal", 0.05 * 0.87962566, 0.1),
    ],
)
def test_the_spread_is_the_formulas(name, deviation, limit):
    values = initializers.get(name, "x").values(SHAPE, Draws(5, 1))
    assert values.shape == SHAPE
    assert abs(values.mean()) < 5 * deviation / np.sqrt(COUNT)
    # the variance of a normal sample's variance is the largest among these: 2σ⁴/n
    assert abs(values.std() / deviation - 1) < 5 * np.sqrt(0.5 / COUNT)
    assert np.abs(values).max() <= limit
    if np.isfinite(limit):
        assert np.abs(values).max() > 0.98 * limit


def test_kernels_of_images_count_their_inputs_at_every_place():
    values = initializers.get("he_uniform", "x").values((3, 3, 10, 20), Draws(1, 1))
    assert 0.98 < np.abs(values).max() / np.sqrt(6 / 90) <= 1


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (2, 3, 4)])
def test_orthogonal_is(shape):
    flat = initializers.get("orthogonal", "x").values(shape, Draws(2, 1)).reshape(-1, shape[-1])
    small = flat @ flat.T if flat.shape[0] <= flat.shape[1] else flat.T @ flat
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)


def test_normal_numbers_are_normal():
    from scipy.stats import kstest

    values = Draws(8, 3).normal((20_000,), 2.0)
    assert kstest(values / 2, "norm").pvalue > 1e-3


def test_one_seed_gives_one_network_and_another_another():
    def weights(seed):
        return Sequential([Input((3,)), Dense(4), Dense(2)], seed=seed).get_weights()

    for one, same, other in zip(weights(1), weights(1), weights(2), strict=True):
        np.testing.assert_array_equal(one, same)
        assert not one.any() or (one != other).any()
    first, _, second, _ = Sequential([Input((4,)), Dense(4), Dense(4)], seed=1).get_weights()
    assert (first != second).all()


def test_a_random_seed_for_all_that_follows():
    def pair():
        return [Sequential([Input((3,)), Dense(2)]).get_weights()[0] for _ in range(2)]

    set_random_seed(7)
    first = pair()
    set_random_seed(7)
    again = pair()
    np.testing.assert_array_equal(first, again)
    assert (first[0] != first[1]).all()


def test_settings_come_back():
    for name in initializers.NAMES:
        made = initializers.get(name, "x")
        assert initializers.get(initializers.serialized(made), "x") == made
    drawn = initializers.get({"class_name": "RandomNormal", "config": {"stddev": 2.0}}, "x")
    assert drawn == initializers.RandomNormal(stddev=2.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("glorot", r"kernel: no initializer is called 'glorot' \(did you mean 'glorot_"),
        (3, r"kernel takes an initializer or its name \(got 3\)"),
        (
            {"class_name": "Zeros", "config": {"gain": 1}},
            "kernel: no setting is called 'gain'",
        ),
    ],
)
def test_what_is_no_initializer_is_told(given, message):
    with pytest.raises(InputError, match=message):
        initializers.get(given, "kernel")


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        ("VarianceScaling", {"mode": "fan_sum"}, r"no mode is called 'fan_sum' \(did you mean"),
        ("VarianceScaling", {"distribution": "bell"}, "no distribution is called 'bell'"),
        ("VarianceScaling", {"scale": -1.0}, "scale must be over 0"),
        ("RandomNormal", {"stddev": "a"}, r"RandomNormal: stddev must be a finite number"),
        ("RandomUniform", {"maxval": np.inf}, r"maxval must be a finite number \(got inf\)"),
        ("Constant", {"value": np.nan}, r"value must be a finite number \(got nan\)"),
        ("Orthogonal", {"gain": None}, "gain must be a finite number"),
    ],
)
def test_settings_that_cannot_be_are_told(kind, settings, message):
    with pytest.raises(InputError, match=message):
        initializers.get({"class_name": kind, "config": settings}, "x")
