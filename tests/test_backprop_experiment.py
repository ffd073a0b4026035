"""The experiment `backprop`: its claims for every parameter, and what it refuses."""

import numpy as np
import pytest

from experiments import backprop
from experiments.backprop import majorants
from experiments.backprop.example import Example
from experiments.backprop.recursion import by_recursion
from neurosim import InputError


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
@pytest.mark.parametrize(("x1", "target", "spread", "rate"), [(-2, -1, 3, 1), (0, 0.3, 0.1, 1e-4)])
def test_every_claim_holds_at_the_ends_of_the_parameters(activation, x1, target, spread, rate):
    result = backprop.run(x1, -x1, target, activation, spread, rate, seed=3)
    assert failed(result) == []


def test_the_recursion_on_a_network_one_can_work_out():
    example = Example.make((0.0, 0.0), 1.0, "sigmoid", 1.0, 0)
    example.network.set_weights([0 * w for w in example.network.get_weights()[:-2]] + [
        np.array([[2.0], [0.0], [-4.0]]), np.zeros(1)
    ])  # fmt: skip
    activities, signals = by_recursion(example)
    out = 1 / (1 + np.exp(1.0))  # of ½·2 − ½·4
    last = 2 * (out - 1) * out * (1 - out)
    assert activities[2] == [0.5, 0.5, 0.5]
    np.testing.assert_allclose(activities[3], [out])
    np.testing.assert_allclose(signals[2], [last])
    np.testing.assert_allclose(signals[1], [last / 2, 0, -last])
    np.testing.assert_allclose(signals[0], [0, 0, 0])


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_the_most_that_derivatives_are_is_what_they_reach(activation):
    h = np.linspace(-6, 6, 120_001)
    y = 1 / (1 + np.exp(-h)) if activation == "sigmoid" else np.tanh(h)
    for most in majorants.STEEPEST[activation]:
        y = np.gradient(y, h)
        np.testing.assert_allclose(np.abs(y[10:-10]).max(), most, rtol=2e-3)


def test_a_title_promises_nothing_of_long_steps():
    # Steep cells and a rate of 1: this step goes too far, and E rises.
    result = backprop.run(2.0, -2.0, 0.0, activation="tanh", spread=3.0, rate=1.0, seed=12)
    promised, rest = result.tables["steps"].rows[-1][1:3]
    assert promised + rest < -0.5
    assert result.holds
    assert "small steps" in result.figures["checks"].get_suptitle()


def test_a_wrong_error_signal_is_told(monkeypatch):
    right = Example.passed

    def wrong(self):
        passed = right(self)
        passed.signals[0][0] *= 1.001
        return passed

    monkeypatch.setattr(Example, "passed", wrong)
    told = failed(backprop.run())
    assert any("first hidden layer: the record's δ" in claim for claim in told)
    assert any("central differences" in claim for claim in told)
    assert any("layer 1: ∂E/∂w" in claim for claim in told)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"x1": 3}, "x1 must be from -2 to 2 (got 3)"),
        ({"target": 2}, "target must be from -1 to 1 (got 2)"),
        ({"spread": 0}, "spread must be from 0.1 to 3 (got 0)"),
        ({"rate": 2}, "rate must be from 0.0001 to 1 (got 2)"),
    ],
)
def test_what_is_out_of_range_is_refused(given, told):
    with pytest.raises(InputError) as caught:
        backprop.run(**given)
    assert str(caught.value) == told
