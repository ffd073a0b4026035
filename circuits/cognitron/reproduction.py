"""What a cell of a cognitron has learned to see, read back through the layers."""

from __future__ import annotations

import numpy as np

from neurosim import Circuit, InputError
from neurosim.learning import Reinforcement
from neurosim.timing import whole

from ..checking import record
from .areas import area_matrix


def reverse_reproduction(learned: Reinforcement, layer: int | None = None) -> Circuit:
    """Return the way back from a layer to the image (after Fukushima 1975).

    Cells that are made active there pass it on against the direction of their excitatory synapses:
    each shares its activity among the cells that it hears, in proportion to their weights.  One
    active cell so draws the image that it prefers; its activity is spread, not multiplied.

    Parameters
    ----------
    learned
        What `neurosim.learning.cognitron_rule` returned.
    layer
        From 1; left out, the last.

    Returns
    -------
    Input "cells" (rows, columns), not negative; output "image", of the same shape.  Where every
    cell on the way has learned, the image sums to what the cells do.

    Raises
    ------
    CircuitError
        Something else than what was learned.
    InputError
        A layer that there is not.
    """
    learned = record(learned, Reinforcement, "reverse reproduction: learned")
    last = learned.layers if layer is None else whole(layer, "reverse reproduction: layer", 1)
    if last > learned.layers:
        raise InputError(
            f"reverse reproduction: what was learned has {learned.layers} layers (got layer={last})"
        )
    circuit = Circuit("reverse reproduction")
    u = circuit.inputs("cells", shape=learned.shape, real=True)
    for n in range(last, 0, -1):
        weights = area_matrix(learned.excitatory[n - 1])
        sums = weights.sum(axis=1)
        shares = weights.multiply(1 / np.where(sums > 0, sums, 1)[:, None]).tocsr()
        name = f"u{n - 1}" if n > 1 else "image"
        u = circuit.rate(name, excite=shares.T @ u, shape=learned.shape)
    circuit.output(u)
    return circuit
