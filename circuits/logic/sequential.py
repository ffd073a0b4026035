"""Circuits with a past: recurrent connections hold a bit, or keep a rhythm.

They are run by `simulate`: every neuron looks at what the others did one step before.
"""

from __future__ import annotations

import numpy as np

from neurosim import Circuit

from .arguments import MOST_INPUTS, whole


def sr_latch() -> Circuit:
    """Return the set–reset latch: two cells that silence each other hold one bit (2 NOR units).

    q = [−reset − not_q ≥ 0] and not_q = [−set − q ≥ 0].  `set` makes q = 1, `reset` makes q = 0,
    and with neither q stays as it is (Eccles & Jordan 1919).  A pulse must last two steps, one
    for each cell.  With both inputs 1 both cells are silent; when both inputs end together, or at
    the start without a pulse, the two cells, always updated together, rise and fall together.

    Inputs `set` and `reset`, outputs `q` and `not_q`.
    """
    circuit = Circuit("sr latch")
    set_, reset = circuit.inputs("set", "reset")
    q = circuit.binary("q", subtract=reset, threshold=0)
    not_q = circuit.binary("not_q", subtract=set_ + q, threshold=0)
    circuit.connect(q, subtract=not_q)
    circuit.output(q)
    circuit.output(not_q)
    return circuit


def ring_oscillator(n: int = 3) -> Circuit:
    """Return a ring of n cells that beats with a period of 2n steps, from rest on.

    Each cell excites the next, and the last inhibits the first, which is active on its own: a
    delayed negative feedback.  A wave of activity runs round the ring, then a wave of silence.
    Any ring with an odd number of inhibitory connections has such a rhythm; of n inverters in a
    row (n odd), as in electronics, this is the one that also starts from rest, where those would
    all be active and silent together.

    No inputs; output `ring`, shape (n,): the same beat in n phases, one step apart.

    Raises
    ------
    CircuitError
        n is no whole number from 1 to 256.
    """
    n = whole(n, "ring_oscillator: n", 1, MOST_INPUTS)
    circuit = Circuit("ring oscillator")
    ring = circuit.binary("ring", threshold=np.minimum(np.arange(n), 1), shape=n)
    circuit.connect(ring[0], subtract=ring[-1])
    if n > 1:
        circuit.connect(ring[1:], excite=ring[:-1])
    circuit.output(ring)
    return circuit
