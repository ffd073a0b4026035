"""The experiment `residual`: the twins, their error signals, and what it refuses."""

import numpy as np
import pytest

from experiments import residual
from experiments.ranks import smaller_by_chance
from experiments.residual import blocks, flow
from neurosim import InputError
from neurosim.networks import Add, Tensor
from neurosim.result import Result

pytestmark = pytest.mark.compiled


def test_only_the_residual_twin_has_shortcuts():
    counts = [
        sum(isinstance(layer, Add) for layer in blocks.network(kind, 0).layers)
        for kind in blocks.KINDS
    ]
    assert counts == [16, 0, 16, 0]


def test_the_twins_have_the_same_weights():
    result = Result("residual")
    blocks.check_twins(result)
    assert result.holds


def test_branches_of_zero_let_everything_pass(rng):
    """Then the network is its first layer and its last, since all activities are 0 or more."""
    model = blocks.network(blocks.Kind(True, False), 3)
    images, _ = blocks.digits(rng, 4)
    seen = {}
    model.run([Tensor(images)], watch=lambda layer, out: seen.update({layer.name: out.numpy()}))
    np.testing.assert_array_equal(seen["block_16"], seen["block_0"])
    assert seen["block_0"].shape == (4, 4, 4, 8)


def test_the_last_error_signal_is_that_of_the_output_by_hand(rng):
    """δ of the last block: (p − target) back through the output's weights, over 16 places."""
    kind = blocks.Kind(True, False)
    images, labels = blocks.digits(rng, 8)
    found = flow.deltas(kind, 5, images, labels)
    model = blocks.network(kind, 5)
    answers = model.predict(images).astype(float)
    missed = (answers - np.eye(10)[labels]) / 8
    back = missed @ model.get_weights()[-2].astype(float).T / 16
    expected = np.sqrt(16 * (back**2).sum())
    assert found[-1] == pytest.approx(expected, rel=1e-5)


def test_one_start_that_does_not_learn_is_not_taken_for_chance():
    plain = np.arange(residual.STARTS)
    learned = np.append(-plain[1:], 2 * residual.STARTS)
    assert smaller_by_chance(learned, plain) < flow.RISK


@pytest.mark.parametrize("starts", [7, 51])
def test_too_few_and_too_many_starts_are_refused(starts):
    with pytest.raises(InputError, match=r"starts must be from 8 to 50 \(got"):
        residual.run(starts)
