"""What stands between two layers while a network becomes a circuit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from ..circuit import Circuit
from ..sources import Arithmetic, Source
from .whole_weights import whole_weights


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells that are not in the circuit yet, so that the next layer may still change them.

    A normalization scales their weights, an activation becomes their transfer function.

    Attributes
    ----------
    name : of the population
    shape : its shape; channels last
    sources : what they hear
    wired : what makes of weights, 0 or more, the drive from the sources
    weights : signed; one number, or channels last
    bias : one number, or (channels,)
    transfer : the transfer function's name; "step" makes binary neurons
    separate : whether each weight is one synapse of a channel's cells, and no two share one
    """

    name: str
    shape: tuple[int, ...]
    sources: tuple[Source, ...]
    wired: Callable[[np.ndarray], Arithmetic]
    weights: np.ndarray
    bias: np.ndarray | float = 0.0
    transfer: str = "identity"
    separate: bool = False

    def normalized(self, gain: np.ndarray, shift: np.ndarray) -> Cells:
        """Return cells that answer gain·y + shift, channel by channel, where these answer y."""
        return replace(self, weights=self.weights * gain, bias=self.bias * gain + shift)


# What flows from one layer to the next: neurons, or what is about to become some.
Flow: TypeAlias = Source | Cells


def undotted(name: str) -> str:
    """Return a layer's name as a circuit's part may have it: dots are for circuits inside."""
    return name.replace(".", "_")


class Construction:
    """A circuit that is being made from a network."""

    def __init__(self, name: str):
        self.circuit = Circuit(name)

    def free_name(self, name: str) -> str:
        """Return a name for a population: without dots, and with a number where it is used."""
        name = undotted(name)
        free, number = name, 2
        while free in self.circuit:
            free, number = f"{name}_{number}", number + 1
        return free

    def neurons(self, flow: Flow) -> Source:
        """Return the neurons that something flows from, made where they are not yet."""
        if isinstance(flow, Source):
            return flow
        if flow.transfer == "step":
            return self._threshold_units(flow)
        return self.circuit.rate(
            self.free_name(flow.name), **_channels(flow, flow.weights), bias=flow.bias,
            transfer=flow.transfer, shape=flow.shape,
        )  # fmt: skip

    def _threshold_units(self, cells: Cells) -> Source:
        """Return binary neurons: of whole weights and thresholds where all they hear is 0 or 1."""
        weights, threshold = cells.weights, 0.0 - np.asarray(cells.bias)
        heard = all(self.circuit.binary_at(source.index).all() for source in cells.sources)
        if cells.separate and heard:
            columns = weights.reshape(-1, weights.shape[-1])
            columns, threshold = whole_weights(columns, threshold)
            weights = columns.reshape(weights.shape)
        return self.circuit.binary(
            self.free_name(cells.name), **_channels(cells, weights), threshold=threshold,
            shape=cells.shape,
        )  # fmt: skip


def one_to_one(name: str, source: Source) -> Cells:
    """Return cells that each hear one neuron."""
    return Cells(name, source.shape, (source,), lambda weights: weights * source, np.ones(()))


def _channels(cells: Cells, weights: np.ndarray) -> dict[str, Any]:
    """Return the drive of positive weights on `excite`, and of negative ones on `subtract`."""
    parts = {"excite": np.maximum(weights, 0), "subtract": np.maximum(-weights, 0)}
    return {channel: cells.wired(part) for channel, part in parts.items() if part.any()}
