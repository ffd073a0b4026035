"""Neurons that learn by the perceptron rule, and answer as one population."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from circuits.perceptron import perceptron
from neurosim.learning import perceptron_rule


class Neuron(NamedTuple):
    """What a neuron learned: it is active where weights · x + bias > 0."""

    weights: np.ndarray
    bias: float


def learned(patterns: np.ndarray, answers: np.ndarray, passes: int) -> Neuron:
    """Return the neuron that the perceptron rule makes of rows of 0 and 1, in their order.

    Parameters
    ----------
    patterns, answers
        (rows, inputs) and (rows,), all 0 or 1.
    passes
        After how many it stops, if it makes mistakes still.
    """
    if answers.min() == answers.max():
        # The rule asks for both classes.  With one, the mistake on the first row is the only one:
        # no two rows of 0 and 1 have a negative product, so that it answers all of them alike.
        sign = 2 * int(answers[0]) - 1
        return Neuron(sign * patterns[0], sign)
    found = perceptron_rule(patterns, answers, passes=passes)
    return Neuron(found.weights, found.bias)


def answers_of(neurons: list[Neuron], patterns: np.ndarray) -> np.ndarray:
    """Return what each answers to each pattern, (patterns, neurons) of 0 and 1."""
    weights = np.array([neuron.weights for neuron in neurons])
    biases = np.array([neuron.bias for neuron in neurons])
    return np.asarray(perceptron(weights, biases)(patterns))
