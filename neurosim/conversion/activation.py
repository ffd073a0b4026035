"""Activations: most are a transfer function, softmax is three stages of neurons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from ..networks import activations
from ..networks.layers import Activation, ThresholdUnits
from ..sources import Source
from .cells import Cells, Construction, Flow, one_to_one
from .largest import largest


def activation(
    layer: Activation, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return the cells before it with another transfer function, or new ones that hear them."""
    return activated(heard[0], layer.activation, layer.name, construction)


def threshold_units(
    layer: ThresholdUnits, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return the cells before it as binary neurons, or new ones that hear them."""
    return activated(heard[0], "step", layer.name, construction)


def activated(flow: Flow, name: str, layer: str, construction: Construction) -> Flow:
    """Return cells with an activation, by its name, that are driven by what flows.

    Parameters
    ----------
    layer
        What new cells are called.
    """
    if name == "linear":
        return flow
    if name == "softmax":
        return _softmax(construction.neurons(flow), layer, construction)
    transfer = activations.TRANSFERS.get(name, name).replace("_", "-")
    if not isinstance(flow, Cells) or flow.transfer != "identity":
        flow = one_to_one(layer, construction.neurons(flow))
    return replace(flow, transfer=transfer)


def _softmax(drive: Source, name: str, construction: Construction) -> Source:
    """Return exponential neurons divided by their pool, along the last axis (Heeger 1992).

    The largest drive is subtracted from all, which changes no quotient, so that nothing overflows.
    """
    circuit = construction.circuit
    most = circuit.rate(
        construction.free_name(f"{name} largest"), transfer="identity",
        excite=largest(drive, name, construction),
    )  # fmt: skip
    beside = Source(circuit, np.broadcast_to(most.index[..., None], drive.shape))
    raised = circuit.rate(
        construction.free_name(f"{name} exponential"), transfer="exponential",
        excite=drive, subtract=beside,
    )  # fmt: skip
    width = drive.shape[-1]
    pool = sparse.kron(sparse.eye_array(drive.size // width), np.ones((width, width)), "csr")
    return circuit.rate(
        construction.free_name(name), transfer="identity", semi_saturation=0.0,
        excite=raised, divide=raised.sum() if drive.size == width else pool @ raised,
        shape=drive.shape,
    )  # fmt: skip
