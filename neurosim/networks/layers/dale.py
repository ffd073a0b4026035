"""Layers under Dale's law: what leaves a cell excites everywhere, or inhibits everywhere."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from .. import activations, initializers, operations
from ..constraints import AtLeast
from ..engines import engine
from ..graph import Shape
from ..initializers import Constant, Exponential
from ..tensor import Tensor
from .driven import Driven
from .layer import last_length
from .settings import fraction, positive, whole


class DaleDense(Driven):
    """Excitatory cells and the interneurons that inhibit them: f(x·W − γ·(x·A)·B + b).

    By Dale's principle (Eccles, Fatt & Koketsu 1954) a cell acts in one way at all its synapses.
    So all weights here are strengths, 0 or more after each change, and the sign is the cell's: what
    comes in excites the layer's `units` by W and its own interneurons by A; these are linear, heard
    nowhere else, and inhibit the units by B.  Only the units are heard by the next layer, which
    needs to know nothing of this one (Cornford et al. 2021).  What comes in are rates, 0 or more.

    Parameters
    ----------
    units
        How many excitatory cells.
    activation
        f by its name, as `Dense` takes it.
    inhibitory
        How many interneurons, or which fraction of the layer's cells they are, units and
        interneurons together: in cortex a fifth (Song, Yang & Wang 2016).
    bias_initializer
        What b (units,) begins with.
    **settings
        As every `Layer` takes them.

    Attributes
    ----------
    excitation, feed, inhibition, bias : W (inputs, units), A (inputs, interneurons), B
        (interneurons, units) and b, once it is built
    interneurons : how many

    Raises
    ------
    InputError
        Settings that are none; what comes in below 0.

    Notes
    -----
    W and A begin exponentially distributed, B as the mean over interneurons: so excitation and
    inhibition cancel in the mean, and what is left, W − A·B, has He's variance 2/inputs (Cornford
    et al. 2021).

    Examples
    --------
    >>> layer = DaleDense(8, inhibitory=2)
    >>> layer([[0.0, 1.0, 0.5]]).shape
    (1, 8)
    >>> all((weights >= 0).all() for weights in layer.get_weights()[:3])
    True
    """

    keeps_mask = True

    def __init__(
        self,
        units: int,
        activation: str | None = "relu",
        inhibitory: int | float = 0.2,
        bias_initializer: Any = "zeros",
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.units = whole(units, f"{self}: units")
        self.activation = activations.get(activation, f"{self}: activation")
        self.inhibitory = _number(inhibitory, f"{self}: inhibitory")
        self.interneurons = _count(self.inhibitory, self.units)
        self.gain = 1 / math.sqrt(self.units)
        self.bias_initializer = initializers.get(bias_initializer, f"{self}: bias")

    def build(self, input_shape: Shape) -> None:
        """Make W, A, B and b."""
        inputs = last_length(input_shape, self, "how many inputs there are")
        count = self.interneurons
        # the variance of W − γ·A·B is mean² + mean²/interneurons
        mean = math.sqrt(2 / (inputs * (1 + 1 / count)))
        strength = AtLeast(0.0)
        self.excitation = self.add_weight(
            (inputs, self.units), Exponential(mean), "excitation", constraint=strength
        )
        self.feed = self.add_weight(
            (inputs, count), Exponential(mean * math.sqrt(self.units / count)), "feed",
            constraint=strength,
        )  # fmt: skip
        self.inhibition = self.add_weight(
            (count, self.units), Constant(1 / math.sqrt(count)), "inhibition", constraint=strength
        )
        self.bias = self.add_weight((self.units,), self.bias_initializer, "bias")

    def answer(self, x: Tensor, transfer: str) -> Tensor:
        """Return the transfer function of x·W − γ·(x·A)·B + b, (…, units)."""
        least = x.array.min() if x.array.size else 0
        if engine().doubts(least < 0):
            raise InputError(
                f"{self} hears rates, 0 or more (got {float(least):g}): bring data between 0 and "
                "1, or put cells before it that answer so, as with activation='relu'"
            )
        return operations.dale_dense(
            x, self.excitation.tensor, self.feed.tensor, self.inhibition.tensor, self.bias.tensor,
            gain=self.gain, activation=transfer,
        )  # fmt: skip

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape with the last axis as long as there are excitatory cells."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": self.activation,
            "inhibitory": self.inhibitory,
            "bias_initializer": initializers.serialized(self.bias_initializer),
        }


def _number(inhibitory: Any, name: str) -> int | float:
    """Return how many interneurons, or their fraction of all cells, or raise InputError."""
    if isinstance(inhibitory, float | np.floating):
        return positive(fraction(inhibitory, name), name)
    return whole(inhibitory, name)


def _count(inhibitory: int | float, units: int) -> int:
    """Return how many interneurons there are beside excitatory cells: one at least."""
    if isinstance(inhibitory, int):
        return inhibitory
    return max(1, round(units * inhibitory / (1 - inhibitory)))
