"""The experiment `depth`: its circuits and networks, and what it refuses."""

import tracemalloc
from itertools import combinations

import numpy as np
import pytest

from experiments import depth
from experiments.depth import parity, sawtooth, training
from experiments.ranks import smaller_by_chance
from neurosim import InputError

pytestmark = pytest.mark.compiled


def test_the_claims_hold_at_an_end_of_the_parameters():
    result = depth.run(bits=3, layers=4, seed=5, quick=True)
    assert [claim.claim for claim in result.claims if not claim.holds] == []


@pytest.mark.parametrize("n", [2, 5])
def test_a_tree_is_parity(n):
    table = [int(bin(row).count("1")) % 2 for row in range(2**n)]
    tree = parity.parity_tree(n)
    assert [tree(*(row >> bit & 1 for bit in range(n))) for row in range(2**n)] == table


def test_the_deep_network_is_the_triangle_wave():
    x = np.arange(65) / 64
    answers = sawtooth.deep(4).predict(x[:, None])[:, 0]
    phase = 16 * x % 2
    np.testing.assert_array_equal(answers, np.minimum(phase, 2 - phase))
    np.testing.assert_array_equal(sawtooth.one_layer(16).predict(x[:, None])[:, 0], answers)


def test_a_wide_layer_is_run_in_parts_that_fit_in_memory():
    network, grid = sawtooth.one_layer(2**11), sawtooth.grid_of(11)
    tracemalloc.start()
    answers = sawtooth.answers_of(network, grid)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(answers, sawtooth.sawtooth(grid, 11))
    assert peak < 8 * 2**11 * len(grid) / 1.5  # the activities of all points


def test_pieces_are_counted_where_the_slope_changes():
    network = sawtooth.shallow(3)
    bends = np.array([[1.0], [2.0], [-2.0]])
    network.set_weights([np.ones((1, 3)), np.array([-0.25, -0.5, -0.5]), bends, np.zeros(1)])
    assert sawtooth.pieces_of(network, np.arange(17) / 16) == 2  # the two at ½ undo each other


def test_both_trained_networks_have_as_many_weights():
    counts = {training.network(h, 0).count_params() for h in (training.SHALLOW, training.DEEP)}
    assert counts == {169}


def test_ranks_are_as_improbable_as_all_orders_say():
    smaller, larger = np.array([1.0, 4.0, 2.0]), np.array([3.0, 6.0, 5.0, 7.0])

    def u(first):
        return sum(i > j for i in first for j in set(range(7)) - set(first))

    found = u((0, 1, 3))  # their ranks among the seven
    ways = [u(first) <= found for first in combinations(range(7), 3)]
    assert smaller_by_chance(smaller, larger) == pytest.approx(np.mean(ways))
    turned = [u(first) >= found for first in combinations(range(7), 3)]
    assert smaller_by_chance(larger, smaller) == pytest.approx(np.mean(turned))


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"bits": 2}, r"bits must be from 3 to 12 \(got 2\)"),
        ({"layers": 17}, r"layers must be from 4 to 16 \(got 17\)"),
        ({"starts": 11}, r"starts must be from 12 to 200 \(got 11\)"),
    ],
)
def test_settings_out_of_range_are_refused(setting, words):
    with pytest.raises(InputError, match=words):
        depth.run(**setting)
