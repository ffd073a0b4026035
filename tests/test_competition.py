"""Winner-take-all against its fixed points."""

import numpy as np
import pytest

from circuits.competition import winner_take_all
from neurosim import CircuitError, InputError


def settled(given, start=None, **parameters):
    circuit = winner_take_all(len(given), **parameters)
    initial = None if start is None else {"cells": start}
    return circuit.settle(given, initial=initial).outputs


@pytest.mark.parametrize(("excitation", "inhibition"), [(0.5, 0.3), (0.0, 0.7), (0.8, 0.1)])
def test_the_largest_input_is_alone_up_to_the_ratio(excitation, inhibition):
    ratio = inhibition / (1 - excitation)
    both = {"excitation": excitation, "inhibition": inhibition}
    winner = settled([1.0, 0.98 * ratio, 0.5 * ratio], **both)
    np.testing.assert_allclose(winner, [1 / (1 - excitation), 0, 0], atol=1e-6)
    given = np.array([1.0, min(1.02 * ratio, 0.99)])
    matrix = np.array([[1 - excitation, inhibition], [inhibition, 1 - excitation]])
    together = np.linalg.solve(matrix, given)  # the fixed point of two active cells
    assert (together > 0).all()
    np.testing.assert_allclose(settled(given, **both), together, atol=1e-6)


def test_among_many_the_largest_wins(rng):
    given = rng.random(50)
    answer = settled(given, excitation=0.2, inhibition=0.9)
    assert answer.argmax() == given.argmax()
    np.testing.assert_allclose(answer.max(), given.max() / 0.8, rtol=1e-6)
    assert (answer > 1e-9).sum() == 1


def test_who_starts_ahead_can_win_with_less():
    strong = {"excitation": 0.5, "inhibition": 1.0}
    np.testing.assert_allclose(settled([1, 0.9], **strong), [2, 0], atol=1e-6)
    np.testing.assert_allclose(settled([1, 0.9], [0, 2], **strong), [0, 1.8], atol=1e-6)
    # Below I₁(1 − α)/β = 0.5 it cannot keep the other down.
    np.testing.assert_allclose(settled([1, 0.45], [0, 0.9], **strong), [2, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"excitation": 1.0}, CircuitError, r"^winner_take_all: excitation must be .* \(got 1\)"),
        ({"inhibition": -1}, CircuitError, "^winner_take_all: inhibition must be finite"),
        ({"tau": 0}, InputError, "^tau must be finite and above 0 seconds"),
        ({"cells": 1}, InputError, "^cells must be a whole number from 2"),
    ],
)
def test_parameters_that_cannot_be_are_named(parameters, error, message):
    with pytest.raises(error, match=message):
        winner_take_all(**parameters)
