"""A small network, one example, and what passes through: activity forward, error back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from neurosim.networks import Activation, Dense, Input, Layer, Sequential, Tensor, gradients
from neurosim.networks.initializers import RandomNormal

UNITS = (2, 3, 3, 1)  # of inputs, of two hidden layers, of the output
EPSILON = float(np.finfo(float).eps)
TERMS = 64  # roundings that a number here has gone through, or a few times as many


@dataclass(frozen=True, eq=False)
class Passed:
    """What one pass forward and one back leave, layer by layer above the inputs.

    Attributes
    ----------
    activities : a, (units,) each, of the inputs too
    signals : δ = ∂E/∂h, (units,) each
    slopes : ∂E/∂W and ∂E/∂b, in the order of the network's weights
    error : E
    """

    activities: list[np.ndarray]
    signals: list[np.ndarray]
    slopes: list[np.ndarray]
    error: float


@dataclass(frozen=True, eq=False)
class Example:
    """A network, an input and what it should answer.

    Attributes
    ----------
    network : a dense layer and an activation in turn
    x : (1, 2)
    target : t
    activation : f, by Keras's name
    """

    network: Sequential
    x: np.ndarray
    target: float
    activation: str

    @classmethod
    def make(
        cls, x: tuple[float, float], target: float, activation: str, spread: float, seed: int
    ) -> Self:
        """Return one whose weights and biases are normal numbers."""
        normal = RandomNormal(stddev=spread)
        network = Sequential([Input((UNITS[0],))], seed=seed, dtype="float64")
        for units in UNITS[1:]:
            network.add(Dense(units, kernel_initializer=normal, bias_initializer=normal))
            network.add(Activation(activation))
        return cls(network, np.array([x]), target, activation)

    @property
    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """W (inputs, units) and b (units,) of each layer."""
        found = self.network.get_weights()
        return list(zip(found[::2], found[1::2], strict=True))

    def errors(self, weights: list[np.ndarray]) -> float:
        """Return E with other weights, and leave the network's as they were."""
        mine = self.network.get_weights()
        self.network.set_weights(weights)
        answer = float(self.network.predict(self.x)[0, 0])
        self.network.set_weights(mine)
        return (answer - self.target) ** 2

    def passed(self) -> Passed:
        """Pass the example forward and its error back, by the record of tensors."""
        flows: list[Tensor] = []

        def watch(_: Layer, flow: Tensor) -> None:
            flows.append(flow)

        x = Tensor(self.x, dtype="float64")
        answer, _ = self.network.run([x], watch=watch)
        error = ((answer - self.target) ** 2).sum()
        drives, activities = flows[::2], flows[1::2]
        parameters = [parameter.tensor for parameter in self.network.weights]
        found = gradients(error, [*drives, *parameters])
        return Passed(
            [self.x[0], *(a.numpy()[0] for a in activities)],
            [delta[0] for delta in found[: len(drives)]],
            found[len(drives) :],
            float(error.item()),
        )
