"""Memory: activity that outlasts its cause, held up by recurrent excitation."""

from __future__ import annotations

import math

from neurosim import Circuit
from neurosim.timing import positive

from .checking import parameter


def oculomotor_integrator(weight: float = 0.995, *, tau: float = 0.1) -> Circuit:
    """Return the integrator of eye movements: velocity commands in, the eye's position out.

    The brain stem makes the position at which the eyes are held out of the pulses that move them
    (Robinson 1989).  A cell that excites itself does it: τv̇ = −v + wv + τ·velocity, so that
    v̇ = velocity − v/τ_eff with τ_eff = τ/(1 − w).  100 ms become 20 s at w = 0.995.  Below 1 the
    eyes drift back to the middle, above 1 away from it; only w = 1 holds them (Seung 1996).

    Parameters
    ----------
    weight
        w, of the cell to itself.
    tau
        τ of the cell alone, in seconds.

    Returns
    -------
    Input "velocity" in degrees a second, output "position" in degrees; left is below 0.  It is
    recurrent: `simulate` it, in steps much shorter than τ: of a pulse a part of dt/2τ is lost, and
    τ_eff is so much longer.

    Raises
    ------
    CircuitError
        A weight that is negative or not finite.
    """
    tau = positive(tau, "tau", "seconds")
    weight = parameter(weight, "oculomotor_integrator: weight", least=0)
    circuit = Circuit("oculomotor integrator")
    velocity = circuit.inputs("velocity", real=True)
    position = circuit.rate("position", excite=tau * velocity, transfer="identity", tau=tau)
    circuit.output(circuit.connect(position, excite=weight * position))
    return circuit


def effective_tau(weight: float, tau: float = 0.1) -> float:
    """Return τ/(1 − w) in seconds: ∞ at w = 1, and below 0 where activity grows, for w > 1."""
    weight = parameter(weight, "weight", least=0)
    tau = positive(tau, "tau", "seconds")
    return math.inf if weight == 1 else tau / (1 - weight)
