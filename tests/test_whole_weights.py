"""Real weights as whole ones: the same decisions on all patterns, told by fractions."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from neurosim.conversion.whole_weights import whole_weights


def decisions(weights, threshold):
    """Whether w·x ≥ θ on every pattern, without rounding."""
    exact = [Fraction(float(weight)) for weight in weights]
    bar = Fraction(float(threshold))
    return [
        sum((w for w, active in zip(exact, x, strict=True) if active), Fraction(0)) >= bar
        for x in itertools.product((0, 1), repeat=len(exact))
    ]


def held(weights, threshold):
    """Hold whole weights to the real ones' decisions, and return them."""
    whole, bars = whole_weights(weights, threshold)
    assert whole.shape == weights.shape
    assert bars.shape == weights.shape[1:]
    assert (whole == np.rint(whole)).all()
    assert (bars == np.rint(bars)).all()
    for unit, bar in enumerate(np.broadcast_to(threshold, bars.shape)):
        assert decisions(whole[:, unit], bars[unit]) == decisions(weights[:, unit], bar)
    return whole, bars


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_whole_weights_decide_as_the_real_ones(count, dtype, rng):
    weights = rng.normal(size=(count, 12)).astype(dtype).astype(np.float64)
    weights[rng.random(weights.shape) < 0.2] = 0
    threshold = rng.normal(size=12).astype(dtype).astype(np.float64)
    held(weights, threshold)
    held(weights * 1e-9, threshold * 1e-9)
    held(weights, np.asarray(0.0))


@pytest.mark.parametrize(
    ("weights", "threshold", "expected"),
    [
        ([0.91, 1.07, 0.98], 1.5, ([1, 1, 1], 2)),  # two of three
        ([0.7, 0.8], 0.3, ([1, 1], 1)),  # OR
        ([0.7, 0.8], 0.81, ([1, 1], 2)),  # AND
        ([0.8, -0.6], 0.3, ([1, -1], 1)),  # the first without the second
        ([-0.4], -0.1, ([-1], 0)),  # NOT
        ([2.1, 0.9, 1.1, 1.0], 1.85, ([2, 1, 1, 1], 2)),  # the first, or two of the others
        ([0.3, -0.2], -0.5, ([0, 0], 0)),  # always
        ([0.3, 0.2], 0.6, ([0, 0], 1)),  # never
        ([0.0, 0.0], 0.0, ([0, 0], 0)),
    ],
)
def test_whole_weights_are_those_of_the_textbook(weights, threshold, expected):
    whole, bars = held(np.array(weights)[:, None], np.array([threshold]))
    assert whole[:, 0].tolist() == expected[0]
    assert abs(bars[0] - expected[1]) <= 0.5


def test_sums_that_differ_only_in_the_last_bit_are_told_apart():
    smallest = np.spacing(1.0)
    held(np.array([[1.0], [smallest], [-1.0]]), np.array([smallest]))
    held(np.array([[1.0], [1.0 + smallest], [-1.0]]), np.array([1.0 + smallest]))
    held(np.array([[0.1], [0.2], [-0.3]]), np.array([0.0]))  # 0.1 + 0.2 > 0.3, as doubles are


def test_twenty_inputs_are_tried_on_every_pattern(rng):
    weights = rng.normal(size=(20, 1)).astype(np.float32).astype(np.float64)
    whole, bars = whole_weights(weights, np.array([0.25]))
    assert np.abs(whole).max() < 1e6
    patterns = rng.integers(0, 2, size=(20_000, 20))
    real = patterns.astype(np.longdouble) @ weights.astype(np.longdouble) >= 0.25
    assert ((patterns @ whole >= bars)[:, 0] == real[:, 0]).all()


@pytest.mark.parametrize("strong", [-100.0, 100.0])
def test_one_strong_weight_among_weak_ones_decides_alone(strong):
    # The patterns nearest to the threshold are then all on one side of it.
    weights = np.append(np.full(12, 0.125), strong)
    whole, _ = held(weights[:, None], np.array([50.0 if strong > 0 else -50.0]))
    assert np.abs(whole).max() == abs(whole[-1, 0])


def test_more_inputs_keep_their_numbers_multiplied_by_a_power_of_two(rng):
    weights = rng.normal(size=(30, 2)).astype(np.float32).astype(np.float64)
    whole, bars = whole_weights(weights, np.array([0.5, -0.25]))
    for unit, bar in ((0, 0.5), (1, -0.25)):
        factor = whole[0, unit] / weights[0, unit]
        assert np.log2(factor) == np.rint(np.log2(factor)) > 0
        np.testing.assert_array_equal(whole[:, unit], weights[:, unit] * factor)
        assert bars[unit] == bar * factor
