"""The parts a circuit is made of: populations, the projections between them, and outputs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .connections import Connection
from .neurons import Binary, Neurons

Role = Literal["input", "constant", "delay", "neurons"]
# `drive` carries both signs: what is positive excites, what is negative subtracts.
CHANNELS = ("excite", "subtract", "divide", "drive")
VETO = "veto"  # what an infinite weight on `divide` becomes


@dataclass(frozen=True, eq=False)
class Population:
    """A named sheet of values: an input, constants, a delay line, or neurons.

    Attributes
    ----------
    start : the place of its first value among the circuit's values; the rest follow in C order
    neurons : the parameters, for the role "neurons"
    bits : for an input that is an unsigned number, least significant bit first
    real : for an input, whether it takes any number (None: only if a neuron is not Binary)
    values : for constants
    delayed, seconds : for a delay line, the indices of what it repeats and how much later
    """

    name: str
    role: Role
    start: int
    shape: tuple[int, ...]
    neurons: Neurons | None = None
    bits: int | None = None
    real: bool | None = None
    values: np.ndarray | None = None
    delayed: np.ndarray | None = None
    seconds: float = 0.0

    @property
    def size(self) -> int:
        """How many values it has."""
        return math.prod(self.shape)

    @property
    def stop(self) -> int:
        """The place after its last value."""
        return self.start + self.size

    @property
    def index(self) -> np.ndarray:
        """The places of its values, in its shape."""
        return np.arange(self.start, self.stop).reshape(self.shape)

    @property
    def is_binary(self) -> bool:
        """Whether it is made of `Binary` neurons."""
        return isinstance(self.neurons, Binary)


@dataclass(frozen=True, eq=False)
class Projection:
    """A connection that arrives at one population, on one channel."""

    target: int  # which of the circuit's populations
    channel: str
    connection: Connection


@dataclass(frozen=True, eq=False)
class Output:
    """A named result: which values it is made of, and whether they are the bits of a number."""

    name: str
    index: np.ndarray
    bits: int | None = None
