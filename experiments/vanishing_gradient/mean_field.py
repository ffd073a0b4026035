"""What wide random networks do on average: the variance of net inputs, forward, and of δ, back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

_AT, _WEIGHTS = hermegauss(120)
_WEIGHTS = _WEIGHTS / np.sqrt(2 * np.pi)


@dataclass(frozen=True, eq=False)
class Prediction:
    """What δ's mean square is multiplied by on its way back.

    Attributes
    ----------
    factors : by each layer but the last, first to last
    spread : the variance of the logarithm of all of them together, of one network of width 1;
        of width N it is an N-th of it
    """

    factors: np.ndarray
    spread: float


def predict(activation: str, gain: float, depth: int, carried: bool) -> Prediction:
    """Return the factors E[δ_l²]/E[δ_{l+1}²] for inputs of mean square 1.

    Forward, q_{l+1} = N·Var(w)·E[f(h)²] with h of variance q_l; back, the factor of a layer is
    N·Var(w)·E[f′(h)²] (Poole et al. 2016; Schoenholz et al. 2017), or 1 and that where a layer adds
    to what it hears.  Of N terms δ² the mean varies by (3E[f′⁴]/E[f′²]² − 1)/N of its square.

    Parameters
    ----------
    activation
        f: ``sigmoid``, ``tanh`` or ``relu``.
    gain
        N·Var(w).
    carried
        Whether layers add to what they hear.
    """
    q = 1.0 if carried else gain
    factors, spread = [], 0.0
    for layer in range(depth):
        if carried:
            q += gain * _mean(activation, q, 0, 2)  # what the first layer leaves is first
        second, fourth = (_mean(activation, q, 1, power) for power in (2, 4))
        factor = gain * second
        varied = 3 * fourth / second**2 - 1
        if layer < depth - 1:
            factors.append(1 + factor if carried else factor)
            spread += (4 * factor + varied * factor**2) / (1 + factor) ** 2 if carried else varied
        if not carried:
            q = gain * _mean(activation, q, 0, 2)
    return Prediction(np.array(factors), spread)


def _mean(activation: str, q: float, order: int, power: int) -> float:
    """Return E[f(h)^power] or E[f′(h)^power] of a normal h of variance q."""
    if activation == "relu":  # its edge is no place for Gauss's quadrature
        return 0.5 if order else 0.5 * q
    h = np.sqrt(q) * _AT
    if activation == "tanh":
        y = np.tanh(h)
        slope = 1 - y * y
    else:
        y = 1 / (1 + np.exp(-h))
        slope = y * (1 - y)
    return float(_WEIGHTS @ (slope if order else y) ** power)
