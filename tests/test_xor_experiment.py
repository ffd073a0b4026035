"""The experiment `xor`: its neurons, its claims for other starts, and what it refuses."""

import numpy as np
import pytest
from scipy.stats import binom

from experiments import xor
from experiments.proportions import by_chance, wilson_interval
from experiments.xor import drawing, neurons, single, training
from neurosim import InputError
from neurosim.plotting import new_figure
from neurosim.result import Result

pytestmark = pytest.mark.compiled


def by_hand():
    """A network that is XOR: its hidden cells are OR and AND, with weights set by hand."""
    network = training.network((2,), 0)
    network.set_weights(
        [
            np.array([[8.0, 8.0], [8.0, 8.0]]),
            np.array([-4.0, -12.0]),
            np.array([[5.0], [-5.0]]),
            np.array([-5.0]),
        ]
    )
    return network


def test_the_claims_hold_from_other_starts():
    result = xor.run(xor.FEWER, seed=11)
    assert [claim.claim for claim in result.claims if not claim.holds] == []


@pytest.mark.parametrize("threshold", [False, True])
def test_a_network_as_neurons_answers_as_it_does(threshold):
    network = by_hand()
    circuit = neurons.as_neurons(network, threshold)
    decided = network.predict(training.PATTERNS)[:, 0] > 0.5
    answers = [int(circuit(pattern.astype(int))[0]) for pattern in training.PATTERNS]
    assert answers == decided.astype(int).tolist()
    assert circuit.check(lambda pattern: [pattern[0] ^ pattern[1]])


def test_a_network_that_did_not_learn_is_not_xor_as_neurons():
    network = by_hand()
    network.set_weights([-weights for weights in network.get_weights()])
    assert not neurons.as_neurons(network).check(lambda pattern: [pattern[0] ^ pattern[1]])


def test_the_losses_at_rest_are_those_of_answers_that_are_alike():
    def loss(*answers):
        targets = training.TARGETS[:, 0]
        right = np.where(targets == 1, answers, 1 - np.array(answers))
        return -np.log(right).mean()

    assert loss(0.5, 0.5, 1, 0) == pytest.approx(training.TWO_ALIKE, rel=1e-12)
    assert loss(0, 2 / 3, 2 / 3, 2 / 3) == pytest.approx(training.THREE_ALIKE, rel=1e-12)
    assert loss(1 / 3, 1 / 3, 1, 1 / 3) == pytest.approx(training.THREE_ALIKE, rel=1e-12)


def test_each_loss_at_rest_has_its_name_above_its_line():
    outcome = training.Outcome((2,), [], np.array([0.0, training.TWO_ALIKE]), np.array([4, 3]))
    _, ax = new_figure()
    drawing.draw_losses(ax, {(2,): outcome})
    lines = [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == ":"]
    named = {text.xy[0]: text.get_text() for text in ax.texts}
    assert sorted(named) == sorted(lines)
    assert list(named.values()) == ["½ ln 2", "0.48", "ln 2"]


def test_one_neuron_is_every_gate_but_two():
    result = Result("xor")
    single.check_single(result)
    assert result.holds


def test_wilsons_interval_is_the_published_one():
    """Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert wilson_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_the_tea_is_told_by_chance_as_fisher_has_it():
    """Fisher (1935): 4 of 4 cups right is 1 in 70, 3 of 4 or more 17 in 70."""
    assert by_chance(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert by_chance(3, 4, 1, 4) == pytest.approx(17 / 70)


def test_the_fewest_starts_tell_the_networks_apart_whatever_the_seed():
    """Of 1,400 starts each 899 learned XOR by 2 + 2 hidden cells, and 1,397 by 4 + 4."""
    counts = np.arange(xor.FEWER + 1)
    fewer, more = (binom.pmf(counts, xor.FEWER, learned / 1400) for learned in (899, 1397))
    alike = sum(
        fewer[few] * more[many]
        for few in counts.tolist()
        for many in counts.tolist()
        if by_chance(many, xor.FEWER, few, xor.FEWER) > training.RISK
    )
    assert alike < 1e-5


@pytest.mark.parametrize("starts", [79, 1001])
def test_too_few_and_too_many_starts_are_refused(starts):
    with pytest.raises(InputError, match=r"starts must be from 80 to 1000 \(got"):
        xor.run(starts)
