"""The oculomotor integrator against e^(−t/τ_eff)."""

import numpy as np
import pytest

from circuits.memory import effective_tau, oculomotor_integrator
from neurosim import CircuitError, InputError

DT, TAU = 1e-3, 0.1
LOST = DT / (2 * TAU)  # the part of a pulse, and of the leak, that steps of dt lose


def pulses(seconds, *saccades):
    """Return a velocity in time of saccades of 20 ms: (when, degrees) each."""
    velocity = np.zeros(round(seconds / DT))
    for when, degrees in saccades:
        start = round(when / DT)
        velocity[start : start + 20] += degrees / 0.02
    return velocity


def positions(weight, velocity):
    circuit = oculomotor_integrator(weight, tau=TAU)
    return circuit.simulate(velocity, len(velocity) * DT, DT)["position"][0]


def test_a_hundred_milliseconds_become_twenty_seconds():
    assert effective_tau(0.995, TAU) == pytest.approx(20)
    held = positions(0.995, pulses(5, (0, 10)))
    measured = -4 / np.log(held[4500] / held[500])
    assert measured == pytest.approx(20 * (1 + LOST), rel=1e-4)


def test_saccades_add_up_and_are_held():
    held = positions(1.0, pulses(1, (0, 10), (0.3, -25), (0.6, 5)))
    at = held[[250, 550, 999]]
    np.testing.assert_allclose(at, np.array([10, -15, -10]) * (1 - LOST), rtol=1e-3)
    assert np.ptp(held[650:]) < 1e-9


@pytest.mark.parametrize("weight", [0.9, 0.97, 1.03])
def test_a_mistuned_weight_drifts_as_the_exponential(weight):
    held = positions(weight, pulses(1, (0, 10)))
    drifted = held[900] / held[100]
    slope = -0.8 / effective_tau(weight, TAU)
    assert np.log(drifted) == pytest.approx(slope, rel=1.5 * LOST)
    assert (drifted > 1) == (weight > 1)


def test_without_recurrence_it_forgets_with_its_own_time_constant():
    held = positions(0.0, pulses(0.5, (0, 10)))
    assert np.log(held[300] / held[100]) == pytest.approx(-2, abs=1e-9)
    assert effective_tau(1.0) == np.inf


@pytest.mark.parametrize(
    ("weight", "tau", "error", "message"),
    [
        (-0.1, 0.1, CircuitError, "^oculomotor_integrator: weight must be finite and not negative"),
        (float("inf"), 0.1, CircuitError, "weight must be finite"),
        (0.9, 0, InputError, "^tau must be finite and above 0 seconds"),
    ],
)
def test_parameters_that_cannot_be_are_named(weight, tau, error, message):
    with pytest.raises(error, match=message):
        oculomotor_integrator(weight, tau=tau)
