"""Threshold units on cards, as `threshold_units` has them on the CPU."""

from __future__ import annotations

from . import rules
from .cuda_jit import cuda, kernel, product, quiet, rule

heaviside = rule(rules.heaviside)
surrogate_slope = rule(rules.surrogate_slope)


@kernel
def fire(x, y):
    """As `threshold_units.fire`; a thread takes values in turn."""
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        y[i] = heaviside(x[i])


@kernel
def surrogate_slopes(code, steepness, x, g, slopes):
    """As `threshold_units.surrogate_slopes`, to the last bit; a thread takes values in turn."""
    quiet()
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        slopes[i] = g[i] * surrogate_slope(code, product(steepness, x[i]))
