"""Steady states against closed forms, and settling times against plain simulation."""

import numpy as np
import pytest

from circuits import logic
from neurosim import Circuit, InputError, SimulationError


def integrator(weight, tau=0.1):
    circuit = Circuit("integrator")
    x = circuit.inputs("x", real=True)
    v = circuit.rate("v", excite=x, tau=tau)
    circuit.connect(v, excite=weight * v)
    circuit.output(v)
    return circuit


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.9])
def test_a_recurrent_cell_settles_where_its_equation_says(weight):
    settled = integrator(weight).settle(2.0, tolerance=1e-12, max_steps=50_000)
    assert settled.outputs == pytest.approx(2 / (1 - weight), rel=1e-7)
    assert settled.activities["v"] == settled.outputs
    assert settled.time == pytest.approx(settled.steps * 1e-3)


def test_what_grows_does_not_settle_and_the_neuron_is_named():
    with pytest.raises(SimulationError, match="v still changes by"):
        integrator(1.5).settle(1.0, max_steps=500)


def test_a_cycles_period_is_reported():
    ring = logic.ring_oscillator(3)
    with pytest.raises(SimulationError, match=r"it repeats every 6 steps \(0.006 s\)"):
        ring.settle(max_steps=600)


def test_delays_count_before_a_state_is_called_steady():
    circuit = Circuit("echo")
    x = circuit.inputs("x")
    a = circuit.binary("a", excite=x.delay(50e-3), threshold=1)
    circuit.output(circuit.binary("z", excite=a.delay(20e-3), threshold=1))
    settled = circuit.settle(1, initial={"x": 0})
    assert settled.outputs == 1
    assert settled.steps == 72
    assert circuit.settling_time().steps == 72


def test_a_hopfield_network_recalls_a_stored_pattern(rng):
    patterns = rng.choice([-1.0, 1.0], (3, 60))
    weights = patterns.T @ patterns
    np.fill_diagonal(weights, 0)
    circuit = Circuit("hopfield")
    # In 0/1 units: Σ w(2s − 1) ≥ 0.
    s = circuit.binary("s", shape=60, threshold=weights.sum(axis=1))
    circuit.connect(s, drive=2 * weights @ s)
    circuit.output(s)
    stored = patterns[0] > 0
    start = stored ^ (np.arange(60) < 7)
    settled = circuit.settle(initial={"s": start}, update="asynchronous", seed=2)
    np.testing.assert_array_equal(settled.outputs, stored)
    assert settled.time is None


def test_settling_time_is_the_last_change_that_a_simulation_shows():
    circuit = logic.xor()
    measured = circuit.settling_time()
    slowest = 0
    for x in (0, 1):
        for y in (0, 1):
            shown = circuit.simulate((x, y), steps=20)["z"][0]
            changes = np.flatnonzero(np.diff(np.concatenate(([0], shown))))
            slowest = max(slowest, changes[-1] + 1 if changes.size else 0)
    assert measured.steps == slowest
    assert measured.time == pytest.approx(slowest * 1e-3)
    assert "settles within" in str(measured)


def test_what_never_settles_is_named():
    ring = logic.ring_oscillator(3)
    with pytest.raises(SimulationError, match="does not settle within 1000 steps"):
        ring.settling_time()


def test_bad_requests():
    noisy = Circuit("noisy")
    noisy.output(noisy.rate("v", noise=1.0, shape=()))
    with pytest.raises(InputError, match="noise"):
        noisy.settle()
    with pytest.raises(InputError, match="tolerance"):
        integrator(0.5).settle(1.0, tolerance=0)
    with pytest.raises(InputError, match="update must be"):
        integrator(0.5).settle(1.0, update="sometimes")
    with pytest.raises(InputError, match="time constant"):
        integrator(0.5).settle(1.0, update="asynchronous")
