"""Threshold units: whether each fires, and the surrogate of that step's slope on the way back.

Each surrogate has a loop of its own: in one that asks which it is, no vector register is used.
"""

from __future__ import annotations

from . import rules
from .jit import kernel, rule

heaviside = rule(rules.heaviside)
surrogate_slope = rule(rules.surrogate_slope)


@kernel
def fire(x, y):
    """Write 1 where x ≥ 0, else 0.

    Parameters
    ----------
    x
        (values,).
    y
        (values,), what is found.
    """
    for i in range(len(x)):
        y[i] = heaviside(x[i])


@kernel
def surrogate_slopes(code, steepness, x, g, slopes):
    """Go back through a step: slopes ← g·s(β·x), where s is the surrogate's slope.

    Parameters
    ----------
    code
        Of the surrogate.
    steepness
        β, of the arrays' type.
    x
        (values,).
    g
        (values,), the cotangent of the answers.
    slopes
        (values,), what is found.
    """
    count = len(x)
    if code == rules.FAST_SIGMOID:
        for i in range(count):
            slopes[i] = g[i] * surrogate_slope(rules.FAST_SIGMOID, steepness * x[i])
    elif code == rules.HARD_TANH:
        for i in range(count):
            slopes[i] = g[i] * surrogate_slope(rules.HARD_TANH, steepness * x[i])
    else:
        for i in range(count):
            slopes[i] = g[i] * surrogate_slope(rules.STRAIGHT_THROUGH, steepness * x[i])
