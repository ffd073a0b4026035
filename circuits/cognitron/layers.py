"""A trained cognitron as neurons."""

from __future__ import annotations

import numpy as np

from neurosim import Circuit, convolve
from neurosim.learning import Reinforcement

from ..checking import record
from .areas import area_matrix


def cognitron(learned: Reinforcement) -> Circuit:
    """Return a trained cognitron: an image in, the last layer's responses out (Fukushima 1975).

    Layer n has three sheets of cells.  Those called `v1`, `v2` … answer the mean of an area of the
    sheet before, v = Σ c·u, and inhibit: `h1` … by h = b·v.  Those called `u1` … are excited by
    e = Σ a·u over the same area, and inhibited in two ways at once, by subtraction and by division:
    u = [(e − h)/(1 + h)]₊.  Its activities are those of `Reinforcement.responses`.

    Parameters
    ----------
    learned
        What `neurosim.learning.cognitron_rule` returned.

    Returns
    -------
    Input "image" (rows, columns), not negative; output the last layer (rows, columns).

    Raises
    ------
    CircuitError
        Something else than what was learned.
    """
    learned = record(learned, Reinforcement, "cognitron: learned")
    circuit = Circuit("cognitron")
    u = circuit.inputs("image", shape=learned.shape, real=True)
    side = learned.excitatory.shape[-1]
    mean = np.full((side, side), 1 / side**2)
    for n, (a, b) in enumerate(zip(learned.excitatory, learned.inhibitory, strict=True), start=1):
        v = circuit.rate(f"v{n}", excite=convolve(u, mean, border="zero"))
        h = circuit.rate(f"h{n}", excite=b * v)
        u = circuit.rate(f"u{n}", excite=area_matrix(a) @ u, subtract=h, divide=h, shape=b.shape)
    circuit.output(u)
    return circuit
