"""Threshold neurons that learn what a view tells of an image's class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from circuits.perceptron import perceptron
from neurosim import Circuit, stack
from neurosim.learning import PerceptronLearning, perceptron_rule
from neurosim.learning.samples import standard_units

from .views import View


@dataclass(frozen=True, eq=False)
class Trained:
    """Neurons that learned to tell classes by one view: one a class, but one alone for two.

    That one fires for the second class.  Of several, the class is that of the largest drive.

    Attributes
    ----------
    view : what they hear
    learning : what the rule learned, of responses in standard units
    mean, deviation : what standard units are, of each cell: (cells,)
    """

    view: View
    learning: PerceptronLearning
    mean: np.ndarray
    deviation: np.ndarray

    def fires(self, responses: np.ndarray) -> np.ndarray:
        """Return whether each neuron fires, by the rule's own weights: (images, neurons)."""
        return self.learning(self._standard(responses))

    def classes(self, responses: np.ndarray) -> np.ndarray:
        """Return the class that each image is taken for: (images,)."""
        drive = self._standard(responses) @ self.learning.weights.T + self.learning.bias
        if drive.shape[1] == 1:
            return (drive[:, 0] > 0).astype(int)
        return drive.argmax(axis=1)

    def for_second(self) -> np.ndarray:
        """Return what speaks for the second class and against the first: weights, (cells,)."""
        weights = self.learning.weights
        return weights[0] if len(weights) == 1 else weights[1] - weights[0]

    def circuit(self) -> Circuit:
        """Return view and neurons as one circuit: an image in, whether each neuron fires out.

        The standard units are in the neurons' weights and bias.
        """
        weights = self.learning.weights / self.deviation
        bias = self.learning.bias - weights @ self.mean
        circuit = Circuit(self.view.name)
        sheet = self.view.circuit["image"]
        image = circuit.inputs("image", shape=sheet.shape, real=True)
        cells = self.view.circuit(image)
        sheets = cells if isinstance(cells, tuple) else (cells,)
        circuit.output(perceptron(weights, bias, real=True)(stack(sheets).ravel()))
        return circuit

    def _standard(self, responses: np.ndarray) -> np.ndarray:
        return (responses - self.mean) / self.deviation


def train(view: View, responses: np.ndarray, labels: np.ndarray, passes: int) -> Trained:
    """Let neurons learn by the perceptron's rule (Rosenblatt 1958).

    Responses are put in standard units, without which the plain rule takes long: how far they are
    from the cell's mean over these images, in standard deviations.  Cells that are alike share
    one deviation, the root of the mean of their squares.  One that always answers the same, but
    for rounding, says nothing: its weight stays 0.

    Parameters
    ----------
    responses
        (images, cells), to the images to learn from.
    labels
        Their classes, from 0: (images,).
    passes
        How often all images are shown, at most.
    """
    mean, deviation = standard_units(responses)
    varying = np.isfinite(deviation)
    if view.alike and varying.any():
        deviation[varying] = np.sqrt(np.square(deviation[varying]).mean())
    several = int(labels.max()) + 1
    own = np.arange(several) if several > 2 else np.array([1])
    learning = perceptron_rule(
        (responses - mean) / deviation, labels[:, None] == own, passes=passes
    )
    return Trained(view, learning, mean, deviation)
