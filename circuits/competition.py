"""Competition: cells that excite themselves and inhibit one another, until one is left."""

from __future__ import annotations

import numpy as np

from neurosim import Circuit, CircuitError
from neurosim.timing import positive, whole

from .checking import parameter

MOST = 1 << 12  # cells, whose connections then take 128 MB


def winner_take_all(
    cells: int = 2, *, excitation: float = 0.5, inhibition: float = 1.0, tau: float = 0.02
) -> Circuit:
    """Return a row of cells that compete: τẋᵢ = −xᵢ + [Iᵢ + αxᵢ − βΣ_{j≠i}xⱼ]₊.

    Where the largest input I₁ leaves one cell active, it answers I₁/(1 − α).  From rest it is
    alone iff I₂ ≤ I₁·β/(1 − α).  Above that, the others stay active beside it.  With β > 1 − α
    each cell of an input Iᵢ > I₁·(1 − α)/β can be the one that is left, where it starts ahead: the
    competition remembers (after Grossberg 1973; Hahnloser et al. 2000).

    Parameters
    ----------
    cells
        How many, at least 2.
    excitation
        α, of each cell to itself; below 1, so that no activity grows without end.
    inhibition
        β, of each cell to every other one.
    tau
        τ in seconds.

    Returns
    -------
    Input "input", output "cells", both (cells,).  It is recurrent: `settle` or `simulate` it.

    Raises
    ------
    CircuitError
        An excitation outside [0, 1), an inhibition below 0.
    """
    cells = whole(cells, "cells", 2, MOST)
    tau = positive(tau, "tau", "seconds")
    excitation = parameter(excitation, "winner_take_all: excitation")
    if not 0 <= excitation < 1:
        raise CircuitError(
            f"winner_take_all: excitation must be from 0 to below 1, else activity grows without "
            f"end (got {excitation:g})"
        )
    inhibition = parameter(inhibition, "winner_take_all: inhibition", least=0)
    circuit = Circuit("winner-take-all")
    given = circuit.inputs("input", shape=cells, real=True)
    row = circuit.rate("cells", excite=given, tau=tau)
    others = inhibition * (1 - np.eye(cells))
    circuit.connect(row, excite=excitation * row, subtract=others @ row)
    circuit.output(row)
    return circuit
